"""Announcements and agreed wording over HTTP and by the clock: who posts, what runs where, and what citizens never see."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from hotline.people.models import Unit
from knowledge_base import announcements, wordings
from knowledge_base.announcements import AnnouncementContent, Wanted
from knowledge_base.lifecycle import ANNOUNCEMENT, WORDING, AnnouncementState, WordingState
from knowledge_base.noticeboard import AnnouncementKind
from knowledge_base.noticeboard_rules import When
from knowledge_base.rules import AnnouncementRules
from knowledge_base.wordings import WordingContent
from tests import factories
from tests.integration.people import Person, SignIn
from web.bootstrap import Container

RULES = AnnouncementRules(30, frozenset({"utility"}))
SECRET_WORDS = "内部口径：企业破产事件统一答复"


def said(**changes: Any) -> dict[str, Any]:
    now = datetime.now(UTC)
    plain = {
        "kind": "water",
        "title": "听涛路计划停水",
        "body": "因管网检修，听涛路停水四小时。",
        "starts_at": (now - timedelta(hours=1)).isoformat(),
        "ends_at": (now + timedelta(hours=3)).isoformat(),
    }
    return {**plain, **changes}


def agreed(**changes: Any) -> dict[str, Any]:
    given = said(title="某企业停业", words=SECRET_WORDS, keywords=["退卡"], event="某健身房突然停业退费", **changes)
    return {name: value for name, value in given.items() if name not in ("kind", "body")}


@pytest.fixture
def areas(parts: Container) -> None:
    with parts.database.work() as uow:
        factories.area(uow.session)
        factories.area(uow.session, "9901", parent_code="99", level="district")
        factories.area(uow.session, "990101", parent_code="9901", level="street")
        factories.area(uow.session, "9902", parent_code="99", level="district")


@pytest.fixture
def utility(parts: Container) -> None:
    with parts.database.work() as uow:
        uow.session.query(Unit).filter_by(code="U1").one().unit_class = "utility"


def titles(person: Person, path: str, **query: str) -> list[str]:
    return [row["title"] for row in person.done("GET", path, query_string=query)["items"]]


@pytest.mark.parametrize("role", ["shift_leader", "knowledge_editor"])
def test_leaders_and_editors_post_for_anybody(sign_in: SignIn, role: str) -> None:
    posted = sign_in(role).done("POST", "/knowledge/announcements", json=said())

    assert (posted["state"], posted["phase"], posted["unit"]) == ("posted", "running", None)
    assert [act["action"] for act in posted["actions"]] == ["edit", "end", "withdraw"]


@pytest.mark.usefixtures("utility")
def test_a_utility_posts_for_itself_and_other_units_do_not(sign_in: SignIn) -> None:
    water = sign_in("liaison", "U1")

    posted = water.done("POST", "/knowledge/announcements", json=said())

    assert posted["unit"]["name"] == "单位U1"
    sign_in("liaison", "U2").refused(403, "POST", "/knowledge/announcements", json=said())
    water.refused(403, "POST", "/knowledge/announcements", json=said(unit_id=10**6))


@pytest.mark.usefixtures("utility")
def test_a_unit_neither_changes_nor_ends_what_others_posted(sign_in: SignIn) -> None:
    posted = sign_in("shift_leader").done("POST", "/knowledge/announcements", json=said())
    unit, path = sign_in("liaison", "U1"), f"/knowledge/announcements/{posted['id']}"

    unit.refused(403, "PUT", path, json=said(version=posted["version"]))
    unit.refused(403, "POST", f"{path}/actions/end", json={"version": posted["version"]})


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"title": " "}, "title"),
        ({"body": ""}, "body"),
        ({"ends_at": "2020-01-01T00:00:00Z"}, "ends_at"),
        ({"ends_at": "2099-01-01T00:00:00Z"}, "ends_at"),
        ({"area_codes": ["nowhere"]}, "area_codes"),
        ({"unit_id": 10**6}, "unit_id"),
        ({"kind": "party"}, "kind"),
        ({"starts_at": "2026-01-01T00:00:00"}, "starts_at"),
    ],
)
def test_an_announcement_that_breaks_a_rule_is_refused(sign_in: SignIn, changed: dict[str, Any], field: str) -> None:
    error = sign_in("shift_leader").refused(422, "POST", "/knowledge/announcements", json=said(**changed))

    assert error["details"]["field"] == field


def test_who_saw_an_older_version_overwrites_nothing(sign_in: SignIn) -> None:
    leader = sign_in("shift_leader")
    posted = leader.done("POST", "/knowledge/announcements", json=said())
    path = f"/knowledge/announcements/{posted['id']}"
    changed = leader.done("PUT", path, json=said(title="改期停水", version=posted["version"]))

    assert changed["title"] == "改期停水"
    leader.refused(409, "PUT", path, json=said(version=posted["version"]))
    leader.refused(422, "PUT", path, json=said())
    leader.refused(409, "POST", f"{path}/actions/end", json={"version": posted["version"]})


def test_history_keeps_what_each_save_said(sign_in: SignIn) -> None:
    leader = sign_in("shift_leader")
    posted = leader.done("POST", "/knowledge/announcements", json=said())
    path = f"/knowledge/announcements/{posted['id']}"
    changed = leader.done("PUT", path, json=said(title="改期停水", version=posted["version"]))
    leader.done("POST", f"{path}/actions/withdraw", json={"version": changed["version"], "given": {"note": "误发"}})

    lines = leader.done("GET", f"{path}/history")["items"]

    assert [line["content"]["title"] for line in lines] == ["改期停水", "改期停水", "听涛路计划停水"]
    assert (lines[0]["number"], lines[0]["content"]["note"], lines[0]["by"]) == (3, "误发", "员工shift_leader--zh-CN")


def test_withdrawing_needs_a_reason_and_happens_once(sign_in: SignIn) -> None:
    leader = sign_in("shift_leader")
    posted = leader.done("POST", "/knowledge/announcements", json=said())
    path = f"/knowledge/announcements/{posted['id']}/actions/withdraw"

    leader.refused(422, "POST", path, json={"version": posted["version"]})
    gone = leader.done("POST", path, json={"version": posted["version"], "given": {"note": "误发"}})
    assert (gone["phase"], gone["actions"]) == ("over", [])
    leader.refused(409, "POST", path, json={"version": gone["version"], "given": {"note": "误发"}})


@pytest.mark.usefixtures("areas")
@pytest.mark.parametrize(
    ("posted", "asked", "shown"),
    [
        ([], "990101", True),
        (["9901"], "990101", True),
        (["990101"], "9901", True),
        (["9901"], "9902", False),
        (["99"], "9902", True),
        (["9901"], "", True),
        (["9901"], "unheard", False),
    ],
)
def test_an_announcement_shows_in_its_areas_with_what_lies_in_them(
    sign_in: SignIn, citizen: Person, posted: list[str], asked: str, shown: bool
) -> None:
    sign_in("shift_leader").done("POST", "/knowledge/announcements", json=said(area_codes=posted))

    assert bool(titles(citizen, "/public/announcements", area=asked)) is shown
    assert bool(titles(sign_in("agent"), "/knowledge/announcements", area=asked)) is shown


def test_citizens_see_public_ones_that_run_or_come(sign_in: SignIn, citizen: Person) -> None:
    leader, now = sign_in("shift_leader"), datetime.now(UTC)
    later = {"starts_at": (now + timedelta(days=1)).isoformat(), "ends_at": (now + timedelta(days=2)).isoformat()}
    leader.done("POST", "/knowledge/announcements", json=said(title="今天", area_codes=[]))
    leader.done("POST", "/knowledge/announcements", json=said(title="明天", **later))
    leader.done("POST", "/knowledge/announcements", json=said(title="内部", is_public=False))
    ended = leader.done("POST", "/knowledge/announcements", json=said(title="结束"))
    leader.done("POST", f"/knowledge/announcements/{ended['id']}/actions/end", json={"version": ended["version"]})

    assert titles(citizen, "/public/announcements") == ["今天", "明天"]
    assert set(titles(leader, "/knowledge/announcements", when="now")) == {"今天", "内部"}
    assert titles(leader, "/knowledge/announcements", when="coming") == ["明天"]
    assert titles(leader, "/knowledge/announcements", when="over") == ["结束"]
    assert titles(leader, "/knowledge/announcements", when="all", search="明") == ["明天"]


def test_citizens_read_first_what_runs_and_ends_soonest(sign_in: SignIn, citizen: Person) -> None:
    leader, now = sign_in("shift_leader"), datetime.now(UTC)
    spans = {"明天": (5, 6), "一月": (-48, 240), "今晚": (-1, 4)}
    for title, (starts, ends) in spans.items():
        hours = {"starts_at": (now + timedelta(hours=starts)).isoformat(), "ends_at": (now + timedelta(hours=ends)).isoformat()}
        leader.done("POST", "/knowledge/announcements", json=said(title=title, **hours))

    assert titles(citizen, "/public/announcements") == ["今晚", "一月", "明天"]


def test_of_two_that_fit_the_one_spoken_of_with_more_words_stands_first(sign_in: SignIn) -> None:
    leader = sign_in("shift_leader")
    leader.done("POST", "/knowledge/announcements", json=said(title="渔歌街道停水", area_codes=[], places=""))
    leader.done("POST", "/knowledge/announcements", json=said(title="柳浪路停水", area_codes=[], places=""))

    beside = sign_in("agent").done("POST", "/knowledge/beside", json={"text": "柳浪路停水了"})

    assert [one["title"] for one in beside["announcements"]] == ["柳浪路停水", "渔歌街道停水"]


def test_one_that_is_over_vanishes_at_the_minute_and_is_ended_by_the_clock(parts: Container) -> None:
    now = datetime.now(UTC)
    content = AnnouncementContent(AnnouncementKind.POWER, "停电", "停电", now, now + timedelta(hours=1))
    with parts.database.work() as uow:
        posted_id = announcements.post(uow, content, RULES).id
    end = now + timedelta(hours=1)

    with parts.database.read() as session:
        shown = [len(announcements.running(session, at)) for at in (end - timedelta(seconds=1), end)]
        public = [len(announcements.public(session, at)) for at in (end - timedelta(seconds=1), end)]
        over = announcements.listed(session, Wanted(When.OVER), end)
    with parts.database.work(now=end) as uow:
        ended = announcements.end_over(uow)

    assert (shown, public, [one.id for one in over], ended) == ([1, 0], [1, 0], [posted_id], 1)
    with parts.database.read() as session:
        assert announcements.get(session, posted_id).state is AnnouncementState.ENDED


def test_two_sweeps_at_once_end_each_once(parts: Container) -> None:
    now = datetime.now(UTC)
    content = AnnouncementContent(AnnouncementKind.POWER, "停电", "停电", now, now + timedelta(hours=1))
    with parts.database.work() as uow:
        announcements.post(uow, content, RULES)

    with (
        parts.database.work(now=now + timedelta(hours=2)) as first,
        parts.database.work(now=now + timedelta(hours=2)) as second,
    ):
        ended = announcements.end_over(first), announcements.end_over(second)

    assert ended == (1, 0)


@pytest.mark.parametrize("row", ANNOUNCEMENT.rows, ids=lambda row: f"{row.action}-{row.source}")
def test_every_row_of_an_announcement_moves_it(parts: Container, row: Any) -> None:
    now = datetime.now(UTC)
    content = AnnouncementContent(AnnouncementKind.POWER, "停电", "停电", now, now + timedelta(hours=1))
    with parts.database.work() as uow:
        posted = announcements.post(uow, content, RULES)
        moved = announcements.move(uow, posted.id, row.action, roles=row.roles, given={"note": "误发"}, version=posted.version)

        assert moved.state is row.target


@pytest.mark.parametrize("row", WORDING.rows, ids=lambda row: f"{row.action}-{row.source}")
def test_every_row_of_a_wording_moves_it(parts: Container, row: Any) -> None:
    now = datetime.now(UTC)
    with parts.database.work() as uow:
        posted = wordings.post(uow, WordingContent("口径", "话术", now, now + timedelta(hours=1)), RULES)
        moved = wordings.move(uow, posted.id, row.action, roles=row.roles, given={"note": "误发"}, version=posted.version)

        assert moved.state is row.target


def test_a_wording_ends_by_the_clock(parts: Container) -> None:
    now = datetime.now(UTC)
    with parts.database.work() as uow:
        posted_id = wordings.post(uow, WordingContent("口径", "话术", now, now + timedelta(hours=1)), RULES).id
    with parts.database.work(now=now + timedelta(hours=1)) as uow:
        assert (len(wordings.running(uow.session, uow.now)), wordings.end_over(uow)) == (0, 1)

        assert wordings.get(uow.session, posted_id).state is WordingState.ENDED


def test_staff_alone_see_wordings(sign_in: SignIn, citizen: Person) -> None:
    sign_in("knowledge_editor").done("POST", "/knowledge/wordings", json=agreed())

    assert titles(sign_in("agent"), "/knowledge/wordings") == ["某企业停业"]
    citizen.refused(401, "GET", "/knowledge/wordings")
    for role in ("agent", "liaison"):
        sign_in(role, "U1").refused(403, "POST", "/knowledge/wordings", json=agreed())


def test_no_public_route_ever_shows_a_wording(whole_app: Any, sign_in: SignIn, citizen: Person) -> None:
    sign_in("knowledge_editor").done("POST", "/knowledge/wordings", json=agreed())
    public = [
        rule.rule
        for rule in whole_app.url_map.iter_rules()
        if "GET" in rule.methods and not rule.arguments and ("/public/" in rule.rule or rule.rule in ("/portal", "/"))
    ]

    answers = [
        citizen.client.get(path, query_string={"question": "健身房退卡", "search": "退卡", "typed": "退卡"}) for path in public
    ]

    assert len(public) > 4
    assert [answer for answer in answers if SECRET_WORDS in answer.text or "某企业停业" in answer.text] == []


def test_a_wording_is_changed_and_keeps_its_history(sign_in: SignIn) -> None:
    leader = sign_in("shift_leader")
    posted = leader.done("POST", "/knowledge/wordings", json=agreed())
    path = f"/knowledge/wordings/{posted['id']}"

    changed = leader.done("PUT", path, json={**agreed(version=posted["version"]), "words": "新口径"})

    assert changed["words"] == "新口径"
    assert [line["content"]["words"] for line in leader.done("GET", f"{path}/history")["items"]] == ["新口径", SECRET_WORDS]
    leader.refused(409, "PUT", path, json=agreed(version=posted["version"]))
    ended = leader.done("POST", f"{path}/actions/end", json={"version": changed["version"]})
    leader.refused(409, "PUT", path, json=agreed(version=ended["version"]))


@pytest.mark.usefixtures("areas")
def test_beside_a_call_stand_what_runs_there_and_the_wordings_it_speaks_of(sign_in: SignIn) -> None:
    leader = sign_in("shift_leader")
    leader.done("POST", "/knowledge/announcements", json=said(title="全市地铁延长运营", places=""))
    leader.done("POST", "/knowledge/announcements", json=said(area_codes=["9901"]))
    leader.done("POST", "/knowledge/announcements", json=said(title="别区停电", area_codes=["9902"]))
    leader.done("POST", "/knowledge/wordings", json=agreed())
    agent = sign_in("agent")

    pinned = agent.done("POST", "/knowledge/beside", json={"text": "我家停水了，健身房也不给退卡", "area": "990101"})
    quiet = agent.done("POST", "/knowledge/beside", json={"text": "路灯坏了"})
    bare = agent.done("POST", "/knowledge/beside", json={})

    assert [row["title"] for row in pinned["announcements"]] == ["听涛路计划停水", "全市地铁延长运营"]
    assert [row["title"] for row in pinned["wordings"]] == ["某企业停业"]
    assert pinned["spoken_announcements"] == [pinned["announcements"][0]["id"]]
    assert pinned["spoken_wordings"] == [pinned["wordings"][0]["id"]]
    assert quiet["wordings"] == []
    assert quiet["spoken_announcements"] == quiet["spoken_wordings"] == []
    assert len(bare["wordings"]) == 1
    assert bare["spoken_announcements"] == bare["spoken_wordings"] == []
