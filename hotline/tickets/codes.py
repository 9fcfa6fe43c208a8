"""Whether the codes of a ticket exist: its category and its place. Asked by whoever opens or corrects one."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.kernel.errors import Invalid
from hotline.people.models import Area
from hotline.tickets.models import Category


def check_codes(session: Session, category_code: str | None, area_code: str | None) -> None:
    """Raise Invalid unless the category is a leaf of the tree and the area exists; None is no choice."""
    if category_code is not None:
        below = select(Category.code).where(Category.parent_code == category_code, Category.active).limit(1)
        found = session.get(Category, category_code)
        if found is None or not found.active:
            raise Invalid("category_code", "unknown-code", given=category_code)
        if session.scalar(below) is not None:
            raise Invalid("category_code", "not-a-leaf", given=category_code)
    if area_code is not None and session.get(Area, area_code) is None:
        raise Invalid("area_code", "unknown-code", given=area_code)
