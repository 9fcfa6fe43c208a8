import { mount } from "@/shared/mount";

import ConsolePage from "./ConsolePage.vue";

mount(ConsolePage);
