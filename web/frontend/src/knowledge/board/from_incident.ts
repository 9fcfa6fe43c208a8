// A notice begun from an incident (`?incident=7` in the address): its name, place and answer stand in the form already. The address
// carries the number alone, since addresses are logged.
import { api } from "@/shared/api";
import { showError } from "@/shared/errors";
import type { IncidentRow } from "@/shared/insight_types";

export interface Begun {
  title: string;
  words: string;
  places: string;
  area_codes: string[];
  keywords: string[];
}

const PARAMETER = "incident";

/** Hands over what an incident says when the address names one; once, so that a reload does not write over what was typed. */
export function useIncident(begin: (begun: Begun) => void): void {
  const search = new URLSearchParams(location.search);
  const id = search.get(PARAMETER);
  if (!id || !/^\d+$/.test(id)) return;
  search.delete(PARAMETER);
  history.replaceState(history.state, "", `${location.pathname}?${search}`);
  api.get<IncidentRow>(`/incidents/${id}`).then((one) => begin(begunOf(one))).catch(showError);
}

function begunOf({ name, answer, place, area, keywords }: IncidentRow): Begun {
  return { title: name, words: answer, places: place, area_codes: area ? [area.code] : [], keywords: [...keywords] };
}
