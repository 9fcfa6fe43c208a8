"""Administering the subject tree over HTTP: list, make, change, move, close. The rules are in `hotline.tickets.categories`."""

from apiflask import APIBlueprint

from hotline.people.permissions import Role
from hotline.tickets import categories
from hotline.tickets.models import Category
from web.api.schemas.admin import AdminCategories, AdminCategory, CategoryBody, NewCategory, ParentCode, PathRef
from web.api.schemas.base import Done
from web.auth import allowed
from web.requests import reading, takes, working

api = APIBlueprint("admin_categories", __name__, url_prefix="/api/v1/admin", tag="Administration")
ADMINISTRATOR = Role.ADMINISTRATOR.value


@api.get("/categories")
@api.output(AdminCategories)
@allowed(ADMINISTRATOR)
def list_categories() -> AdminCategories:
    """All open categories, parents before children."""
    with reading() as session:
        return AdminCategories(
            items=[_shown(one) for one in categories.listed(session)],
            handling_paths=[PathRef(code=path.code, name=path.name) for path in categories.handling_paths(session)],
        )


@api.post("/categories")
@takes(api, NewCategory)
@api.output(AdminCategory, status_code=201)
@allowed(ADMINISTRATOR)
def create_category(body: NewCategory) -> AdminCategory:
    """Make a category below another one, or at the top."""
    with working() as uow:
        return _shown(categories.create_category(uow, body.code, body.facts(), body.parent_code))


@api.patch("/categories/<code>")
@takes(api, CategoryBody)
@api.output(AdminCategory)
@allowed(ADMINISTRATOR)
def change_category(code: str, body: CategoryBody) -> AdminCategory:
    """Change name, definition or handling path."""
    with working() as uow:
        category = categories.get(uow.session, code)
        categories.change_category(uow, category, body.facts())
        return _shown(category)


@api.post("/categories/<code>/move")
@takes(api, ParentCode)
@api.output(AdminCategory)
@allowed(ADMINISTRATOR)
def move_category(code: str, body: ParentCode) -> AdminCategory:
    """Put a category, with all below it, under another one."""
    with working() as uow:
        category = categories.get(uow.session, code)
        categories.move_category(uow, category, body.parent_code)
        return _shown(category)


@api.post("/categories/<code>/close")
@api.output(Done)
@allowed(ADMINISTRATOR)
def close_category(code: str) -> Done:
    """Offer a category no more."""
    with working() as uow:
        categories.close_category(uow, categories.get(uow.session, code))
        return Done()


def _shown(category: Category) -> AdminCategory:
    return AdminCategory.model_validate({name: getattr(category, name) for name in AdminCategory.model_fields})
