import { mount } from "@/shared/mount";

import DuePage from "./DuePage.vue";

mount(DuePage);
