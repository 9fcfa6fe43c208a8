"""How requesters of the demo city are asked what they think, and what the hotline decides: calls, links, the portal, reviews.

Steps of `telling`, through the real use cases.
"""

from datetime import datetime
from random import Random

from sqlalchemy import select

from hotline.kernel.db import SYSTEM, UnitOfWork
from hotline.people.permissions import Role
from sla import asking, call_evaluations, callback_lists, callbacks, evaluation_links, reviews
from sla.answers import CallbackAnswers, ConnectResult, Contacted, Respondent, Satisfaction, Solved
from sla.evaluation_links import LinkKind
from sla.lifecycles import CallbackState
from sla.opinions import Callback
from sla.plans import Channel
from sla.reviews import Decision, Judged, Verdict
from web.demo.scene import Cast, Scene
from web.demo.stories import Step

PORTAL = "web_form"


def try_in_vain(scene: Scene, step: Step) -> None:
    """A call that reaches nobody."""
    _ring(scene, ConnectResult(step.given["connect_result"]), None)


def reach(scene: Scene, step: Step) -> None:
    """The requester says what they think: on the portal, by the link that was sent, or to whoever rings."""
    answers = _answers(step)
    if scene.story.channel == PORTAL:
        scene.act_alone()
        callbacks.evaluate_online(scene.uow, scene.ticket, answers)
    elif step.given.get("by_link") and _callback(scene).channel == Channel.SMS:
        _answer_link(scene, answers)
    else:
        _ring(scene, ConnectResult.REACHED, answers)


def review(scene: Scene, step: Step) -> None:
    """A dissatisfied case is decided."""
    scope = scene.act(scene.cast.of(Role.SUPERVISOR, scene.rng))
    given = step.given
    judged = Judged(Verdict(given["verdict"]), given["basis"], Decision(given["decision"]), given.get("explanation", ""))
    reviews.review(scene.uow, scope, scene.ticket.id, judged)


def judge_call(uow: UnitOfWork, contact_id: int, satisfaction: Satisfaction) -> None:
    """A caller uses the link that came after the call (一次一评), if one came."""
    link = evaluation_links.latest(uow.session, LinkKind.CALL, [contact_id]).get(contact_id)
    if link is not None:
        evaluation_links.take(uow, evaluation_links.token_of(uow.session, link))
        call_evaluations.judge(uow, contact_id, satisfaction, channel=call_evaluations.LINK)


def let_links_run_out(uow: UnitOfWork, cast: Cast, now: datetime, *, at_most: int) -> None:
    """Some were asked by a link when their time came, and never answered; then everybody is asked whose time has come."""
    waiting = Callback.channel == Channel.SMS.value, Callback.link_until.is_(None), ~Callback.attempts.any()
    due = Callback.state == CallbackState.OPEN, Callback.opens_at <= now
    oldest = select(Callback).where(*waiting, *due).order_by(Callback.opens_at).limit(at_most)
    for callback in uow.session.scalars(oldest).all():
        caller = cast.of(Role.CALLBACK_AGENT, Random(callback.id))
        uow.now, uow.actor = callback.opens_at or now, caller.actor
        callbacks.send_link(uow, caller.scope, callback.id)
    uow.now, uow.actor = now, SYSTEM
    while asking.ask_due(uow) > 0:
        uow.session.flush()


def _answers(step: Step) -> CallbackAnswers:
    given = step.given
    attitude = given.get("attitude")
    return CallbackAnswers(
        contacted=Contacted(given["contacted"]),
        solved=Solved(given["solved"]),
        satisfaction=Satisfaction(given["satisfaction"]),
        attitude=Satisfaction(attitude) if attitude else None,
        verbatim=given["verbatim"],
        respondent=Respondent(given.get("respondent", Respondent.SELF)),
        reason_codes=tuple(given.get("reason_codes", ())),
    )


def _answer_link(scene: Scene, answers: CallbackAnswers) -> None:
    scope = scene.act(scene.cast.of(Role.CALLBACK_AGENT, scene.rng))
    link = callbacks.send_link(scene.uow, scope, _callback(scene).id)
    scene.act_alone()
    found = evaluation_links.take(scene.uow, evaluation_links.token_of(scene.uow.session, link))
    callbacks.answer_by_link(scene.uow, found.subject_id, answers)


def _ring(scene: Scene, result: ConnectResult, answers: CallbackAnswers | None) -> None:
    scope = scene.act(scene.cast.of(Role.CALLBACK_AGENT, scene.rng))
    callbacks.attempt(scene.uow, scope, _callback(scene).id, connect_result=result, answers=answers)


def _callback(scene: Scene) -> Callback:
    return callback_lists.of_ticket(scene.uow.session, scene.ticket.id)[-1]
