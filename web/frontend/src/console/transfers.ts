// What a hand-over is opened with: filled from the alert and the draft, changed by the agent before it goes.
import type { Alert } from "@/shared/types";

export interface Asked {
  partner: string;
  reason: string;
  place: string;
  summary: string;
  alert: Alert | null;
  choice: "transfer" | "three_way";
}
