"""The city's ranker on a real database: learnt from handled tickets, switched, rolled back, refused when tampered with."""

from collections.abc import Iterator
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from dispatch import assignment, automatic, catalogue_versions, decisions, models_book, quality, shelf, training, wishes
from dispatch.automatic import Terms
from dispatch.catalogue_rules import CatalogueRules, Guard
from dispatch.models import DispatchDecision, RankerModel
from dispatch.ranking_rules import AutomaticRules, TrainingRules
from dispatch.routing import Candidate
from dispatch.scikit import LargeMargins
from dispatch.training import Course
from hotline.kernel import clock
from hotline.kernel.db import Database
from hotline.kernel.errors import Conflict, Invalid, NotFound
from hotline.kernel.events import Subscribers, recorder
from hotline.kernel.vault import Vault
from hotline.people.models import Unit
from hotline.tickets import assignments, following, tickets
from hotline.tickets.events import AssignmentMoved, AssignmentOpened, TicketMoved, TicketOpened
from hotline.tickets.models import Ticket
from hotline.tickets.tickets import NewTicket
from hotline.tickets.workflow import Secrecy, State
from tests import factories
from tests.conftest import SECRET
from tests.fakes import FakeQueue
from tests.integration.test_dispatch_catalogue import STREET, row

ZONE = ZoneInfo("Asia/Shanghai")
COURSE = Course(LargeMargins(), TrainingRules(least=20, most=1000, kept_back=0.25, every_days=7, switch=False), ZONE)
NOISE = ("工地夜间施工噪音扰民", "半夜打桩声音很大睡不着", "隔壁装修电钻噪声", "广场舞音响太吵", "烧烤店深夜喧哗吵闹")
STALLS = ("路边摆摊占道经营", "流动摊贩堵住人行道", "早市占道卖菜", "店铺出店经营占用便道", "夜市小摊油烟占道")
WHERE = ("在幸福小区门口", "在学校旁边", "在菜市场附近", "在公园东门", "已经持续三天")
OBJECTION = {"reason_code": "duty", "reason": "不属于本单位职责", "legal_basis": "《条例》第三条"}
SURE = AutomaticRules(allowed=True, precision=0.9, sample_share=1.0, categories=())
OPEN_GUARDS = CatalogueRules(100, 10, 30, Guard.OFF, Guard.OFF)


@pytest.fixture
def database(database_url: str, tmp_path: Path, database: Database) -> Iterator[Database]:
    """The database with a data folder and the reactions of dispatching."""
    table = Subscribers(
        within={
            TicketOpened: (assignment.propose_opened,),
            TicketMoved: (assignment.propose_again,),
            AssignmentOpened: (assignment.note_choice,),
            AssignmentMoved: (assignment.note_return, following.follow),
        }
    )
    opened = Database(
        database_url, recorder=recorder(table), put=FakeQueue().put, zone=ZONE, vault=Vault([SECRET]), data_dir=tmp_path
    )
    yield opened
    opened.close()


