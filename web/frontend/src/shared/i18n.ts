// The catalogue of the pages: one JSON a language and area in src/locales. Chinese is the default; a key missing in one
// language is a failed build step (`npm run texts`), not a blank on the screen.
import { createI18n } from "vue-i18n";

import adminEn from "@/locales/en/admin.json";
import consoleEn from "@/locales/en/console.json";
import desksEn from "@/locales/en/desks.json";
import insightEn from "@/locales/en/insight.json";
import knowledgeEn from "@/locales/en/knowledge.json";
import portalEn from "@/locales/en/portal.json";
import routingEn from "@/locales/en/routing.json";
import sharedEn from "@/locales/en/shared.json";
import timingEn from "@/locales/en/timing.json";
import adminZh from "@/locales/zh-CN/admin.json";
import consoleZh from "@/locales/zh-CN/console.json";
import desksZh from "@/locales/zh-CN/desks.json";
import insightZh from "@/locales/zh-CN/insight.json";
import knowledgeZh from "@/locales/zh-CN/knowledge.json";
import portalZh from "@/locales/zh-CN/portal.json";
import routingZh from "@/locales/zh-CN/routing.json";
import sharedZh from "@/locales/zh-CN/shared.json";
import timingZh from "@/locales/zh-CN/timing.json";

import { page } from "./page";

export const i18n = createI18n({
  legacy: false,
  locale: page.locale,
  fallbackLocale: "zh-CN",
  messages: {
    "zh-CN": { ...sharedZh, ...consoleZh, ...portalZh, ...desksZh, ...adminZh, ...timingZh, ...knowledgeZh, ...routingZh, ...insightZh },
    en: { ...sharedEn, ...consoleEn, ...portalEn, ...desksEn, ...adminEn, ...timingEn, ...knowledgeEn, ...routingEn, ...insightEn },
  },
});

/** Translate outside a component (time words, errors). */
export const t = i18n.global.t;

/** The word for a coded value (`word("state", "pending")`); an unknown code is shown as it is. */
export function word(group: string, code: string | null | undefined): string {
  if (!code) return "";
  const key = `${group}.${code}`;
  return i18n.global.te(key) || i18n.global.te(key, "zh-CN") ? t(key) : code;
}
