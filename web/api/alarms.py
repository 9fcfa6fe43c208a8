"""Alarms over HTTP: what a cap holds back, so that nothing is silently late."""

from apiflask import APIBlueprint
from sqlalchemy.orm import Session

from hotline.people.models import Officer, Unit
from hotline.people.permissions import Role
from sla import digests
from sla.alarms import Receiver
from web import texts
from web.api.schemas.alarms import HeldAlarms, HeldRow
from web.auth import allowed
from web.requests import locale, reading

api = APIBlueprint("alarms", __name__, url_prefix="/api/v1", tag="Alarms")


@api.get("/alarms/held")
@api.output(HeldAlarms)
@allowed(Role.SUPERVISOR, Role.SHIFT_LEADER)
def show_held() -> HeldAlarms:
    """What caps hold back now, by receiver and point, longest first."""
    with reading() as session:
        rows = [
            HeldRow(
                receiver=_name(session, held.to), channel=held.channel, point=held.point, count=held.count, since=held.since
            )
            for held in digests.held_back(session)
        ]
    return HeldAlarms(items=rows)


def _name(session: Session, to: Receiver) -> str:
    if to.unit_id is not None:
        return session.get_one(Unit, to.unit_id).name
    if to.officer_id is not None:
        return session.get_one(Officer, to.officer_id).name
    return texts.text(f"role.{to.role}", locale())
