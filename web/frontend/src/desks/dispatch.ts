import { mount } from "@/shared/mount";

import DispatchPage from "./DispatchPage.vue";

mount(DispatchPage);
