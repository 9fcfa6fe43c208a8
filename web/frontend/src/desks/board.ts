import { mount } from "@/shared/mount";

import BoardPage from "./BoardPage.vue";

mount(BoardPage);
