// Starts a page: component, catalogue, theme. Every entry is three lines long because of this file.
import "./theme";

import { createApp, type Component } from "vue";

import { i18n } from "./i18n";
import { page } from "./page";

export function mount(component: Component): void {
  document.documentElement.lang = page.locale;
  createApp(component).use(i18n).mount("#app");
}
