// What /api/v1/admin answers (web/api/schemas/admin.py).
import type { OfficerRef, UnitRef } from "@/shared/types";

export interface UnitFacts {
  name: string;
  level: string;
  kind: string;
  unit_class: string;
  area_code: string;
  line: string;
  phone: string;
  around_the_clock: boolean;
  duty_hours: string;
  duty_phone: string;
}
export interface AdminUnit extends UnitFacts {
  id: number;
  code: string;
  area: string;
  territorial_id: number | null;
  professional_id: number | null;
  liaisons: OfficerRef[];
}
export interface AdminUnits { items: AdminUnit[]; levels: string[]; kinds: string[]; classes: string[] }
export interface HeldRole { role: string; unit: UnitRef }
export interface AdminOfficer {
  id: number;
  login: string;
  name: string;
  phone: string;
  roles: HeldRole[];
  must_change_password: boolean;
  locked_until: string | null;
  away_until: string | null;
}
export interface AdminOfficers { items: AdminOfficer[]; roles: string[]; hotline_roles: string[] }
export interface FirstPassword { officer: AdminOfficer; first_password: string }
export interface CategoryFacts { name: string; name_en: string; definition: string; contrast: string; handling_path: string | null }
export interface AdminCategory extends CategoryFacts { code: string; parent_code: string | null }
export interface AdminCategories { items: AdminCategory[]; handling_paths: { code: string; name: string }[] }
export interface AdminAbsence { id: number; officer: OfficerRef; stand_in: OfficerRef; starts_at: string; ends_at: string }
export interface AdminLadder {
  id: number;
  unit: UnitRef | null;
  unit_class: string | null;
  important: boolean | null;
  kind: string | null;
  steps: string[];
}
export interface AdminLadders { items: AdminLadder[]; kinds: string[]; roles: string[]; classes: string[] }
export interface ImportFault { row: number; column: string; rule: string; message: string }
export interface ImportOutcome {
  rows: number;
  applied: boolean;
  faults: ImportFault[];
  passwords: { login: string; name: string; first_password: string }[];
}
export interface RightRule { kind: string; what: string; relation: string; levels: string[]; roles: string[] }
export interface Rights { roles: string[]; relations: string[]; levels: string[]; rules: RightRule[] }
