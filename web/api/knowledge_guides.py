"""The service platform's guides over HTTP: how far they were followed, and looking again now."""

from apiflask import APIBlueprint

from hotline.kernel.errors import Conflict
from hotline.people.permissions import Role
from knowledge_base import guides
from knowledge_base.lifecycle import EDITORS
from web import texts
from web.api.schemas.knowledge_files import GuideFinding, GuidesShown
from web.auth import allowed
from web.requests import container, locale, reading, working

api = APIBlueprint("knowledge_guides", __name__, url_prefix="/api/v1/knowledge", tag="Knowledge")
MAY_LOOK = (*sorted(EDITORS), Role.ADMINISTRATOR.value)


@api.get("/guides")
@api.output(GuidesShown)
@allowed(*MAY_LOOK)
def show_guides() -> GuidesShown:
    """The source of guides, and what the last look at it came to."""
    source = container().guides.name
    with reading() as session:
        state, articles = guides.standing(session, source)
    findings = [_finding(one) for one in state.findings] if state else []
    return GuidesShown(
        configured=bool(source),
        source=source,
        running=state is not None and state.finished_at is None and not state.error,
        synced_at=state.finished_at if state else None,
        taken=state.taken if state else 0,
        removed=state.removed if state else 0,
        failed=len(findings),
        error=state.error if state else "",
        findings=findings,
        articles=articles,
    )


@api.post("/guides/sync")
@api.output(GuidesShown)
@allowed(*MAY_LOOK)
def look_again() -> GuidesShown:
    """Have the guides looked at now rather than tonight; the worker does it within the minute."""
    source = container().guides.name
    if not source:
        raise Conflict("no source of guides", reason="no-guide-source")
    with working() as uow:
        guides.ask(uow, source)
    return show_guides()


def _finding(one: dict[str, str]) -> GuideFinding:
    keys = [f"error.invalid.{one['rule']}", f"error.conflict.{one['rule']}", f"error.{one['rule']}"]
    return GuideFinding(**one, message=texts.first(keys, locale(), field=one["field"]))
