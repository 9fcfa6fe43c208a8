import { mount } from "@/shared/mount";

import KnowledgePage from "./KnowledgePage.vue";

mount(KnowledgePage);
