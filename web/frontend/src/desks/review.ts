import { mount } from "@/shared/mount";

import ReviewPage from "./ReviewPage.vue";

mount(ReviewPage);
