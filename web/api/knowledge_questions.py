"""Questions without an answer over HTTP: the worklist by unit, and what becomes of a cluster."""

from apiflask import APIBlueprint
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session

from hotline.kernel.errors import Forbidden, Invalid, NotFound
from hotline.people.models import Unit
from hotline.tickets.models import Category
from knowledge_base import articles, permissions, questions
from knowledge_base.feedback import QuestionCluster
from knowledge_base.questions import ClusterState, Wanted
from web import knowledge_terms
from web.api import present_feedback as present
from web.api.schemas.base import Page
from web.api.schemas.feedback import AssignIn, ClusterDone, ClusterRow, DismissIn, LinkIn
from web.auth import EVERYONE, UNIT_ROLES, allowed
from web.requests import asks, reading, scope, takes, working

api = APIBlueprint("knowledge_questions", __name__, url_prefix="/api/v1", tag="Questions without an answer")

ANSWERERS = (*UNIT_ROLES, "knowledge_editor")
EDITORS = ("knowledge_editor",)
CURSOR = r"^\d{1,9}-\d{1,18}$"
"""Size and id of the last cluster seen."""


class ClustersQuery(BaseModel):
    """Which clusters, of which unit."""

    model_config = ConfigDict(extra="ignore")

    state: ClusterState = ClusterState.OPEN
    unit_id: int | None = None
    after: str | None = Field(None, pattern=CURSOR)
    limit: int = Field(50, ge=1, le=200)

    def seen(self) -> tuple[int, int] | None:
        """Size and id of the last cluster seen."""
        if self.after is None:
            return None
        size, cluster_id = self.after.split("-")
        return int(size), int(cluster_id)


@api.get("/knowledge/questions")
@asks(api, ClustersQuery)
@api.output(Page[ClusterRow])
@allowed(*EVERYONE)
def list_clusters(query: ClustersQuery) -> Page[ClusterRow]:
    """Clusters that count, those asked most often first: of the reader's units, or of all for editors and the hotline."""
    with reading() as session:
        at_least = knowledge_terms.rules_of(session).questions.at_least
        wanted = Wanted(query.state, at_least, _units(query.unit_id), query.seen(), query.limit)
        found = questions.listed(session, wanted)
        after = f"{found[-1].size}-{found[-1].id}" if len(found) == query.limit else None
        return Page[ClusterRow](items=present.cluster_rows(session, found, scope()), after=after)


@api.post("/knowledge/questions/<int:cluster_id>/assign")
@takes(api, AssignIn)
@api.output(ClusterRow)
@allowed(*EDITORS)
def assign_cluster(cluster_id: int, body: AssignIn) -> ClusterRow:
    """Have a unit answer the questions of a cluster within the city's limit."""
    with working() as uow:
        if uow.session.get(Unit, body.unit_id) is None:
            raise Invalid("unit_id", "unknown-unit")
        if body.category_code is not None and uow.session.get(Category, body.category_code) is None:
            raise Invalid("category_code", "unknown-code", given=body.category_code)
        days = knowledge_terms.rules_of(uow.session).question_working_days
        due_at = knowledge_terms.due_after(uow.session, uow.zone, uow.now, days)
        questions.assign(uow, cluster_id, body.unit_id, body.category_code, due_at=due_at)
        return present.cluster_rows(uow.session, [questions.get(uow.session, cluster_id)], scope())[0]


@api.post("/knowledge/questions/<int:cluster_id>/article")
@api.output(ClusterDone, 201)
@allowed(*ANSWERERS)
def draft_from_cluster(cluster_id: int) -> ClusterDone:
    """Begin an article that answers a cluster, with its wordings as title and variants."""
    with working() as uow:
        cluster = _answerable(uow.session, cluster_id)
        article = questions.draft(uow, cluster_id, knowledge_terms.terms(uow), owner_unit_id=cluster.unit_id)
        return ClusterDone(article_id=article.id, state=article.state.value)


@api.post("/knowledge/questions/<int:cluster_id>/link")
@takes(api, LinkIn)
@api.output(ClusterDone)
@allowed(*ANSWERERS)
def link_cluster(cluster_id: int, body: LinkIn) -> ClusterDone:
    """Say that an article answers a cluster; wordings that it has not go into a change of it."""
    with working() as uow:
        _answerable(uow.session, cluster_id)
        if not permissions.may_write(scope(), articles.get(uow.session, body.article_id).owner_unit_id):
            raise Forbidden("not theirs", action="link")
        article = questions.link(uow, cluster_id, body.article_id, knowledge_terms.terms(uow))
        return ClusterDone(article_id=article.id, state=article.state.value)


@api.post("/knowledge/questions/<int:cluster_id>/dismiss")
@takes(api, DismissIn)
@api.output(ClusterRow)
@allowed(*EDITORS)
def dismiss_cluster(cluster_id: int, body: DismissIn) -> ClusterRow:
    """Say that no article is to answer a cluster, and why."""
    with working() as uow:
        cluster = questions.dismiss(uow, cluster_id, body.note, roles=frozenset(EDITORS), due_at=uow.now)
        return present.cluster_rows(uow.session, [cluster], scope())[0]


def _units(asked: int | None) -> frozenset[int] | None:
    """The units whose clusters are shown; None for all."""
    if permissions.is_editor(scope()) or scope().sees_all_units:
        return None if asked is None else frozenset({asked})
    return scope().unit_ids if asked is None else scope().unit_ids & {asked}


def _answerable(session: Session, cluster_id: int) -> QuestionCluster:
    """The cluster. Raises NotFound for one that is hidden from the officer, Forbidden for one that is not theirs to answer."""
    cluster = questions.get(session, cluster_id)
    if not present.may_see_cluster(scope(), cluster):
        raise NotFound("question cluster", thing="question-cluster", id=cluster_id)
    if not present.may_answer_cluster(scope(), cluster):
        raise Forbidden("not theirs", action="answer")
    return cluster
