// Areas of the city, level below level, for one native list a level.
import { computed, onMounted, ref, type Ref } from "vue";

import { api } from "@/shared/api";
import type { AreaNode, Items } from "@/shared/types";

export interface Level {
  level: string;
  chosen: string;
  options: AreaNode[];
}

/** The lists to show for `code`: one for each level down to it, and one below it to go on. */
export function useLevels(code: Ref<string>) {
  const areas = ref<AreaNode[]>([]);
  const failed = ref(false);
  const byCode = computed(() => new Map(areas.value.map((area) => [area.code, area])));

  const levels = computed<Level[]>(() => {
    const path: AreaNode[] = [];
    for (let area = byCode.value.get(code.value); area; area = byCode.value.get(area.parent_code ?? "")) path.unshift(area);
    const top = areas.value.filter((area) => !area.parent_code || !byCode.value.has(area.parent_code));
    // A single area at the top is the city itself: nothing to choose there.
    const city = top.length === 1 ? top[0]! : null;
    const below = path.filter((area) => area !== city);
    const parents = [city?.code ?? null, ...below.map((area) => area.code)];
    return parents
      .map((parent, depth) => ({
        level: "",
        chosen: below[depth]?.code ?? "",
        options: parent === null ? top : areas.value.filter((area) => area.parent_code === parent),
      }))
      .filter((level) => level.options.length)
      .map((level) => ({ ...level, level: level.options[0]!.level }));
  });

  async function read(): Promise<void> {
    try {
      areas.value = (await api.get<Items<AreaNode>>("/public/areas")).items;
      failed.value = false;
    } catch {
      failed.value = true;
    }
  }

  onMounted(() => void read());
  return { levels, failed };
}
