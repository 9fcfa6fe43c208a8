"""Tells planned stories through the real use cases, each step at its own moment and by who would do it.

The unit of work is carried through time and hands (`now`, `actor`), so that hundreds of steps share a transaction.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from random import Random
from typing import Any

from dispatch import catalogue
from dispatch.linkage import transfers
from dispatch.linkage.transfers import Handover
from hotline.intake import contacts
from hotline.intake.drafting.patterns import nameless_title
from hotline.kernel.db import SYSTEM, UnitOfWork
from hotline.kernel.scope import Scope
from hotline.people import citizens, units
from hotline.people.permissions import Role
from hotline.tickets import assignments, ladders, links, requests, tickets
from hotline.tickets.models import Assignment, Ticket
from hotline.tickets.tickets import NewTicket
from hotline.tickets.workflow import RequestKind, RequestState, Secrecy, State
from knowledge_base import asked, uses
from knowledge_base.answers import Answer, Reply
from knowledge_base.asked import Asking
from knowledge_base.feedback import AskedBy
from knowledge_base.models import UseKind, UsePlace
from knowledge_base.uses import Showing
from sla.answers import Satisfaction
from web.demo import asking
from web.demo.plans import Story
from web.demo.scene import Cast, Scene
from web.demo.stories import Step

PORTAL = "web_form"
LEAD = "lead"
CARDS = 3


def tell(uow: UnitOfWork, cast: Cast, stories: Sequence[Story]) -> None:
    """Open the tickets of stories that hang together, the lead first, and take their steps in the order of time."""
    scenes: dict[str, Scene] = {}
    moments: list[tuple[datetime, int, Step | None, Story]]
    moments = [(story.opened_at, place, None, story) for place, story in enumerate(stories)]
    moments += [(step.at, place, step, story) for place, story in enumerate(stories) for step in story.steps]
    for at, _, step, story in sorted(moments, key=lambda moment: moment[:2]):
        uow.now = at
        if step is None:
            scenes[story.key] = _begin(uow, cast, story, scenes.get(story.lead))
        else:
            STEPS[step.action](scenes[story.key], step)
    uow.session.flush()


def _begin(uow: UnitOfWork, cast: Cast, story: Story, lead: Scene | None) -> Scene:
    rng = Random(story.key)
    agent = cast.of(Role.AGENT, rng) if story.channel != PORTAL else None
    uow.actor = agent.actor if agent else SYSTEM
    earlier = lead.ticket if lead and story.again else None
    ticket = _open(uow, story, cast, earlier)
    if earlier is not None:
        links.mark_repeat(uow, ticket)
    return Scene(uow, cast, rng, story, ticket, lead)


def _open(uow: UnitOfWork, story: Story, cast: Cast, earlier: Ticket | None) -> Ticket:
    matter, agent_id, article_id = story.matter, uow.actor.officer_id, cast.articles.get(story.article or "")
    citizen = citizens.find_or_create(uow, story.phone, story.name)
    contact = contacts.open_contact(uow, channel=story.channel, number=story.phone, agent_id=agent_id)
    new = NewTicket(
        channel=story.channel,
        type=matter.type,
        title=matter.title,
        body=matter.body,
        wanted=matter.wanted,
        urgency=matter.urgency,
        profile=matter.profile,
        category_code=matter.category,
        area_code=matter.area,
        address=matter.address,
        citizen_id=citizen.id,
        contact_name=story.name,
        contact_phone=story.phone,
        secrecy=Secrecy.asked(confidential=story.confidential),
        reply_wanted=story.reply_wanted,
        contact_id=contact.id,
        submission_key=story.key,
        article_id=article_id,
        answer=matter.reply_public if article_id else "",
        opened_by_id=agent_id,
        repeat_of_id=earlier.id if earlier else None,
    )
    if article_id is None:
        ticket, summary = tickets.open_ticket(uow, new), "ticket_opened"
    else:
        ticket, summary = tickets.open_answered(uow, new), "direct_answer"
        _use(uow, story, article_id, contact.id, cast)
    contacts.end(uow, contact, summary_code=summary)
    level = Random(f"{story.key}:call").choice(cast.phrases["call_levels"])
    if level and story.channel != PORTAL:
        asking.judge_call(uow, contact.id, Satisfaction(level))
    return ticket


def _use(uow: UnitOfWork, story: Story, article_id: int, contact_id: int, cast: Cast) -> None:
    """The question had a sure answer, which stood before two others and was used; some agents say whether it helped."""
    rng = Random(f"{story.key}:cards")
    place = UsePlace.PORTAL if story.channel == PORTAL else UsePlace.CONSOLE
    others = cast.akin[article_id]
    cards = [article_id, *rng.sample(others, min(CARDS - 1, len(others)))]
    surely = Reply(Answer(article_id, "", "", story.matter.reply_public, "", confidence=1.0, effective_to=None), ())
    via = AskedBy.CITIZEN if story.channel == PORTAL else AskedBy.AGENT
    question = asked.note(uow, Asking(via, contact_id), story.matter.body, surely, cast.policy)
    asked_id = question.id if question else None
    showings = {one: Showing(contact_id, asked_id, place, rank) for rank, one in enumerate(cards, 1)}
    uses.note_shown(uow, showings)
    uses.note(uow, article_id, UseKind.USED, showings[article_id])
    if level := rng.choice(cast.phrases["article_levels"]):
        uses.note(uow, article_id, UseKind(level), showings[article_id])


def _hand_over(scene: Scene, step: Step) -> None:
    ticket = scene.ticket
    handover = Handover(
        partner=step.given["partner"],
        reason=scene.cast.phrases["partner_reason"],
        ticket_id=ticket.id,
        place=ticket.address,
        summary=ticket.title,
        key=scene.story.key,
    )
    transfer = transfers.open_transfer(scene.uow, _on_the_line(scene), handover)
    transfers.note_sent(scene.uow, transfer.id)


def _take_receipt(scene: Scene, step: Step) -> None:
    scene.act_alone()
    transfer = transfers.of_ticket(scene.uow.session, scene.ticket.id)[-1]
    transfers.note_receipt(scene.uow, transfer.id, f"{step.given['partner']}-{scene.ticket.number}")


def _answer_voice(scene: Scene, step: Step) -> None:
    transfer = transfers.of_ticket(scene.uow.session, scene.ticket.id)[-1]
    scope = _on_the_line(scene)
    transfers.note_voice(scene.uow, scope, transfer.id, state="answered", answered_by=step.given["answered_by"])


def _on_the_line(scene: Scene) -> Scope:
    """Who stays with the caller: the agent, or a dispatcher for what came in on the portal."""
    agents = scene.cast.by_role[Role.AGENT.value]
    agent = next((found for found in agents if found.actor.officer_id == scene.ticket.opened_by_id), None)
    return scene.act(agent or scene.cast.of(Role.DISPATCHER, scene.rng))


def _dispatch(scene: Scene, step: Step) -> None:
    given = step.given
    lead, helpers = (_second_choice if given.get("second") else _first_choice)(scene)
    named = scene.cast.unit_id(given.get("unit") or "", scene.ticket.area_code)
    lead, helpers = (named, [lead, *helpers]) if named else (lead, helpers)
    helping = [unit_id for unit_id in helpers if unit_id != lead][:1] if given.get("assisted") else []
    words = {"override": scene.cast.phrases["override"]} if named or given.get("second") else {}
    _at_desk(scene, "dispatch", {"unit_id": lead, "assist_unit_ids": helping, **words})


def _first_choice(scene: Scene) -> tuple[int, list[int]]:
    """The catalogue's unit, and those that may assist it."""
    ticket = scene.ticket
    key = (ticket.category_code or "", ticket.area_code)
    if key not in scene.cast.hits:
        scene.cast.hits[key] = catalogue.candidates(scene.uow.session, *key, ticket.opened_at)
    hits = scene.cast.hits[key]
    lead, others = hits[0].unit_id, [unit_id for hit in hits for unit_id in (*hit.assist_ids, hit.unit_id)]
    return lead, list(dict.fromkeys(unit_id for unit_id in others if unit_id != lead))


