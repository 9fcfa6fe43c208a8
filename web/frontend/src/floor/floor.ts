import { mount } from "@/shared/mount";

import FloorPage from "./FloorPage.vue";

mount(FloorPage);
