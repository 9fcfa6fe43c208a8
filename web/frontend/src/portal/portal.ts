import { mount } from "@/shared/mount";

import PortalPage from "./PortalPage.vue";

mount(PortalPage);
