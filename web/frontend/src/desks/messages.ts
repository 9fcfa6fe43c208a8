import { mount } from "@/shared/mount";

import MessagesPage from "./MessagesPage.vue";

mount(MessagesPage);
