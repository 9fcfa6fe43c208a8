import { mount } from "@/shared/mount";

import IncidentsPage from "./IncidentsPage.vue";

mount(IncidentsPage);
