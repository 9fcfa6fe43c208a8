import { mount } from "@/shared/mount";

import UnitPage from "./UnitPage.vue";

mount(UnitPage);