def _second_choice(scene: Scene) -> tuple[int, list[int]]:
    """One that assists in the place of the catalogue's unit; without any, the unit above them all."""
    _, others = _first_choice(scene)
    return (others[0] if others else units.by_code(scene.uow.session, "city-government").id), []


def _move_at_desk(scene: Scene, step: Step) -> None:
    _at_desk(scene, step.action, step.given)


def _at_desk(scene: Scene, action: str, given: Mapping[str, Any]) -> None:  # what the use case takes
    scene.act(scene.cast.of(Role.DISPATCHER, scene.rng))
    if action == "dispatch" and scene.ticket.state is State.TO_CHECK:
        matter = scene.story.matter
        redacted = {"redacted_title": nameless_title(matter.title), "redacted_body": matter.body}
        tickets.move(scene.uow, scene.ticket.id, "check", roles=[Role.DISPATCHER], given=redacted)
    tickets.move(scene.uow, scene.ticket.id, action, roles=[Role.DISPATCHER], given=given)


def _ask_return(scene: Scene, step: Step) -> None:
    """With whom the unit thinks competent, where the story says so."""
    given = dict(step.given)
    if "competent" in given:
        lead = assignments.at_work(scene.uow.session, scene.ticket.id)[0]
        rule = given.pop("competent")
        unit_id = scene.cast.unit_id(rule, scene.ticket.area_code) if rule else _first_choice(scene)[0]
        given |= {"competent_unit_id": unit_id} if unit_id and unit_id != lead.unit_id else {}
    _by_unit(scene, replace(step, given=given))


