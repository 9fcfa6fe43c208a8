// What forms and filters choose from, read once a page: categories, areas, and the rules of the knowledge base.
import { api } from "@/shared/api";
import { showError } from "@/shared/errors";
import { page } from "@/shared/page";
import { areaTree, categoryTree, type TreeNode } from "@/shared/trees";
import type { AreaNode, CategoryNode, Items, UnitRef } from "@/shared/types";
import { ref, shallowRef, type Ref } from "vue";

import { isKeeper } from "../readers";

export interface FormRules {
  materials: string[];
  /** Materials that must say until when they hold. */
  ending_materials: string[];
  title_characters: number;
  keyword_characters: number;
  review_months: number;
  /** Units whose articles the reader may write; none named: any. */
  own_units: UnitRef[];
}

const UNKNOWN: FormRules = { materials: [], ending_materials: [], title_characters: 128, keyword_characters: 20, review_months: 0, own_units: [] };

const categories = shallowRef<TreeNode[]>([]);
const areas = shallowRef<TreeNode[]>([]);
const names = shallowRef(new Map<string, string>());
const rules = ref<FormRules>(UNKNOWN);
let asked: Promise<void> | null = null;

async function read(): Promise<void> {
  try {
    const [found, places, form] = await Promise.all([
      api.get<Items<CategoryNode>>("/categories"),
      api.get<Items<AreaNode>>("/areas"),
      isKeeper(page.me) ? api.get<FormRules>("/knowledge/articles/form") : UNKNOWN,
    ]);
    categories.value = categoryTree(found.items);
    areas.value = areaTree(places.items);
    names.value = new Map([
      ...places.items.map((area): [string, string] => [area.code, area.name]),
      ...found.items.map((one): [string, string] => [one.code, [...one.path.filter((step) => step !== one.name), one.name].join(" / ")]),
    ]);
    rules.value = { ...UNKNOWN, ...form };
  } catch (error) {
    asked = null;
    showError(error);
  }
}

export function useLookups(): { categories: Ref<TreeNode[]>; areas: Ref<TreeNode[]>; rules: Ref<FormRules>; nameOf: (code: string | null) => string } {
  asked ??= read();
  return { categories, areas, rules, nameOf: (code) => (code ? (names.value.get(code) ?? code) : "") };
}
