"""Several matters of one talk, each filled from its own turns. Pure; `parting` tells the matters apart.

Called by `hotline.intake.drafts`.
"""

from collections.abc import Mapping, Sequence

from hotline.intake.drafting.fill import Sources, fill
from hotline.intake.drafting.parting import Part, parts
from hotline.intake.drafting.talk import Piece, load_talk, pieces
from hotline.intake.drafting.values import CALLER, Drafted, Proposal, Turn, merge

BORROWED = ("area_code", "address")
BORROWED_FACTOR = 0.7
"""How sure a place of the matter before is, beside one that was told for this one."""


def fill_all(turns: Sequence[Turn], sources: Sources) -> list[Drafted]:
    """What is to be drafted of a talk: one for each matter, none when nobody wants anything."""
    return [one for one in fill_parts(parts(turns), turns, sources) if "title" in one.fields]


def fill_parts(told: Sequence[Part], talk: Sequence[Turn], sources: Sources) -> list[Drafted]:
    """Each part of a talk filled from its own turns and from those that belong to all; in the order of the parts."""
    found = list[Drafted]()
    for at, part in enumerate(told):
        fields = fill(part.turns, sources, own=part.own, talk=talk)
        if len(told) > 1 and "wanted" in fields:
            fields["wanted"] = _own_wish(fields["wanted"], at, told)
        before = next((one.fields for one in reversed(found) if one.fields), {})
        found.append(Drafted(part.segments, _borrowing(fields, before) if fields else fields))
    return found


def _own_wish(whole: Proposal, at: int, told: Sequence[Part]) -> Proposal:
    """What of an answer for all matters is wanted in this one: by 第一 and 第二, else by the words in common with its turns."""
    shared = {turn.seq: turn for turn in told[at].shared}
    seqs = {item.seq for item in whole.evidence}
    if not seqs <= shared.keys():
        return whole
    said = [piece for seq in sorted(seqs) if shared[seq].role == CALLER for piece in pieces(shared[seq])]
    own = _by_ordinal(said, at) or [piece for piece in said if _fits_best(piece, at, told)]
    if not own:
        return whole
    return Proposal("，".join(piece.text for piece in own), whole.confidence, merge([piece.evidence for piece in own]))


def _by_ordinal(said: Sequence[Piece], at: int) -> list[Piece]:
    ordinals, chosen, own = load_talk().ordinals, -1, list[Piece]()
    for piece in said:
        chosen = next((place for place, words in enumerate(ordinals) if piece.text.startswith(words)), chosen)
        if chosen == at:
            own.append(piece)
    return own


def _fits_best(piece: Piece, at: int, told: Sequence[Part]) -> bool:
    shares = [len(set(piece.text) & set("".join(_caller(part.own)))) for part in told]
    return shares[at] == max(shares) and shares.count(shares[at]) == 1


def _caller(turns: Sequence[Turn]) -> list[str]:
    return [turn.text for turn in turns]


def _borrowing(fields: dict[str, Proposal], before: Mapping[str, Proposal]) -> dict[str, Proposal]:
    """The fields, with the place of the matter before where this one tells none and something is to be done there."""
    kind = fields.get("type")
    if "area_code" in fields or (kind and kind.value in {"enquiry", "suggestion"}):
        return fields
    borrowed = {
        name: Proposal(found.value, round(found.confidence * BORROWED_FACTOR, 2), found.evidence)
        for name in BORROWED
        if (found := before.get(name))
    }
    return {**fields, **borrowed}
