"""Rankers over HTTP for administrators: versions, which is live, how good dispatching is, training, switching, going back."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from apiflask import APIBlueprint
from sqlalchemy.orm import Session

from dispatch import automatic, models_book, quality, shelf, training, wishes
from dispatch.models import RankerModel, RankerSwitch
from dispatch.quality import Counted, Quality
from hotline.kernel import clock
from hotline.people.permissions import Role
from web import ranking_terms
from web.api.present_timing import names_of
from web.api.schemas.base import UnitRef
from web.api.schemas.ranking import (
    AutomaticShown,
    BinShown,
    CategoryCounted,
    CurvePoint,
    DriftShown,
    MonthShown,
    NoteIn,
    QualityShown,
    RankerMetrics,
    RankerShown,
    RankingShown,
    SwitchIn,
    SwitchShown,
    TrainingShown,
    UnitCounted,
)
from web.auth import allowed
from web.requests import actor, container, reading, takes, working

api = APIBlueprint("admin_ranking", __name__, url_prefix="/api/v1/admin/ranking", tag="Administration")
ADMINISTRATOR = Role.ADMINISTRATOR.value


@api.get("")
@api.output(RankingShown)
@allowed(ADMINISTRATOR)
def show_ranking() -> RankingShown:
    """Rankers, the live one's curve, quality by month, category and unit, drift, and the rule of automatic dispatch."""
    with reading() as session:
        return _ranking(session)


@api.post("/train")
@takes(api, NoteIn)
@api.output(RankingShown, status_code=202)
@allowed(ADMINISTRATOR)
def train(body: NoteIn) -> RankingShown:
    """Ask for a training; a worker does it within minutes."""
    wishes.ask(container().settings.data_dir, wishes.Wish(clock.now().isoformat(), actor().officer_id, body.note))
    with reading() as session:
        return _ranking(session)


@api.post("/models/<int:number>/switch")
@takes(api, SwitchIn)
@api.output(RankingShown)
@allowed(ADMINISTRATOR)
def switch(number: int, body: SwitchIn) -> RankingShown:
    """Let a ranker rank from now on. One that is worse is refused (409, reason worse-ranker) unless `anyway` with a note."""
    with working() as uow:
        change = models_book.switch_anyway if body.anyway else models_book.switch
        change(uow, number, body.note)
        return _ranking(uow.session)


@api.post("/rollback")
@takes(api, NoteIn)
@api.output(RankingShown)
@allowed(ADMINISTRATOR)
def roll_back(body: NoteIn) -> RankingShown:
    """Go back to what ranked before; to the rules alone when nothing did."""
    with working() as uow:
        models_book.rollback(uow, body.note)
        return _ranking(uow.session)


def _ranking(session: Session) -> RankingShown:
    rules, live = ranking_terms.rules_of(session), shelf.live_number(session)
    models, switches = models_book.listed(session), models_book.switches(session)
    newest = next((one for one in models if one.number == live), models[0] if models else None)
    names = names_of(session, [one.by_id for one in switches])
    return RankingShown(
        live=live,
        models=[_model(session, one, live, switches, names) for one in models],
        baseline=RankerMetrics(top1=newest.metrics.get("rules_top1")) if newest else None,
        curve=[CurvePoint(**point) for point in newest.metrics.get("curve", [])] if newest else [],
        quality=_quality(quality.quality(session, clock.now(), container().database.zone)),
        automatic=AutomaticShown(
            allowed=rules.automatic.allowed,
            precision=rules.automatic.precision,
            threshold=automatic.live_threshold(session, rules.automatic),
            sample_share=rules.automatic.sample_share,
            categories=list(rules.automatic.categories),
        ),
        training=_training(session),
        tickets=training.count(session),
        least=rules.training.least,
    )


def _model(
    session: Session,
    row: RankerModel,
    live: int | None,
    switches: Sequence[RankerSwitch],
    names: Mapping[int | None, str],
) -> RankerShown:
    return RankerShown(
        number=row.number,
        trained_at=row.trained_at,
        tickets=row.tickets,
        since=row.since,
        until=row.until,
        metrics=_metrics(row.metrics),
        note=row.note,
        live=row.number == live,
        usable=shelf.is_there(session, row),
        switched=[
            SwitchShown(action=one.action, at=one.at, by=names.get(one.by_id), note=one.note)
            for one in switches
            if one.model_number == row.number
        ],
    )


def _metrics(told: Mapping[str, Any]) -> RankerMetrics:
    figures = {name: told[name] for name in RankerMetrics.model_fields if name in told}
    of_categories = told.get("categories") or {}
    return RankerMetrics(**figures, category_top1=of_categories.get("top1"), category_top3=of_categories.get("top3"))


def _training(session: Session) -> TrainingShown | None:
    folder = shelf.folder_of(session)
    wish = wishes.standing(folder) if folder is not None else None
    return TrainingShown(state=wish.state, started_at=datetime.fromisoformat(wish.at)) if wish else None


def _quality(found: Quality) -> QualityShown:
    return QualityShown(
        months=[MonthShown(month=one.key, **_counts(one)) for one in found.months],
        categories=[CategoryCounted(code=one.key, path=one.name, **_counts(one)) for one in found.categories],
        units=[UnitCounted(unit=UnitRef(id=int(one.key), name=one.name), **_counts(one)) for one in found.units],
        calibration=[
            BinShown(low=one.low, high=one.high, said=one.said, was=one.right, count=one.count) for one in found.calibration
        ],
        drift=DriftShown.model_validate(found.drift, from_attributes=True),
    )


def _counts(one: Counted) -> dict[str, Any]:
    return {name: value for name, value in one.__dict__.items() if name not in {"key", "name"}}
