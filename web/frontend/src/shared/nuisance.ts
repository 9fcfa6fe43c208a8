// Abuse of the line by a number: what the server tells of it, and the steps against it. Shown by the console and the floor.
import { api, freshKey } from "./api";
import type { Items } from "./types";

export interface NuisanceMark {
  id: number;
  kind: "warning" | "restriction";
  step: "given" | "proposed" | "in_force" | "refused" | "lifted" | "expired";
  reason: string;
  at: string;
  by: string;
  approved_by: string;
  expires_at: string | null;
}
export type NuisanceAction = "warn" | "restrict" | "approve" | "refuse" | "lift";
export interface NuisanceStatus {
  citizen_id: number;
  warnings: number;
  needed: number;
  longest_days: number;
  proposed: NuisanceMark | null;
  restriction: NuisanceMark | null;
  marks: NuisanceMark[];
  actions: NuisanceAction[];
}
export interface NuisanceProposal { citizen_id: number; phone: string; warnings: number; mark: NuisanceMark; own: boolean }

const DAY_MS = 86_400_000;

export const readNuisance = (citizenId: number) => api.get<NuisanceStatus>(`/citizens/${citizenId}/nuisance`);
export const readProposals = async () => (await api.get<Items<NuisanceProposal>>("/nuisance/proposals")).items;

export function warn(citizenId: number, reason: string, key = freshKey()): Promise<NuisanceStatus> {
  return api.post(`/citizens/${citizenId}/nuisance/warn`, { reason }, key);
}

export function restrict(citizenId: number, reason: string, days: number): Promise<NuisanceStatus> {
  // Less than the whole last day: the server's clock may be a little behind this one.
  const expires_at = new Date(Date.now() + days * DAY_MS - 60_000).toISOString();
  return api.post(`/citizens/${citizenId}/nuisance/restrict`, { reason, expires_at });
}

export function decide(citizenId: number, action: "approve" | "refuse" | "lift"): Promise<NuisanceStatus> {
  return api.post(`/citizens/${citizenId}/nuisance/${action}`);
}
