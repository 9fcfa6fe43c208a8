import { mount } from "@/shared/mount";

import InboxPage from "./InboxPage.vue";

mount(InboxPage);
