import { mount } from "@/shared/mount";

import AdminPage from "./AdminPage.vue";

mount(AdminPage);