def _merge(scene: Scene, step: Step) -> None:
    """A dispatcher lets it go with the story it hangs on."""
    if scene.lead is not None:
        _at_desk(scene, "merge", {"main_id": scene.lead.ticket.id, "note": step.given["note"]})


def _relate(scene: Scene, step: Step) -> None:
    if scene.lead is not None:
        _at_desk(scene, "relate", {"other_id": scene.lead.ticket.id, "note": scene.cast.phrases["relate"]})


def _decide_return(scene: Scene, step: Step) -> None:
    lead = assignments.at_work(scene.uow.session, scene.ticket.id)[0]
    scene.act(scene.cast.of(Role.DISPATCHER, scene.rng))
    assignments.move(scene.uow, lead.id, step.action, roles=[Role.DISPATCHER], given=step.given)


def _by_unit(scene: Scene, step: Step) -> None:
    for assignment in assignments.at_work(scene.uow.session, scene.ticket.id):
        if assignment.role == LEAD:
            _do(scene, assignment.id, assignment.unit_id, step.action, step.given)
        elif step.action == "sign":
            _do(scene, assignment.id, assignment.unit_id, "sign", {})
        elif step.action == "contact":
            _do(scene, assignment.id, assignment.unit_id, "reply", _assisting_reply(scene))
    if scene.ticket.state is State.AUDIT:
        _pass_reply(scene)


def _pass_reply(scene: Scene) -> None:
    scene.act(scene.cast.of(Role.REPLY_AUDITOR, scene.rng))
    tickets.move(scene.uow, scene.ticket.id, "pass_reply", roles=[Role.REPLY_AUDITOR], given={})


def _assisting_reply(scene: Scene) -> Mapping[str, Any]:  # what the use case takes
    words = scene.cast.phrases
    return {"reply_internal": words["assist_internal"], "reply_public": words["assist_public"], "solved": "yes"}


def _do(scene: Scene, assignment_id: int, unit_id: int, action: str, given: Mapping[str, Any]) -> None:
    scene.act(scene.cast.by_unit[unit_id])
    part = assignments.get(scene.uow.session, assignment_id)
    signed = action == "reply" and ladders.of_part(scene.uow.session, part, RequestKind.REPLY, scene.uow.now)
    assignments.move(scene.uow, assignment_id, "propose_reply" if signed else action, roles=[Role.LIAISON], given=given)
    _sign(scene, part)


def _sign(scene: Scene, part: Assignment) -> None:
    """Have a paper signed by everybody on the unit's ladder."""
    request = requests.open_request(scene.uow.session, part.id)
    while request is not None and request.state is RequestState.CLIMBING:
        role = request.ladder[request.step]
        scene.act(scene.cast.heads[part.unit_id, role])
        assignments.move(scene.uow, part.id, "approve", roles=[role], given={})


def _add(scene: Scene, step: Step) -> None:
    scene.act_alone()
    tickets.add(scene.uow, scene.ticket.id, step.action, str(step.given.get("text", "")))


STEPS: Mapping[str, Callable[[Scene, Step], None]] = {
    "transfer": _hand_over,
    "receipt": _take_receipt,
    "voice": _answer_voice,
    "dispatch": _dispatch,
    "inform": _move_at_desk,
    "withdraw": _move_at_desk,
    "recall": _decide_return,
    "ask_return": _ask_return,
    "grant_return": _decide_return,
    "refuse_return": _decide_return,
    "designate_here": _decide_return,
    "merge": _merge,
    "relate": _relate,
    "sign": _by_unit,
    "contact": _by_unit,
    "reply": _by_unit,
    "supplement": _add,
    "urge": _add,
    "try": asking.try_in_vain,
    "answer": asking.reach,
    "doubt": asking.reach,
    "review": asking.review,
}