@pytest.fixture(autouse=True)
def city(database: Database) -> None:
    """Noise goes to the police here, though the catalogue says the bureau of stalls: what the tickets teach."""
    with database.work() as uow:
        session = uow.session
        factories.area(session, "99")
        factories.area(session, "9901", level="district", parent_code="99")
        factories.area(session, STREET, level="street", parent_code="9901")
        for line in ("城管", "公安"):
            factories.unit(session, f"d1-{line}", level="district", line=line, area_code="9901")
        factories.category(session, "01", path="/01/")
        factories.category(session, "0101", parent_code="01", path="/01/0101/")
        factories.category(session, "0102", parent_code="01", path="/01/0102/")
        rows = [row("district-bureau:城管"), row("district-bureau:城管", category="0102")]
        catalogue_versions.import_rows(uow, rows)
        for number in range(50):
            texts, code, unit = ((NOISE, "0101", "d1-公安"), (STALLS, "0102", "d1-城管"))[number % 2]
            session.add(handled(number, texts[number // 2 % 5] + WHERE[number // 10 % 5], code, unit_id(uow.session, unit)))


def handled(number: int, text: str, code: str, unit: int) -> Ticket:
    at = clock.now() - timedelta(days=60 - number)
    told = {"title": text, "body": text, "category_code": code, "area_code": STREET, "lead_unit_id": unit}
    return Ticket(
        number=f"T{number:04}", query_code="0", state=State.CLOSED, channel="phone", type="complaint", opened_at=at,
        replied_at=at + timedelta(days=2), closed_at=at + timedelta(days=3), dispatched_at=at, dispatch_count=1,
        solved="yes", **told,
    )  # fmt: skip


def unit_id(session: object, code: str) -> int:
    return int(session.query(Unit.id).filter(Unit.code == code).scalar())  # type: ignore[attr-defined]  # a Session


def trained(database: Database, note: str = "") -> int:
    with database.read() as session:
        found = training.learn(session, COURSE, shelf.live(session))
    with database.work() as uow:
        return models_book.add(uow, found, note).number


def switched(database: Database, number: int) -> None:
    with database.work() as uow:
        models_book.switch(uow, number)


def opened(database: Database, text: str, code: str | None = "0101", **values: object) -> int:
    with database.work() as uow:
        given = NewTicket(channel="phone", type="complaint", title=text, body=text, category_code=code, area_code=STREET)
        ticket = tickets.open_ticket(uow, given)
        for name, value in values.items():
            setattr(ticket, name, value)
        return ticket.id


def proposed(database: Database, ticket_id: int) -> list[Candidate]:
    with database.read() as session:
        kept = assignment.latest(session, ticket_id)
        assert kept is not None
        return assignment.candidates_of(kept)


def given_back(database: Database, ticket_id: int, unit: int, competent: int | None = None) -> None:
    with database.work() as uow:
        tickets.move(uow, ticket_id, "dispatch", roles=["dispatcher"], given={"unit_id": unit})
        part = assignments.at_work(uow.session, ticket_id)[-1].id
        asked = OBJECTION | ({"competent_unit_id": competent} if competent else {})
        assignments.move(uow, part, "ask_return", roles=["liaison"], given=asked)
        assignments.move(uow, part, "grant_return", roles=["dispatcher"], given={"note": "理由成立"})


def test_live_ranker_proposes_who_handled_such_matters_with_reasons_and_probability(database: Database) -> None:
    before = proposed(database, opened(database, "半夜施工噪音很大"))
    switched(database, trained(database))

    after = proposed(database, opened(database, "半夜施工噪音很大"))

    assert before[0].unit_name != after[0].unit_name == "单位d1-公安"
    codes = {reason.code: reason.args for reason in after[0].reasons}
    assert {"learnt-words", "similar-handled"} <= codes.keys()
    assert codes["similar-handled"]["number"].startswith("T")
    assert codes["similar-handled"]["solved"] == codes["similar-handled"]["tickets"] > 0
    assert after[0].probability is not None
    assert 0 <= after[0].probability <= 1


def test_category_of_a_text_comes_with_probability_and_words(database: Database) -> None:
    switched(database, trained(database))

    with database.read() as session:
        found = assignment.ranking(session, "流动摊贩占道", None, STREET)

    assert (found.guesses[0].code, found.model_number) == ("0102", 1)
    assert found.guesses[0].words
    assert found.candidates[0].unit_name == "单位d1-城管"


def test_rollback_goes_back_to_what_ranked_before_and_at_last_to_the_rules(database: Database) -> None:
    for number in (trained(database), trained(database)):
        with database.work() as uow:
            models_book.switch_anyway(uow, number, "试用")

    lives = list[int | None]()
    for _ in range(2):
        with database.work() as uow:
            models_book.rollback(uow)
            lives.append(shelf.live_number(uow.session))

    assert lives == [1, None]
    with database.work() as uow, pytest.raises(Conflict):
        models_book.rollback(uow)
    assert {one.learnt for one in proposed(database, opened(database, "半夜噪音"))} == {0.0}


def test_file_that_was_tampered_with_is_refused_and_the_rules_go_on(database: Database, tmp_path: Path) -> None:
    number = trained(database)
    switched(database, number)
    path = next((tmp_path / shelf.FOLDER).glob(f"*{shelf.SUFFIX}"))
    path.write_bytes(path.read_bytes()[:-1] + b"x")

    ranked = proposed(database, opened(database, "半夜施工噪音"))

    assert (ranked[0].unit_name, ranked[0].probability) == ("单位d1-城管", None)
    with database.work() as uow:
        models_book.rollback(uow)
        with pytest.raises(Conflict):
            models_book.switch_anyway(uow, number, "再试")


def test_file_of_another_format_leaves_the_rules_to_rank(database: Database, tmp_path: Path) -> None:
    switched(database, trained(database))
    path = next((tmp_path / shelf.FOLDER).glob(f"*{shelf.SUFFIX}"))
    data = b"PK of a later version"
    path.with_stem(sha256(data).hexdigest()).write_bytes(data)
    with database.work() as uow:
        uow.session.query(RankerModel).update({"sha256": sha256(data).hexdigest()})

    assert proposed(database, opened(database, "半夜施工噪音"))[0].unit_name == "单位d1-城管"


def test_file_keeps_no_name_and_no_long_number(database: Database) -> None:
    with database.work() as uow:
        for ticket in uow.session.query(Ticket):
            ticket.contact_name = "欧阳某某"
            ticket.body += "，我叫欧阳某某，电话19900001234"
    with database.read() as session:
        model = training.learn(session, COURSE, None).model

    features = [*model.categories.space.names(), *model.functions.space.names()]
    assert [one for one in features if "欧阳" in one or "199" in one or "1234" in one] == []


def test_ticket_made_confidential_since_is_named_in_no_reason(database: Database) -> None:
    switched(database, trained(database))
    with database.work() as uow:
        uow.session.query(Ticket).update({"secrecy": Secrecy.CONFIDENTIAL})

    ranked = proposed(database, opened(database, "半夜施工噪音很大"))

    assert {reason.code for one in ranked for reason in one.reasons}.isdisjoint({"similar-handled", "named-like"})


def test_return_of_a_confidential_ticket_or_a_report_teaches_nobody_else(database: Database) -> None:
    with database.read() as session:
        unit = unit_id(session, "d1-城管")
    for name, value in (("type", "report"), ("secrecy", Secrecy.CONFIDENTIAL)):
        ticket_id = opened(database, "半夜施工噪音很大")
        given_back(database, ticket_id, unit)
        with database.work() as uow:
            setattr(uow.session.get_one(Ticket, ticket_id), name, value)

    ranked = proposed(database, opened(database, "半夜施工噪音很大"))

    assert {reason.code for one in ranked for reason in one.reasons}.isdisjoint({"returned-like", "named-like"})


def test_missing_file_leaves_the_rules_to_rank(database: Database, tmp_path: Path) -> None:
    switched(database, trained(database))
    for path in (tmp_path / shelf.FOLDER).glob("*"):
        path.unlink()

    assert proposed(database, opened(database, "半夜施工噪音"))[0].unit_name == "单位d1-城管"


def test_worse_ranker_is_switched_on_only_with_a_reason(database: Database) -> None:
    number = trained(database)
    with database.work() as uow:
        uow.session.get_one(RankerModel, number).metrics = {"top1": 0.1, "rules_top1": 0.5}

    with database.work() as uow:
        with pytest.raises(Conflict) as refused:
            models_book.switch(uow, number)
        with pytest.raises(Invalid):
            models_book.switch_anyway(uow, number, " ")
        assert models_book.switch_anyway(uow, number, "规则有误").model_number == number
    assert refused.value.details["reason"] == "worse-ranker"


def test_training_measures_on_tickets_kept_back_beside_the_rules(database: Database) -> None:
    number = trained(database)

    with database.read() as session:
        told = models_book.get(session, number).metrics
        assert told["top1"] > told["rules_top1"]
        assert told["kept_back"] == 12
        assert told["curve"][0]["share"] == 1.0
        with pytest.raises(NotFound):
            models_book.get(session, 99)


def test_too_few_tickets_teach_nothing(database: Database) -> None:
    rules = TrainingRules(least=51, most=1000, kept_back=0.2, every_days=7, switch=False)

    with database.read() as session, pytest.raises(Conflict) as refused:
        training.learn(session, Course(LargeMargins(), rules, ZONE), None)

    assert refused.value.details["tickets"] == 50


@pytest.mark.parametrize("learnt", [False, True], ids=["rules alone", "live ranker"])
def test_return_changes_the_very_next_proposal_for_the_same_kind_of_text_alone(database: Database, learnt: bool) -> None:
    if learnt:
        switched(database, trained(database))
    with database.read() as session:
        stalls, police = unit_id(session, "d1-城管"), unit_id(session, "d1-公安")
    alike, other = "路灯不亮摔倒老人", "井盖松动响声大"
    before = {one.unit_id: one.score for one in proposed(database, opened(database, other, "0102"))}

    given_back(database, opened(database, alike, "0102"), stalls, police)

    after = proposed(database, opened(database, f"{alike}要求维修", "0102"))
    assert after[0].unit_id == police
    assert "named-like" in {reason.code for reason in after[0].reasons}
    untouched = {one.unit_id: one.score for one in proposed(database, opened(database, other, "0102"))}
    assert untouched[stalls] == pytest.approx(before[stalls], abs=0.01)


def test_automatic_dispatch_sends_sure_tickets_alone_and_shows_samples(database: Database) -> None:
    switched(database, trained(database))
    with database.work() as uow:
        live = uow.session.get_one(RankerModel, 1)
        live.metrics = {**live.metrics, "sure": [[0.1, True]] * 20}
    sure = opened(database, "半夜施工噪音扰民在学校旁边")
    kept = [
        opened(database, "半夜施工噪音扰民在学校旁边", urgency="critical"),
        opened(database, "半夜施工噪音扰民在学校旁边", type="report"),
    ]

    sent = automatic.dispatch_due(database, Terms(SURE, OPEN_GUARDS))

    with database.work() as uow:
        assert uow.session.get_one(Ticket, sure).state is State.DISPATCHED
        assert {uow.session.get_one(Ticket, one).state for one in kept} == {State.PENDING}
        sample = decisions.samples(uow.session)[0]
        assert (sent, sample.ticket_id, sample.automatic, sample.rank, sample.model_number) == (1, sure, True, 1, 1)
        decisions.judge(uow, sample.id, right=True)
        with pytest.raises(Conflict):
            decisions.judge(uow, sample.id, right=False)
        assert quality.quality(uow.session, clock.now(), ZONE).months[0].samples_right == 1


@pytest.mark.parametrize(
    "rules",
    [
        AutomaticRules(allowed=False, precision=0.9, sample_share=1.0, categories=()),
        AutomaticRules(allowed=True, precision=0.9, sample_share=1.0, categories=("0102",)),
    ],
    ids=["not allowed", "another category"],
)
def test_nothing_goes_out_by_itself_that_the_rules_do_not_allow(database: Database, rules: AutomaticRules) -> None:
    switched(database, trained(database))
    opened(database, "半夜施工噪音扰民")

    assert automatic.dispatch_due(database, Terms(rules, OPEN_GUARDS)) == 0


def test_every_dispatch_is_a_decision_with_rank_and_versions(database: Database) -> None:
    ticket_id = opened(database, "路边摆摊", "0102")

    with database.work() as uow:
        police = unit_id(uow.session, "d1-公安")
        tickets.move(uow, ticket_id, "dispatch", roles=["dispatcher"], given={"unit_id": police})

    with database.read() as session:
        decision = session.query(DispatchDecision).one()
        assert (decision.unit_id, decision.rank, decision.automatic, decision.model_number) == (police, None, False, None)
        found = quality.quality(session, clock.now(), ZONE)
        assert (found.months[0].decisions, found.months[0].top1) == (1, 0.0)


def test_wished_training_is_taken_once_and_again_when_its_worker_died(tmp_path: Path) -> None:
    now = clock.now()
    wishes.ask(tmp_path, wishes.Wish(now.isoformat(), 7, "换季"))

    first, second = wishes.take(tmp_path, now), wishes.take(tmp_path, now)
    running = wishes.standing(tmp_path)
    later = wishes.take(tmp_path, now + wishes.GIVEN_UP)
    wishes.done(tmp_path)

    assert (first and first.by_id, second, running and running.state, later and later.note) == (7, None, "running", "换季")
    assert wishes.standing(tmp_path) is None
