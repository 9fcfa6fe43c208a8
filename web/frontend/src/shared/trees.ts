// Flat look-up lists (areas, categories) as the trees that a cascader shows.
import type { AreaNode, CategoryNode } from "./types";

// A type and not an interface: the cascader takes records with any further field, which an interface does not promise.
export type TreeNode = {
  value: string;
  label: string;
  children?: TreeNode[];
};

/** Areas below their parents; an area whose parent is not in the list stands at the top. */
export function areaTree(areas: AreaNode[]): TreeNode[] {
  return grow(areas.map((area) => ({ key: area.code, parent: area.parent_code, value: area.code, label: area.name })));
}

/** Categories below their parents, told apart by their paths of names. */
export function categoryTree(categories: CategoryNode[]): TreeNode[] {
  const key = (path: string[]) => path.join("\u0000");
  return grow(
    categories.map((category) => {
      // A path may or may not end in the category's own name.
      const path = category.path.at(-1) === category.name ? category.path : [...category.path, category.name];
      return { key: key(path), parent: path.length > 1 ? key(path.slice(0, -1)) : null, value: category.code, label: category.name };
    }),
  );
}

interface Flat extends TreeNode {
  key: string;
  parent: string | null;
}

function grow(flat: Flat[]): TreeNode[] {
  const byKey = new Map(flat.map(({ key, value, label }) => [key, { value, label } as TreeNode]));
  const top: TreeNode[] = [];
  for (const { key, parent } of flat) {
    const above = parent === null ? undefined : byKey.get(parent);
    if (above) (above.children ??= []).push(byKey.get(key)!);
    else top.push(byKey.get(key)!);
  }
  return top;
}
