"""Several matters in one call: seen, split into drafts, each filled from its own words; and the summary at the end."""

from collections.abc import Sequence

import pytest

from hotline.intake import drafts, summaries
from hotline.intake.drafting.fill import Sources
from hotline.intake.drafting.values import Turn
from hotline.intake.models import Contact, Draft
from hotline.intake.places import load_gazetteer
from hotline.kernel.db import Database
from hotline.kernel.errors import Conflict, Invalid
from tests.integration.contact_desk import Desk, rank_lamps

SAID = (
    ("agent", "您好，请讲"),
    ("caller", "你好，听涛苑3号楼的路灯不亮，已经三天了"),
    ("agent", "好的，您希望怎么解决"),
    ("caller", "尽快派人来修好"),
    ("agent", "还有其他问题吗"),
    ("caller", "还有一个，小区门口的垃圾没人清运，臭得很"),
    ("agent", "请问您贵姓"),
    ("caller", "我姓张，就打这个电话"),
    ("agent", "张女士，给您登记转办了"),
)
MATTERS = [[2, 3, 4, 7, 8, 9], [5, 6, 7, 8, 9]]


@pytest.fixture
def desk(database: Database) -> Desk:
    return Desk.opened(database)


def turns(count: int = len(SAID)) -> list[Turn]:
    return [Turn(seq, role, text) for seq, (role, text) in enumerate(SAID[:count], start=1)]


def hear(desk: Desk, said: Sequence[Turn]) -> None:
    with desk.database.work() as uow:
        sources = Sources(load_gazetteer(uow.session), rank_lamps, "19900000123")
        for draft in drafts.to_refresh(uow.session, desk.contact_id):
            drafts.refresh(uow, draft.id, said, sources)


def split(desk: Desk, matters: Sequence[Sequence[int]] = MATTERS) -> list[int]:
    with desk.database.work() as uow:
        return [draft.id for draft in drafts.split(uow, desk.scope, desk.draft_id, matters=matters)]


def kept(desk: Desk) -> list[Draft]:
    with desk.database.read() as session:
        found = drafts.of_contact(session, desk.contact_id)
        session.expunge_all()
        return found


def test_several_matters_are_seen_while_one_draft_is_filled(desk: Desk) -> None:
    hear(desk, turns())

    (draft,) = kept(desk)
    assert [len(row["segments"]) > 1 for row in draft.proposed[drafts.MATTERS]] == [True, True]
    assert "路灯不亮" in draft.proposed[drafts.MATTERS][0]["title"]
    assert "垃圾" in draft.proposed[drafts.MATTERS][1]["title"]


def test_one_matter_proposes_no_split(desk: Desk) -> None:
    hear(desk, turns(4))

    assert drafts.MATTERS not in kept(desk)[0].proposed


def test_split_drafts_are_filled_from_their_own_words_and_know_the_caller(desk: Desk) -> None:
    hear(desk, turns())
    split(desk)

    hear(desk, turns())

    lamp, waste = (draft.fields for draft in kept(desk))
    assert ["路灯" in fields["title"]["value"] for fields in (lamp, waste)] == [True, False]
    assert ["垃圾" in fields["title"]["value"] for fields in (lamp, waste)] == [False, True]
    assert [fields["contact_name"]["value"] for fields in (lamp, waste)] == ["张女士", "张女士"]
    assert {item["seq"] for item in waste["title"]["evidence"]} <= {2, 6, 8, 9}, "the place is that of the first matter"


def test_split_again_gives_the_drafts_made(desk: Desk) -> None:
    hear(desk, turns())

    assert split(desk) == split(desk)
    assert len(kept(desk)) == 2


def test_words_after_a_split_belong_to_the_last_draft(desk: Desk) -> None:
    hear(desk, turns())
    split(desk)
    hear(desk, turns())
    before = kept(desk)[0].fields

    hear(desk, [*turns(), Turn(10, "caller", "垃圾已经堆了两个星期了")])

    lamp, waste = kept(desk)
    assert lamp.fields == before
    assert "堆了两个星期" in waste.fields["body"]["value"]


def test_what_a_person_typed_stays_with_the_first_draft(desk: Desk) -> None:
    hear(desk, turns())
    desk.type({"title": "路灯坏了三天"})

    split(desk)
    hear(desk, turns())

    first, second = kept(desk)
    assert first.fields["title"]["value"] == "路灯坏了三天"
    assert second.fields["title"]["value"] != "路灯坏了三天"


@pytest.mark.parametrize("matters", [[[1, 2]], [[1], []]])
def test_a_split_needs_two_matters_with_words(desk: Desk, matters: list[list[int]]) -> None:
    with pytest.raises(Invalid):
        split(desk, matters)


def test_a_dropped_draft_cannot_be_split(desk: Desk) -> None:
    with desk.database.work() as uow:
        drafts.drop(uow, desk.scope, desk.draft_id)

    with pytest.raises(Conflict):
        split(desk)


def summarise(desk: Desk, said: Sequence[Turn]) -> str:
    with desk.database.work() as uow:
        contact = uow.session.get_one(Contact, desk.contact_id)
        summaries.draw_up(uow, contact, said, Sources(load_gazetteer(uow.session), rank_lamps))
        return contact.summary


def test_summary_tells_who_what_where_and_what_was_promised(desk: Desk) -> None:
    summary = summarise(desk, turns())

    assert summary.startswith("张女士反映听涛苑3号楼路灯不亮")
    assert "垃圾" in summary
    assert summary.endswith("给您登记转办了。")


def test_late_words_renew_the_machines_summary_only(desk: Desk) -> None:
    first = summarise(desk, turns(6))
    assert summarise(desk, turns(8)) != first

    with desk.database.work() as uow:
        summaries.write(uow, desk.scope, desk.contact_id, "路灯和垃圾，已转办")
    assert summarise(desk, turns()) == "路灯和垃圾，已转办"


def test_who_said_nothing_has_no_summary(desk: Desk) -> None:
    assert summarise(desk, [Turn(1, "agent", "您好，请讲")]) == ""
