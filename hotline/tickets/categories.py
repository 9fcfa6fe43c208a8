"""The subject tree: making, renaming, moving and closing its nodes. Choosing among them is `intake` and `dispatch`.

Called by the administrator's pages and imports; tickets keep the category they were given, closed or not.
"""

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hotline.kernel import typed
from hotline.kernel.db import UnitOfWork
from hotline.kernel.errors import Conflict, Invalid, NotFound
from hotline.tickets.events import CategoryChanged
from hotline.tickets.models import Category, HandlingPath

LONGEST = {"code": 32, "name": 64, "name_en": 128, "definition": 2000, "contrast": 2000, "path": 128}
"""Characters."""


class CategoryCodeTaken(Conflict):
    """Another category has this code, open or closed."""

    code = "category-code-taken"


class CategoryInUse(Conflict):
    """Open categories stand below it."""

    code = "category-in-use"


@dataclass(frozen=True)
class CategoryFacts:
    """What is known of a category but its code and place. `handling_path` is set where such requests are not dispatched."""

    name: str
    name_en: str = ""
    definition: str = ""
    contrast: str = ""
    handling_path: str | None = None


def create_category(uow: UnitOfWork, code: str, facts: CategoryFacts, parent_code: str | None = None) -> Category:
    """A new category below another, or at the top. Raises CategoryCodeTaken, Invalid, NotFound for a closed parent."""
    wanted = typed.needed("code", code, LONGEST["code"])
    if "/" in wanted:
        raise Invalid("code", "slash")
    if uow.session.get(Category, wanted) is not None:
        raise CategoryCodeTaken("code taken", field="code")
    category = Category(code=wanted, typical=[], path=_path(uow.session, wanted, parent_code), parent_code=parent_code)
    _set(uow.session, category, facts)
    uow.session.add(category)
    uow.session.flush()
    uow.record(CategoryChanged(category_code=wanted, what="create"))
    return category


def change_category(uow: UnitOfWork, category: Category, facts: CategoryFacts) -> None:
    """Another name or definition. Raises Invalid."""
    _set(uow.session, category, facts)
    uow.session.flush()
    uow.record(CategoryChanged(category_code=category.code, what="change"))


def move_category(uow: UnitOfWork, category: Category, parent_code: str | None) -> None:
    """Put a category below another one, or at the top; those below come along. Raises Invalid for a circle."""
    # One mover at a time: two moves that are each harmless could close a circle between them.
    uow.session.execute(select(Category.code).where(Category.parent_code.is_(None)).with_for_update())
    uow.session.refresh(category)
    if parent_code is not None and get(uow.session, parent_code).path.startswith(category.path):
        raise Invalid("parent_code", "circle")
    old, new = category.path, _path(uow.session, category.code, parent_code)
    for one in uow.session.scalars(select(Category).where(Category.path.startswith(old, autoescape=True))):
        one.path = _fitting(new + one.path.removeprefix(old))
    category.parent_code = parent_code
    uow.session.flush()
    uow.record(CategoryChanged(category_code=category.code, what="move"))


def close_category(uow: UnitOfWork, category: Category) -> None:
    """Offer the category no more. Raises CategoryInUse while open ones stand below it."""
    below = select(func.count()).where(Category.parent_code == category.code, Category.active)
    if uow.session.scalar(below):
        raise CategoryInUse("categories below", reason="categories-below")
    category.active = False
    uow.session.flush()
    uow.record(CategoryChanged(category_code=category.code, what="close"))


def get(session: Session, code: str) -> Category:
    """The open category. Raises NotFound."""
    category = session.get(Category, code)
    if category is None or not category.active:
        raise NotFound("category", thing="category", code=code)
    return category


def listed(session: Session) -> list[Category]:
    """All open categories, parents before children."""
    return list(session.scalars(select(Category).where(Category.active).order_by(Category.path)))


def handling_paths(session: Session) -> list[HandlingPath]:
    """The ways outside the hotline that a category may lead to."""
    return list(session.scalars(select(HandlingPath).order_by(HandlingPath.code)))


def _set(session: Session, category: Category, facts: CategoryFacts) -> None:
    if facts.handling_path and session.get(HandlingPath, facts.handling_path) is None:
        raise Invalid("handling_path", "unknown-handling-path", given=facts.handling_path)
    category.name = typed.needed("name", facts.name, LONGEST["name"])
    category.name_en = typed.fitting("name_en", facts.name_en, LONGEST["name_en"])
    category.definition = typed.fitting("definition", facts.definition, LONGEST["definition"])
    category.contrast = typed.fitting("contrast", facts.contrast, LONGEST["contrast"])
    category.handling_path = facts.handling_path or None


def _path(session: Session, code: str, parent_code: str | None) -> str:
    above = get(session, parent_code).path if parent_code is not None else "/"
    return _fitting(f"{above}{code}/")


def _fitting(path: str) -> str:
    if len(path) > LONGEST["path"]:
        raise Invalid("parent_code", "too-deep")
    return path
