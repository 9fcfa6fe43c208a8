"""Versions of the limits over HTTP: list, show with differences, draft, change, try out, preview, publish, give up.

The rules are in `sla.versions`, `sla.previews` and `sla.trials`.
"""

from apiflask import APIBlueprint
from sqlalchemy.orm import Session

from hotline.kernel import clock
from hotline.kernel.db import UnitOfWork
from hotline.kernel.errors import Invalid
from hotline.people.permissions import Role
from sla import previews, trials, versions
from sla.book import book_of
from sla.limits import LimitUnit, Stage, StartEvent, StartRule
from sla.models import PolicyVersion
from sla.policies import STARTS, Case
from sla.practices import practices
from sla.sentences import sentence
from sla.versions import Listed
from web import texts
from web.api.present_timing import names_of, preview_shown, removed, row_shown, rows_shown, version_facts
from web.api.schemas.base import Done
from web.api.schemas.timing import (
    AgainstQuery,
    DraftBody,
    PoliciesShown,
    PreviewShown,
    ProfileShown,
    PublishBody,
    RecountRef,
    RowsBody,
    SinceBody,
    TrialBody,
    TrialShown,
    VersionDetail,
    VersionLine,
)
from web.auth import allowed
from web.requests import asks, container, locale, reading, takes, working

api = APIBlueprint("admin_policies", __name__, url_prefix="/api/v1/admin/policies", tag="Administration")
ADMINISTRATOR = Role.ADMINISTRATOR.value


@api.get("")
@api.output(PoliciesShown)
@allowed(ADMINISTRATOR)
def list_policies() -> PoliciesShown:
    """The versions, newest first, the shipped examples, and what a row may say."""
    with reading() as session:
        found = versions.listed(session, clock.now())
        names = names_of(session, [one.version.published_by_id for one in found])
        known = versions.known_words()
        return PoliciesShown(
            versions=[VersionLine(**version_facts(one, names), rows=one.rows) for one in found],
            profiles=[ProfileShown.model_validate(one) for one in practices().values()],
            stages=[stage.value for stage in Stage],
            units_of_time=[unit.value for unit in LimitUnit],
            start_rules=[rule.value for rule in StartRule],
            start_events=[event.value for event in StartEvent],
            starts_of_stages={stage.value: [event.value for event in events] for stage, events in STARTS.items()},
            types=list(known["type"]),
            urgencies=list(known["urgency"]),
            profiles_of_tickets=list(known["profile"]),
            unit_classes=list(known["unit_class"]),
        )


@api.get("/<int:version>")
@asks(api, AgainstQuery)
@api.output(VersionDetail)
@allowed(ADMINISTRATOR)
def show_version(version: int, query: AgainstQuery) -> VersionDetail:
    """A version with its rows, each with how it differs from the version in force or from `against`."""
    with reading() as session:
        return _detail(session, version, query.against)


@api.post("")
@takes(api, DraftBody)
@api.output(VersionDetail, status_code=201)
@allowed(ADMINISTRATOR)
def draft_version(body: DraftBody) -> VersionDetail:
    """A new draft, from a version or a shipped example."""
    with working() as uow:
        return _detail(uow.session, _drafted(uow, body).version, None)


@api.put("/<int:version>/rows")
@takes(api, RowsBody)
@api.output(VersionDetail)
@allowed(ADMINISTRATOR)
def put_rows(version: int, body: RowsBody) -> VersionDetail:
    """Replace all rows of a draft; a refusal names the row (from 1), its field and the rule."""
    with working() as uow:
        versions.put_rows(uow, version, [row.facts() for row in body.rows])
        return _detail(uow.session, version, None)


@api.delete("/<int:version>")
@api.output(Done)
@allowed(ADMINISTRATOR)
def discard_version(version: int) -> Done:
    """Give a draft up."""
    with working() as uow:
        versions.discard(uow, version)
        return Done()


@api.post("/<int:version>/preview")
@takes(api, SinceBody)
@api.output(PreviewShown)
@allowed(ADMINISTRATOR)
def preview_version(version: int, body: SinceBody) -> PreviewShown:
    """Which open limits would move if the version came into force then; nothing is changed."""
    with reading() as session:
        versions.get(session, version)
        at = body.effective_from or clock.now()
        return preview_shown(previews.of_policies(session, container().database.zone, version, at))


@api.post("/<int:version>/publish")
@takes(api, PublishBody)
@api.output(RecountRef)
@allowed(ADMINISTRATOR)
def publish_version(version: int, body: PublishBody) -> RecountRef:
    """Let a draft come into force; open limits are counted again from then."""
    with working() as uow:
        recount = versions.publish(uow, version, effective_from=body.effective_from, note=body.note)
        return RecountRef(recount_id=recount.id)


@api.post("/<int:version>/try")
@takes(api, TrialBody)
@api.output(TrialShown)
@allowed(ADMINISTRATOR)
def try_version(version: int, body: TrialBody) -> TrialShown:
    """What a case would come to by this version, with the sum in words."""
    zone = container().database.zone
    case = Case(body.type or "", body.urgency or "", body.profile or "", body.unit_class)
    with reading() as session:
        versions.get(session, version)
        rows = previews.rows_of(session, version, body.start)
        found = trials.of_case(book_of(session, zone), rows, body.stage, case, body.start)
    return TrialShown(
        policy=row_shown(found.policy, found.policy.id, None),
        roster=found.roster,
        due_at=found.due_at,
        warn_at=found.warn_at,
        provisional=found.provisional,
        sentence=sentence(found.lines, _text, zone),
    )


def _text(key: str, **values: object) -> str:
    return texts.text(key, locale(), **values)


def _drafted(uow: UnitOfWork, body: DraftBody) -> PolicyVersion:
    if body.profile is not None:
        return versions.draft_from_profile(uow, body.profile, body.name)
    if body.from_version is None:
        raise Invalid("from_version", "required")
    return versions.draft_from_version(uow, body.from_version, body.name)


def _detail(session: Session, version: int, against: int | None) -> VersionDetail:
    one, now = versions.get(session, version), clock.now()
    found = versions.listed(session, now)
    current = next((listed.version.version for listed in found if listed.in_force), None)
    compared = against if against is not None else current
    shown = next((listed for listed in found if listed.version is one), Listed(one, 0, in_force=False))
    rows = versions.rows_of(session, version)
    earlier = versions.rows_of(session, compared) if compared not in (None, version) else []
    return VersionDetail(
        **version_facts(shown, names_of(session, [one.published_by_id])),
        rows=rows_shown(rows, earlier),
        against=compared,
        removed=removed(rows, earlier),
    )
