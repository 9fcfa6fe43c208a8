"""Every route and socket event that reaches a ticket or what hangs on it, and how the matrix of rights asks it.

A route with an id in its address, or an event, that stands nowhere here fails `tests/architecture/test_rights.py`.
"""

from dataclasses import dataclass, field
from typing import Any

from hotline.tickets.rights import Right


@dataclass(frozen=True)
class Probe:
    """A request that changes nothing: `done` is what it answers where it is allowed, `refused` where only `right` is missing.

    `path` and values of `body` name ids of the scene in braces.
    """

    method: str
    path: str
    done: int
    right: Right = Right.SEE
    body: dict[str, Any] = field(default_factory=dict)
    refused: int = 403


VERSION = {"version": 0}
REVIEW = {**VERSION, "verdict": "partly", "basis": "依据", "decision": "redo"}
REASON = {"field": "phone", "reason": "需要联系诉求人"}

# fmt: off
PROBES: dict[str, tuple[Probe, ...]] = {
    "tickets.show_ticket":          (Probe("GET",  "/tickets/{ticket}", 200),),
    "tickets.add_to_ticket":        (Probe("POST", "/tickets/{ticket}/additions", 422),),
    "tickets.reveal":               (Probe("POST", "/tickets/{ticket}/reveal", 200, Right.REVEAL, REASON),),
    "moves.move_ticket":            (Probe("POST", "/tickets/{ticket}/actions/nonsense", 409, body=VERSION),),
    "moves.move_assignment":        (Probe("POST", "/assignments/{lead}/actions/nonsense", 409, body=VERSION),
                                     Probe("POST", "/assignments/{sub}/actions/nonsense", 409, body=VERSION)),
    "flow_sheet.print_flow_sheet": (Probe("GET", "/tickets/{ticket}/flow-sheet.pdf", 200, Right.EXPORT),),
    "explain.explain_ticket":       (Probe("GET",  "/tickets/{ticket}/explain", 200),),
    "dispatch.show_proposal":       (Probe("GET",  "/tickets/{ticket}/proposal", 200),),
    "relations.list_repeats":       (Probe("GET",  "/tickets/{ticket}/repeats", 200),),
    "relations.decide_repeat":      (Probe("POST", "/tickets/{ticket}/repeats/{ticket}/decision", 409,
                                           body={**VERSION, "verdict": "related"}),),
    "reviews.decide_review":        (Probe("POST", "/tickets/{ticket}/review", 409, body=REVIEW),),
    "attachments.open_attachment":  (Probe("GET",  "/attachments/{evidence}", 200, Right.SEE_ATTACHMENTS, refused=404),
                                     Probe("GET",  "/attachments/{handling}", 200)),
    "attachments.open_thumbnail":   (Probe("GET",  "/attachments/{evidence}/thumbnail", 200, Right.SEE_ATTACHMENTS,
                                           refused=404),),
    "callbacks.claim_callback":     (Probe("POST", "/callbacks/{callback}/claim", 409),),
    "callbacks.record_attempt":     (Probe("POST", "/callbacks/{callback}/attempts", 409,
                                           body={"connect_result": "no_answer"}),),
    "callbacks.send_link":          (Probe("POST", "/callbacks/{callback}/link", 409),),
    "appeals.ask_appeal":           (Probe("POST", "/tickets/{ticket}/appeals", 422,
                                           body={"reason_code": "nonsense", "reason": "与事实不符"}),),
    "transfers.note_voice":         (Probe("POST", "/transfers/{transfer}/voice", 409, body={"state": "no_answer"}),),
    "transfers.resend":             (Probe("POST", "/transfers/{transfer}/resend", 409),),
}
"""Asked by everybody at every level."""

OF_ORDERS: dict[str, Probe] = {
    "orders.move_order": Probe("POST", "/orders/{order}/actions/nonsense", 409, body=VERSION),
}
"""Asked likewise; seen by the hotline and by the unit ordered, with those above it."""

