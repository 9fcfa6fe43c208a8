"""Several matters of one talk, each filled from its own turns. Pure; `parting` tells the matters apart.

Called by `hotline.intake.drafts`.
"""

from collections.abc import Sequence

from hotline.intake.drafting.fill import Sources, fill
from hotline.intake.drafting.parting import Part, parts
from hotline.intake.drafting.talk import Piece, load_talk, pieces
from hotline.intake.drafting.values import CALLER, Drafted, Proposal, Turn, merge


def fill_all(turns: Sequence[Turn], sources: Sources) -> list[Drafted]:
    """What is to be drafted of a talk: one for each matter, none when nobody wants anything."""
    return [one for one in fill_parts(parts(turns), turns, sources) if "title" in one.fields]


def fill_parts(told: Sequence[Part], talk: Sequence[Turn], sources: Sources) -> list[Drafted]:
    """Each part of a talk filled from its own turns and from those that belong to all; in the order of the parts."""
    found = list[Drafted]()
    for at, part in enumerate(told):
        before = next((one.fields for one in reversed(found) if one.fields), {})
        fields = fill(part.turns, sources, own=part.own, talk=talk, before=before)
        if len(told) > 1 and "wanted" in fields:
            fields["wanted"] = _own_wish(fields["wanted"], at, told)
        found.append(Drafted(part.segments, fields))
    return found


def _own_wish(whole: Proposal, at: int, told: Sequence[Part]) -> Proposal:
    """What of an answer for all matters is wanted in this one: by 第一 and 第二, else by the words in common with its turns."""
    shared = {turn.seq: turn for turn in told[at].shared}
    seqs = {item.seq for item in whole.evidence}
    if not seqs <= shared.keys():
        return whole
    said = [piece for seq in sorted(seqs) if shared[seq].role == CALLER for piece in pieces(shared[seq])]
    own = _by_ordinal(said, at) or _by_topic(said, told[at]) or [piece for piece in said if _fits_best(piece, at, told)]
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


def _by_topic(said: Sequence[Piece], part: Part) -> list[Piece]:
    """What follows the topic of this part: 单车的话，让企业清走."""
    own, chosen = list[Piece](), False
    words = "".join(_caller(part.own))
    for piece in said:
        topic = next((piece.text.removesuffix(end) for end in load_talk().topic_ends if piece.text.endswith(end)), "")
        if topic:
            chosen = topic in words
        elif chosen:
            own.append(piece)
    return own


def _fits_best(piece: Piece, at: int, told: Sequence[Part]) -> bool:
    shares = [len(set(piece.text) & set("".join(_caller(part.own)))) for part in told]
    return shares[at] == max(shares) and shares.count(shares[at]) == 1


def _caller(turns: Sequence[Turn]) -> list[str]:
    return [turn.text for turn in turns]
