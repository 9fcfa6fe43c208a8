"""Evaluations without signing in, by a link that works once; of calls by the keys that the exchange took."""

from collections.abc import Mapping
from typing import Any

from apiflask import APIBlueprint
from sqlalchemy.orm import Session

from hotline.intake import calls, contacts
from hotline.kernel import clock
from hotline.kernel.db import UnitOfWork
from hotline.kernel.errors import NotFound
from hotline.people.models import Unit
from hotline.tickets.models import Ticket
from sla import call_evaluations, callbacks, evaluation_links, service_marks
from sla.answers import CallbackAnswers, ConnectResult, Contacted, Satisfaction, Solved
from sla.book import book_of
from sla.evaluation_links import FoundLink, LinkKind
from web.api.callbacks import answers_of, outcome, reasons
from web.api.schemas.callbacks import CallbackResult, RobotResult
from web.api.schemas.evaluations import Evaluated, EvaluationGiven, EvaluationLook, KeyPressed, LinkToken
from web.auth import machine, public
from web.limits import guards_links
from web.requests import container, reading, takes, working

api = APIBlueprint("evaluations", __name__, url_prefix="/api/v1", tag="Evaluations")
ASKS = {
    LinkKind.MATTER: ["contacted", "solved", "satisfaction", "attitude"],
    LinkKind.CALL: ["satisfaction"],
    LinkKind.MARK: ["satisfaction"],
}
"""The questions of each kind, in their order."""
STARS = dict(zip(Satisfaction, (5, 4, 3, 2, 1), strict=True))
"""非常满意 five stars to 非常不满意 one; 国办发〔2019〕51号."""


@api.post("/public/evaluations/look")
@guards_links
@takes(api, LinkToken)
@api.output(EvaluationLook)
@public
def look_at_link(body: LinkToken) -> EvaluationLook:
    """What a link is for, whether it was used, whether it ran out. An unknown token is a 404."""
    with reading() as session:
        found = evaluation_links.look(session, body.token, clock.now())
        rules = book_of(session, container().database.zone).rules.opinions.callback
        shown = {} if found.used or found.expired else _matter(session, found)
        return EvaluationLook(
            kind=found.kind.value,
            scale=rules.scale,
            reasons=reasons(rules.reasons),
            asks=ASKS[found.kind],
            used=found.used,
            expired=found.expired,
            **shown,
        )


@api.post("/public/evaluations")
@guards_links
@takes(api, EvaluationGiven)
@api.output(Evaluated)
@public
def evaluate_by_link(body: EvaluationGiven) -> Evaluated:
    """Evaluate over a link, once: used before or run out is a 409, an unknown token a 404."""
    with working() as uow:
        found = evaluation_links.take(uow, body.token)
        TAKEN[found.kind](uow, found.subject_id, body)
    return Evaluated()


@api.post("/partners/robot/callbacks/<int:callback_id>")
@takes(api, RobotResult)
@api.output(CallbackResult)
@machine()
def take_robot_result(callback_id: int, body: RobotResult) -> CallbackResult:
    """Take what a robot's call came to. Whom it did not reach a person rings."""
    with working() as uow:
        answers = answers_of(body.answers) if body.answers else None
        result = ConnectResult(body.connect_result)
        callback = callbacks.note_robot(
            uow,
            callback_id,
            connect_result=result,
            answers=answers,
            recording_ref=body.recording_ref,
        )
        state = uow.session.get_one(Ticket, callback.ticket_id).state.value
    return CallbackResult(outcome=outcome(callback, state), ticket_state=state)


@api.post("/partners/calls/<uuid:call_id>/evaluation")
@takes(api, KeyPressed)
@api.output(Evaluated)
@machine()
def judge_by_key(call_id: str, body: KeyPressed) -> Evaluated:
    """Take the key a caller pressed after a call (一次一评). A call is judged once."""
    with working() as uow:
        contact = contacts.of_call(uow.session, calls.get(uow.session, call_id).id)
        if contact is None:
            raise NotFound("contact", thing="contact", id=str(call_id))
        level = call_evaluations.BY_KEY[body.key]
        call_evaluations.judge(uow, contact.id, level, channel=call_evaluations.KEYS)
    return Evaluated()


def _answer_matter(uow: UnitOfWork, callback_id: int, given: EvaluationGiven) -> None:
    answers = CallbackAnswers(
        contacted=Contacted(given.contacted),
        solved=Solved(given.solved),
        satisfaction=Satisfaction(given.satisfaction),
        attitude=Satisfaction(given.attitude) if given.attitude else None,
        verbatim=given.words,
        reason_codes=tuple(given.reason_codes),
    )
    callbacks.answer_by_link(uow, callback_id, answers)


def _judge_call(uow: UnitOfWork, contact_id: int, given: EvaluationGiven) -> None:
    call_evaluations.judge(
        uow,
        contact_id,
        Satisfaction(given.satisfaction),
        channel=call_evaluations.LINK,
        reason_codes=given.reason_codes,
        words=given.words,
    )


def _add_to_mark(uow: UnitOfWork, mark_id: int, given: EvaluationGiven) -> None:
    service_marks.add(uow, mark_id, stars=STARS[Satisfaction(given.satisfaction)], words=given.words)


TAKEN = {LinkKind.MATTER: _answer_matter, LinkKind.CALL: _judge_call, LinkKind.MARK: _add_to_mark}


def _matter(session: Session, found: FoundLink) -> Mapping[str, Any]:  # fields of EvaluationLook
    """What the page shows of it: of a confidential ticket (保密) its number, since others may hold the telephone."""
    if found.kind is LinkKind.CALL:
        return {}
    ticket_id = evaluation_links.ticket_of(session, found.kind, found.subject_id)
    ticket = session.get(Ticket, ticket_id) if ticket_id is not None else None
    if ticket is None or ticket.confidential:
        return {"number": ticket.number if ticket else ""}
    unit = session.get(Unit, ticket.lead_unit_id) if ticket.lead_unit_id else None
    return {
        "number": ticket.number,
        "title": ticket.title,
        "unit": unit.name if unit else "",
        "public_reply": ticket.public_reply,
    }
