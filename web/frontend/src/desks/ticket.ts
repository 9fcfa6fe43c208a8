import { mount } from "@/shared/mount";

import TicketPage from "./TicketPage.vue";

mount(TicketPage);
