"""The answer of an enquiry as the draft of an article. Tickets are the core's: what they said is handed in, already cleaned."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.kernel.db import UnitOfWork
from hotline.kernel.errors import Conflict
from knowledge_base import articles
from knowledge_base.content import QUESTION_CHARACTERS, ArticleContent
from knowledge_base.lifecycle import ArticleState
from knowledge_base.models import TITLE_CHARACTERS, Article
from knowledge_base.terms import Terms


@dataclass(frozen=True)
class Enquiry:
    """What was asked and answered, without numbers and names of persons."""

    ticket_id: int
    title: str
    reply: str
    category_code: str | None
    owner_unit_id: int | None


def draft_of(uow: UnitOfWork, enquiry: Enquiry, terms: Terms) -> Article:
    """The draft made of an enquiry: editors and reviews make an article of it.

    Raises Conflict naming the article when the enquiry has one already, Invalid when its title is taken.
    """
    known = article_of(uow.session, enquiry.ticket_id)
    if known is not None:
        raise Conflict("drafted already", reason="enquiry-has-article", article_id=known.id, article=known.code)
    title = enquiry.title.strip()[:TITLE_CHARACTERS]
    content = ArticleContent(
        title=title,
        answer_agent=enquiry.reply,
        answer_public=enquiry.reply,
        questions=(title[:QUESTION_CHARACTERS],) if title else (),
        category_code=enquiry.category_code if enquiry.category_code in terms.leaves else None,
        owner_unit_id=enquiry.owner_unit_id,
    )
    return articles.write(uow, content, terms, ticket_id=enquiry.ticket_id)


def article_of(session: Session, ticket_id: int) -> Article | None:
    """The article that was drafted from the ticket, if one still stands."""
    query = select(Article).where(Article.ticket_id == ticket_id, Article.state != ArticleState.WITHDRAWN)
    return session.scalars(query.order_by(Article.id).limit(1)).one_or_none()
