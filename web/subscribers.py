"""What else happens when X happened: the table of reactions. The functions are in the packages; adapters in `web/reactions/`.

The keys of `after` are stored in the outbox: functions may be renamed, keys may not.
"""

from collections.abc import Mapping, Sequence

from asr.events import AudioEnded, AudioStarted, SegmentCorrected, SegmentHeard
from dispatch import assignment
from dispatch.events import TransferMoved, TransferOpened, TransferOverdue
from hotline.insight.events import IncidentGrew, IncidentMoved, IncidentSpotted
from hotline.intake.events import (
    CallAnswered,
    CallEnded,
    CallOffered,
    CallTakenUp,
    ContactClosed,
    DraftChanged,
    RiskAlertChosen,
    RiskWordFell,
)
from hotline.kernel.events import After, Event, Subscribers, Within
from hotline.people.events import NoticeSent, SessionsEnded
from hotline.tickets import following, supervision
from hotline.tickets.events import (
    AssignmentMoved,
    AssignmentOpened,
    OrderMoved,
    QueryCodeRenewed,
    TicketAdded,
    TicketMoved,
    TicketOpened,
    TicketsMerged,
)
from knowledge_base.events import ArticleChanged, NoticeboardMoved, TaskMoved, TaskOverdue, VocabularyChanged
from sla import call_evaluations, callbacks, deadlines, escalation, extensions, service_marks
from sla.events import AppealMoved, CallbackOpened, CallEvaluated, DigestMade, EvaluationLinkMade, RobotWanted
from web.reactions import dispatching, feedback, knowledge
from web.reactions.alarms import Alarming
from web.reactions.calls import audio_ended, audio_started
from web.reactions.evaluations import Evaluations
from web.reactions.incidents import Incidents
from web.reactions.listening import Listening
from web.reactions.messages import Messages
from web.reactions.outward import Outward
from web.reactions.pushing import Pushing

WITHIN: Mapping[type[Event], Sequence[Within]] = {
    TicketOpened: (deadlines.start_ticket, assignment.propose_opened),
    TicketMoved: (
        deadlines.follow_ticket,
        escalation.follow_ticket,
        callbacks.follow,
        service_marks.follow,
        assignment.propose_again,
        following.carry,
    ),
    AssignmentOpened: (dispatching.guard, deadlines.start_assignment, assignment.note_choice, supervision.hand_on),
    AssignmentMoved: (
        extensions.follow,
        deadlines.follow_assignment,
        escalation.follow_part,
        assignment.note_return,
        following.follow,
    ),
    TicketsMerged: (deadlines.follow_merged,),
    OrderMoved: (deadlines.follow_order,),
    AppealMoved: (deadlines.follow_appeal,),
    ContactClosed: (call_evaluations.follow,),
    ArticleChanged: (feedback.article_changed,),
    AudioStarted: (audio_started,),
    AudioEnded: (audio_ended,),
}
"""What must be true together with the event."""


def subscribers(
    pushing: Pushing,
    messages: Messages,
    listening: Listening,
    outward: Outward,
    evaluations: Evaluations,
    *,
    incidents: Incidents,
) -> Subscribers:
    """The table, with the parts of this process in it."""
    return Subscribers(
        within=WITHIN,
        after={
            TicketOpened: {"push": pushing.ticket_opened, "index": outward.index_ticket, "acknowledge": messages.acknowledge},
            TicketMoved: {
                "push": pushing.ticket_moved,
                "index": outward.index_ticket,
                "tell": messages.ticket_moved,
                "knowledge": knowledge.enquiry_closed,
            },
            TicketAdded: {"push": pushing.ticket_added, "tell": messages.ticket_added},
            AssignmentOpened: {
                "push": pushing.assignment_opened,
                "index": outward.index_ticket,
                "tell": messages.assignment_opened,
            },
            AssignmentMoved: {"push": pushing.assignment_moved, "tell": messages.assignment_moved},
            OrderMoved: {"index": outward.index_ticket, "tell": messages.order_moved},
            DigestMade: {"send": Alarming(messages.notifier).digest_made},
            NoticeSent: {"push": pushing.notice_sent},
            QueryCodeRenewed: {"tell": messages.query_code_renewed},
            SessionsEnded: {"push": pushing.sessions_ended},
            **_of_calls(pushing, listening),
            **_of_transfers(pushing, messages, outward),
            **_of_knowledge(pushing, outward),
            **_of_opinions(pushing, evaluations),
            **_of_incidents(incidents),
        },
    )


def _of_calls(pushing: Pushing, listening: Listening) -> Mapping[type[Event], Mapping[str, After]]:
    """What follows what happens in a call."""
    return {
        CallOffered: {"push": pushing.call_offered},
        CallAnswered: {"push": pushing.call_answered, "listen": listening.answered},
        CallTakenUp: {"listen": listening.answered},
        CallEnded: {"push": pushing.call_ended, "summarise": listening.ended},
        ContactClosed: {"push": pushing.board_moved},
        SegmentHeard: {"listen": listening.heard},
        SegmentCorrected: {"push": pushing.segment_corrected},
        DraftChanged: {"push": pushing.draft_changed},
        RiskWordFell: {"push": pushing.risk_word_fell},
        RiskAlertChosen: {"push": pushing.risk_alert_chosen},
    }


def _of_transfers(pushing: Pushing, messages: Messages, outward: Outward) -> Mapping[type[Event], Mapping[str, After]]:
    """What follows what goes to partners."""
    return {
        TransferOpened: {"send": outward.send_transfer, "push": pushing.transfer_changed},
        TransferMoved: {"send": outward.send_transfer, "push": pushing.transfer_changed},
        TransferOverdue: {"push": pushing.transfer_overdue, "tell": messages.transfer_overdue},
    }


def _of_knowledge(pushing: Pushing, outward: Outward) -> Mapping[type[Event], Mapping[str, After]]:
    """What follows articles, tasks and what is pinned."""
    return {
        ArticleChanged: {"index": outward.index_article, "tell": knowledge.article_changed},
        VocabularyChanged: {"index": outward.learn_words},
        TaskMoved: {"tell": feedback.task_moved},
        TaskOverdue: {"tell": feedback.task_overdue},
        NoticeboardMoved: {"push": pushing.noticeboard_moved, "tell": feedback.noticeboard_moved},
    }


def _of_opinions(pushing: Pushing, evaluations: Evaluations) -> Mapping[type[Event], Mapping[str, After]]:
    """What follows call-backs, evaluations and appeals."""
    return {
        CallbackOpened: {"push": pushing.board_moved},
        EvaluationLinkMade: {"send": evaluations.send_link},
        RobotWanted: {"place": evaluations.place_call},
        CallEvaluated: {"push": pushing.board_moved},
        AppealMoved: {"tell": evaluations.appeal_moved},
    }


def _of_incidents(incidents: Incidents) -> Mapping[type[Event], Mapping[str, After]]:
    """What follows incidents; `carry_out` gathers and answers their tickets, and shows it when it is done."""
    return {
        IncidentSpotted: {"push": incidents.spotted},
        IncidentMoved: {"push": incidents.moved, "carry-out": incidents.carry_out},
        IncidentGrew: {"push": incidents.grew},
    }
