import { mount } from "@/shared/mount";

import TicketsPage from "./TicketsPage.vue";

mount(TicketsPage);
