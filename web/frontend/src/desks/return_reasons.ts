// The coded grounds of a return, in the order in which units choose them; their words are in the catalogue (`desks.return_reason`).
export const RETURN_REASONS = ["not_competent", "other_unit", "outside_area", "not_acceptable", "repeat", "unclear", "other"] as const;
