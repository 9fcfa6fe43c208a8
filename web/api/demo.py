"""What only a demonstration shows: the accounts of the invented city and the messages that went out."""

from apiflask import APIBlueprint
from pydantic import BaseModel
from sqlalchemy.orm import Session

from hotline.kernel.errors import NotFound
from hotline.people import officers
from hotline.people.citizens import mask_phone
from web import texts
from web.api.schemas.base import Page
from web.api.schemas.session import SentMessage
from web.auth import public
from web.demo import accounts
from web.demo.reference import DEMO_PASSWORD
from web.requests import container, locale, reading

api = APIBlueprint("demo", __name__, url_prefix="/api/v1/demo", tag="Demo")


class DemoAccount(BaseModel):
    """Somebody to sign in as."""

    login: str
    name: str
    roles: list[str]
    units: list[str]
    password: str


@api.get("/accounts")
@api.output(Page[DemoAccount])
@public
def list_accounts() -> Page[DemoAccount]:
    """One account per role; only on a demonstration."""
    _check_demo()
    with reading() as session:
        return Page[DemoAccount](items=demo_accounts(session, locale()))


@api.get("/messages")
@api.output(Page[SentMessage])
@public
def list_messages() -> Page[SentMessage]:
    """The newest messages of the file sender, receivers masked; only on a demonstration."""
    _check_demo()
    found = container().notifier.recent(100)
    items = [
        SentMessage(at=sent.at, to=mask_phone(sent.to), channel=sent.channel, title=sent.title, text=sent.text)
        for sent in found
    ]
    return Page[SentMessage](items=items)


def demo_accounts(session: Session, language: str) -> list[DemoAccount]:
    """The accounts that exist, one per role, in the order of the story."""
    found = (officers.by_login(session, login) for login in accounts.ONE_PER_ROLE)
    return [
        DemoAccount(
            login=officer.login,
            name=officer.name,
            roles=sorted({membership.role for membership in officer.memberships}),
            units=sorted({membership.unit.name for membership in officer.memberships}),
            password=DEMO_PASSWORD,
        )
        for officer in found
        if officer is not None
    ]


def _check_demo() -> None:
    if not container().settings.demo:
        raise NotFound(texts.text("error.not-found"))
