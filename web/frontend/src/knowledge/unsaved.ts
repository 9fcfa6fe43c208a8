// Words typed and not saved: whoever would lead the reader away asks first.
import { t } from "@/shared/i18n";
import { ElMessageBox } from "element-plus";
import "element-plus/es/components/message-box/style/css";
import { onScopeDispose } from "vue";

const holders = new Set<() => boolean>();
const isUnsaved = () => [...holders].some((holds) => holds());

addEventListener("beforeunload", (event) => {
  if (isUnsaved()) event.preventDefault();
});

/** Say for as long as the calling component lives whether it holds unsaved words. */
export function holdUnsaved(holds: () => boolean): void {
  holders.add(holds);
  onScopeDispose(() => holders.delete(holds));
}

/** True when nothing is unsaved or the reader gives it up. */
export async function mayLeave(): Promise<boolean> {
  if (!isUnsaved()) return true;
  try {
    await ElMessageBox.confirm(t("knowledge.unsaved.text"), t("knowledge.unsaved.title"), {
      confirmButtonText: t("knowledge.unsaved.leave"),
      cancelButtonText: t("knowledge.unsaved.stay"),
      confirmButtonClass: "el-button--danger",
    });
    return true;
  } catch {
    return false;
  }
}
