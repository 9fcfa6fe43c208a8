// Stars of the evaluation system in words; each number of stars is one of the five levels. Pure but for the catalogue.
import { t, word } from "@/shared/i18n";

const LEVELS = ["very_dissatisfied", "dissatisfied", "fairly_satisfied", "satisfied", "very_satisfied"];

/** ★★☆☆☆, for the eye only. */
export const starSigns = (stars: number): string => "★".repeat(stars) + "☆".repeat(LEVELS.length - stars);
/** 2星 不满意. */
export const starWords = (stars: number): string => t("desks.mark.stars", { n: stars, level: word("satisfaction", LEVELS[stars - 1]) });
