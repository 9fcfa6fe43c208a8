// The two long lists of the form, read once a page: categories and areas.
import { onMounted, ref } from "vue";

import { api } from "@/shared/api";
import { showError } from "@/shared/errors";
import { areaTree, categoryTree, type TreeNode } from "@/shared/trees";
import type { AreaNode, CategoryNode, Items } from "@/shared/types";

export function useLookups() {
  const categories = ref<TreeNode[]>([]);
  const byCode = ref(new Map<string, CategoryNode>());
  const areas = ref<TreeNode[]>([]);

  async function read(): Promise<void> {
    try {
      const [found, places] = await Promise.all([
        api.get<Items<CategoryNode>>("/categories"),
        api.get<Items<AreaNode>>("/areas"),
      ]);
      byCode.value = new Map(found.items.map((category) => [category.code, category]));
      categories.value = categoryTree(found.items);
      areas.value = areaTree(places.items);
    } catch (error) {
      showError(error);
    }
  }

  onMounted(() => void read());
  return { categories, byCode, areas };
}

export type Lookups = ReturnType<typeof useLookups>;
