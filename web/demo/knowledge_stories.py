"""Tells the stories of articles in the demo city: in review, changed, expired, due; corrected, and asked for in vain.

Called by `knowledge`, which has the people; the rows are `city/knowledge.yaml`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from hotline.kernel.db import SYSTEM, Actor, UnitOfWork
from hotline.kernel.transitions import Attempt
from knowledge_base import article_days, articles, asked, tasks
from knowledge_base.answers import Reply
from knowledge_base.asked import Asking
from knowledge_base.content import ArticleContent, content_of
from knowledge_base.feedback import AskedBy, KnowledgeTask, TaskKind
from knowledge_base.models import Article
from knowledge_base.policy import packaged_policy
from knowledge_base.tasks import Asked
from web import knowledge_terms
from web.demo.knowledge_rows import Day, Stories

HOURS_APART = 5
HELD_FOR = timedelta(days=60)
NOTHING = Reply(None, ())
"""The questions of the stories found no article."""


@dataclass(frozen=True)
class People:
    """Officers by login, with their roles, and the ids of units by code."""

    officers: Mapping[str, Actor]
    roles: Mapping[str, frozenset[str]]
    units: Mapping[str, int]

    def actor(self, login: str) -> Actor:
        """The officer as one who acts."""
        return self.officers[login]


def tell_stories(uow: UnitOfWork, stories: Stories, people: People, day: Day) -> None:
    """Tell all of them; the unit of work is handed back as it came."""
    now = uow.now
    for row in stories.expired:
        _hold_until(uow, row, people, day)
    for code, days in stories.due.items():
        _let_come_due(uow, code, days)
    for row in stories.drafts:
        _write(uow, row, people, day)
    for row in stories.changes:
        _change(uow, row, people, day)
    for row in stories.tasks:
        _ask(uow, row, people, day)
    for row in stories.asked:
        _ask_in_vain(uow, row, people, day)
    uow.now, uow.actor = now, SYSTEM
    article_days.expire_due(uow, knowledge_terms.local_day(uow))
    knowledge_terms.come_due(uow)


def _content(row: Mapping[str, Any], people: People) -> ArticleContent:
    return ArticleContent(
        title=row["title"],
        answer_agent=row["agent"],
        answer_public=row["public"],
        questions=tuple(row["questions"]),
        keywords=tuple(row["keywords"]),
        category_code=row["category"],
        source_document=row.get("source", ""),
        owner_unit_id=people.units[row["owner"]],
        material=row["material"],
    )


def _hold_until(uow: UnitOfWork, row: Mapping[str, Any], people: People, day: Day) -> None:
    last = day.moment(row["held_until"]).date()
    uow.now, uow.actor = day.moment(row["held_until"]) - HELD_FOR, SYSTEM
    content = replace(_content(row, people), effective_from=last - HELD_FOR, effective_to=last)
    articles.import_article(uow, row["code"], content)


def _let_come_due(uow: UnitOfWork, code: str, days: int) -> None:
    """The article is to be looked through again in so many days."""
    article = _article(uow, code)
    review_due = knowledge_terms.local_day(uow) + timedelta(days=days)
    articles.import_article(uow, code, replace(content_of(article), review_due=review_due))


def _write(uow: UnitOfWork, row: Mapping[str, Any], people: People, day: Day) -> None:
    uow.now, uow.actor = day.past(row["written"]), people.actor(row["by"])
    article = articles.write(uow, _content(row, people), knowledge_terms.terms(uow), code=row["code"])
    _take_steps(uow, article, row, people, day)


def _change(uow: UnitOfWork, row: Mapping[str, Any], people: People, day: Day) -> None:
    uow.now, uow.actor = day.past(row["written"]), people.actor(row["by"])
    change = articles.begin_change(uow, _article(uow, row["article"]).id)
    content = replace(content_of(change), answer_agent=row["agent"])
    terms = knowledge_terms.terms(uow)
    change = articles.edit(uow, change.id, content, terms, version=change.version, note=row["note"])
    _take_steps(uow, change, row, people, day)


def _take_steps(uow: UnitOfWork, article: Article, row: Mapping[str, Any], people: People, day: Day) -> None:
    for step in row["steps"]:
        uow.now, uow.actor = day.past(step["when"]), people.actor(step["by"])
        given = {"note": step["note"]} if "note" in step else {}
        attempt = Attempt(step["action"], given, people.roles[step["by"]])
        articles.move(uow, article.id, attempt, knowledge_terms.terms(uow))


def _ask(uow: UnitOfWork, row: Mapping[str, Any], people: People, day: Day) -> None:
    uow.now, uow.actor = day.past(row["when"]), people.actor(row["by"])
    kind, article = TaskKind(row["kind"]), _article(uow, row["article"])
    rules = knowledge_terms.rules_of(uow.session)
    working_days = rules.correction_working_days if kind is TaskKind.CORRECTION else rules.policy_update_working_days
    wanted = Asked(
        kind,
        row["words"],
        knowledge_terms.due_after(uow.session, uow.zone, uow.now, working_days),
        article.owner_unit_id,
        article.id,
        article.revision,
        field=row.get("field", ""),
    )
    _answer(uow, tasks.ask(uow, wanted), row, people, day)


def _answer(uow: UnitOfWork, task: KnowledgeTask, row: Mapping[str, Any], people: People, day: Day) -> None:
    """The unit's reply, and that whoever asked took it, where the row tells of them."""
    if "reply" in row:
        login = row["answered_by"]
        uow.now, uow.actor = day.past(row["answered"]), people.actor(login)
        tasks.move_held(uow, task, "answer", people.roles[login], {"reply": row["reply"]})
    if "accepted" in row:
        uow.now, uow.actor = day.past(row["accepted"]), people.actor(row["by"])
        tasks.move_held(uow, task, "accept", people.roles[row["by"]], {})


def _ask_in_vain(uow: UnitOfWork, row: Mapping[str, Any], people: People, day: Day) -> None:
    """Questions as they were asked, some hours apart; the clock brings those of one meaning together."""
    via = AskedBy(row["via"])
    policy = packaged_policy()
    uow.actor = SYSTEM if via is AskedBy.CITIZEN else people.actor("agent1")
    for number, text in enumerate(row["texts"]):
        uow.now = day.now + timedelta(days=row["from"], hours=HOURS_APART * number)
        asked.note(uow, Asking(via), text, NOTHING, policy)


def _article(uow: UnitOfWork, code: str) -> Article:
    found = articles.by_code(uow.session, code)
    if found is None:
        raise LookupError(code)
    return found
