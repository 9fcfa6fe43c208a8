// How an entry of the phone book is shown. Pure.
import type { PublicPhone } from "./noticeboard_types";

/** Whether its duty number is to be marked: there are others beside it, or its hours do not tell that it is for day and night. */
export function marksDuty(entry: Pick<PublicPhone, "phones" | "duty_phone" | "hours">): boolean {
  return entry.phones.some((phone) => phone !== entry.duty_phone) || !/24/.test(entry.hours);
}
