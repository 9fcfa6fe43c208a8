"""Who may read and write which article: one rule as a pure function and as a condition of a query. Pure.

Every route, list, count and file of articles asks here. Citizens are not asked about here: `search.holds` has what they read.
"""

from datetime import date

from sqlalchemy import ColumnElement, and_, false, or_, true

from hotline.kernel.scope import Scope
from knowledge_base import search
from knowledge_base.lifecycle import EDITORS, UNITS
from knowledge_base.models import Article
from knowledge_base.search import Reader


def is_editor(scope: Scope) -> bool:
    """Whether this officer edits the articles of all units."""
    return scope.has(*EDITORS)


def may_read(scope: Scope, article: Article, today: date) -> bool:
    """What holds today everybody of the house reads; the rest editors, the unit that owns it and those above, its author."""
    if scope.officer_id is None:
        return False
    if is_editor(scope) or search.is_readable(article, Reader.STAFF, today):
        return True
    return article.owner_unit_id in scope.unit_ids or article.created_by_id == scope.officer_id


def readable(scope: Scope, today: date) -> ColumnElement[bool]:
    """`may_read` as a condition."""
    if scope.officer_id is None:
        return false()
    if is_editor(scope):
        return true()
    return or_(and_(*search.holds(Reader.STAFF, today)), own(scope), Article.created_by_id == scope.officer_id)


def own(scope: Scope) -> ColumnElement[bool]:
    """Articles of the units whose work this officer sees."""
    return Article.owner_unit_id.in_(scope.unit_ids)


def may_write(scope: Scope, owner_unit_id: int | None) -> bool:
    """Editors write for anybody, a unit's people for their own unit."""
    return bool(roles_for(scope, owner_unit_id))


def roles_for(scope: Scope, owner_unit_id: int | None) -> frozenset[str]:
    """The roles that count for an article of that unit: an editor's, and those held in the unit itself."""
    return (scope.roles & EDITORS) | (scope.roles_in(owner_unit_id) & UNITS)
