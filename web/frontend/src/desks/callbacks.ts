import { mount } from "@/shared/mount";

import CallbacksPage from "./CallbacksPage.vue";

mount(CallbacksPage);