OF_CONTACTS: dict[str, Probe] = {
    "contacts.edit_contact":    Probe("PUT",   "/contacts/{contact}", 200, body={"summary": "路灯不亮"}),
    "contacts.close_contact":   Probe("POST",  "/contacts/{contact}/close", 422, body={"summary_code": "nonsense"}),
    "contacts.answer_directly": Probe("POST",  "/contacts/{contact}/answers", 422, body={"question": "几点开门", "answer": ""}),
    "contacts.watch_typed":     Probe("POST",  "/contacts/{contact}/typed", 200, body={"text": ""}),
    "contacts.start_draft":     Probe("POST",  "/contacts/{contact}/drafts", 201),
    "drafts.show_draft":        Probe("GET",   "/drafts/{draft}", 200),
    "drafts.edit_draft":        Probe("PATCH", "/drafts/{draft}", 200, body={"version": 99, "fields": {"title": "路灯"}}),
    "drafts.confirm_draft":     Probe("POST",  "/drafts/{draft}/confirm", 409, body=VERSION),
    "incidents.confirm_into_incident": Probe("POST", "/drafts/{draft}/incident/0", 409, body=VERSION),
    "drafts.join_ticket":       Probe("POST",  "/drafts/{draft}/join", 404, body={"ticket_id": 0, "kind": "urge"}),
    "drafts.reject_repeat":     Probe("POST",  "/drafts/{draft}/repeats/0/reject", 404),
    "drafts.split_draft":       Probe("POST",  "/drafts/{draft}/split", 422, body={"matters": [[1], []]}),
    "drafts.drop_draft":        Probe("POST",  "/drafts/{draft}/drop", 200),
}
"""Asked by the agent whose contact it is, another agent and a shift leader; in this order, the last ends the draft."""

ELSEWHERE: dict[str, str] = {
    "order_form.print_order": "who sees the order, and may take the ticket out of the house: test_order_forms",
    "contacts.show_contact": "its agent, and whoever may see the requester of each of its tickets: test_confidential",
    "contacts.list_cards": "as contacts.show_contact",
    "contacts.choose": "the contact's agent or a shift leader, as every other of `OF_CONTACTS` (`own_contact`)",
    "calls.show_call": "test_calls_api: roles and the number's mask",
    "calls.answer_call": "test_calls_api: one agent wins",
    "hearing.take_up_call": "shift leaders, one of them: test_calls_taken_up",
    "calls.hang_up_call": "test_calls_api: the agent's own or a shift leader",
    "calls.show_transcript": "as contacts.show_contact, and machines: test_hearing_api",
    "hearing.listen": "as contacts.show_contact: test_hearing_api",
    "hearing.correct_segment": "the contact's agent or a shift leader: test_hearing_api",
    "notices.read_notice": "marks only what is in the reader's own inbox; see the inbox in test_rights_matrix",
    "appeals.move_appeal": "seen by its unit and the hotline, decided by supervisors and shift leaders: test_appeals",
    "evaluations.take_robot_result": "machines alone: test_evaluation_links",
    "evaluations.judge_by_key": "machines alone: test_evaluation_links",
    "marks.exclude_mark": "supervisors and shift leaders, who see every ticket: test_marks_api",
    "knowledge_enquiries.draft_from_ticket": "queries.get_visible, then the unit that answered: test_enquiry_articles",
    "pages.ticket": "an empty page: what fills it is asked over the interface",
}
"""Routes with an id that show or move nothing of a ticket, or are asked about in another test; each with its reason."""

EMITTED = {
    "ticket": "rooms by queries.audience",
    "assignment": "rooms by queries.audience",
    "transfer": "the contact's agent and the floor",
    "draft": "the contact's agent",
    "alert": "the contact's agent and the floor",
    "danger": "who listens to the call, let in by call.watch, and the floor",
    "incident": "the hotline's consoles and desks: an id and a size; who reads it counts what they may see",
    "call": "agents and the floor",
    "notice": "the inbox's own rooms; carries nothing",
    "board": "managers; carries nothing",
    "noticeboard": "everybody signed in; carries which announcement, wording or phone entry moved",
    "cards": "the contact's agent",
    "transcript": "whoever watches the call, let in by call.watch",
    "hearing": "whoever watches the call, let in by call.watch",
    "writing": "whoever watches the ticket, let in by ticket.watch",
    "session_ended": "the officer's own room",
}
"""Events to browsers, and who is in their rooms."""

LISTENED = {
    "connect": "joins the rooms of `sockets.rooms_of`",
    "call.watch": "the call's agent or a shift leader",
    "ticket.watch": "queries.get_visible",
    "ticket.writing": "queries.get_visible",
}
"""Events from browsers, and what lets them in; the microphone's are in tests of the gateway."""
# fmt: on
