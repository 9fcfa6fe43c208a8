import { mount } from "@/shared/mount";

import SupervisionPage from "./SupervisionPage.vue";

mount(SupervisionPage);
