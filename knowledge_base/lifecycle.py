"""The lives of articles, tasks, announcements, phone entries and wordings as rows. Pure; each names its owner.

Labels are catalogue ids `article-state.<state>`, `action.<action>` and so on.
"""

from enum import StrEnum

from hotline.kernel.transitions import LifeCycle, Transition


class ArticleState(StrEnum):
    """Where an article stands. Published ones are found by search; so are those due, whose review waits."""

    DRAFT = "draft"
    UNIT_REVIEW = "unit_review"
    EDITOR_REVIEW = "editor_review"
    PUBLISHED = "published"
    DUE = "due"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"
    TAKEN = "taken"
    """A change that was taken into the article it names."""

    @property
    def answers(self) -> bool:
        """Whether such an article answers questions."""
        return self in ANSWERING


ANSWERING = frozenset({ArticleState.PUBLISHED, ArticleState.DUE})
IN_WORK = frozenset({ArticleState.DRAFT, ArticleState.UNIT_REVIEW, ArticleState.EDITOR_REVIEW})


class TaskState(StrEnum):
    """Where something owed to the knowledge base stands."""

    OPEN = "open"
    ANSWERED = "answered"
    CLOSED = "closed"
    DISMISSED = "dismissed"


class AnnouncementState(StrEnum):
    """Where an announcement stands; `posted` ones show from `starts_at` to `ends_at`, planned ones before."""

    POSTED = "posted"
    ENDED = "ended"
    WITHDRAWN = "withdrawn"


class WordingState(StrEnum):
    """Where an agreed wording stands."""

    POSTED = "posted"
    ENDED = "ended"
    WITHDRAWN = "withdrawn"


class PhoneEntryState(StrEnum):
    """Where an entry of the phone book, or a proposed change of one, stands."""

    PROPOSED = "proposed"
    PUBLISHED = "published"
    REFUSED = "refused"
    TAKEN = "taken"
    WITHDRAWN = "withdrawn"


SYSTEM = "system"
# The names of roles belong to the core, which this package does not know.
EDITORS = frozenset({"knowledge_editor"})
UNIT_HEADS = frozenset({"unit_admin", "section_head", "signing_head"})
UNITS = UNIT_HEADS | {"liaison", "handler"}
LEADERS = frozenset({"shift_leader"})
AGENTS = frozenset({"agent", "dispatcher", "reply_auditor", "supervisor", "callback_agent", "shift_leader"})
MACHINE = frozenset({SYSTEM})

S = ArticleState
_A = Transition[ArticleState]
_T = Transition[TaskState]
_N = Transition[AnnouncementState]
_W = Transition[WordingState]
_P = Transition[PhoneEntryState]

# fmt: off
ROWS = (
    #  action              from              to                who                   needs       tells
    _A("submit",           S.DRAFT,          S.UNIT_REVIEW,    UNITS | EDITORS,      (),         ("unit",)),
    _A("submit_to_editor", S.DRAFT,          S.EDITOR_REVIEW,  UNIT_HEADS | EDITORS, (),         ("editors",)),
    _A("publish",          S.DRAFT,          S.PUBLISHED,      MACHINE),
    _A("take",             S.DRAFT,          S.TAKEN,          MACHINE),
    _A("withdraw",         S.DRAFT,          S.WITHDRAWN,      UNITS | EDITORS),
    _A("approve",          S.UNIT_REVIEW,    S.EDITOR_REVIEW,  UNIT_HEADS,           (),         ("editors",)),
    _A("take_over",        S.UNIT_REVIEW,    S.EDITOR_REVIEW,  EDITORS,              ("note",),  ("author", "unit")),
    _A("send_back",        S.UNIT_REVIEW,    S.DRAFT,          UNIT_HEADS,           ("note",),  ("author",)),
    _A("withdraw",         S.UNIT_REVIEW,    S.WITHDRAWN,      UNIT_HEADS | EDITORS, ("note",),  ("author",)),
    _A("publish",          S.EDITOR_REVIEW,  S.PUBLISHED,      EDITORS,              (),         ("author", "unit")),
    _A("take",             S.EDITOR_REVIEW,  S.TAKEN,          EDITORS,              (),         ("author", "unit")),
    _A("send_back",        S.EDITOR_REVIEW,  S.DRAFT,          EDITORS,              ("note",),  ("author", "unit")),
    _A("withdraw",         S.EDITOR_REVIEW,  S.WITHDRAWN,      EDITORS,              ("note",),  ("author", "unit")),
    _A("come_due",         S.PUBLISHED,      S.DUE,            EDITORS | MACHINE,    (),         ("unit",)),
    _A("expire",           S.PUBLISHED,      S.EXPIRED,        EDITORS | MACHINE,    (),         ("unit",)),
    _A("withdraw",         S.PUBLISHED,      S.WITHDRAWN,      EDITORS | MACHINE,    ("note",),  ("unit",)),
    _A("confirm",          S.DUE,            S.PUBLISHED,      UNIT_HEADS | EDITORS, ("review_due",)),
    _A("renew",            S.DUE,            S.PUBLISHED,      MACHINE),
    _A("expire",           S.DUE,            S.EXPIRED,        EDITORS | MACHINE,    (),         ("unit",)),
    _A("withdraw",         S.DUE,            S.WITHDRAWN,      EDITORS | MACHINE,    ("note",),  ("unit",)),
    _A("renew",            S.EXPIRED,        S.PUBLISHED,      EDITORS | MACHINE,    ("effective_to",)),
    _A("withdraw",         S.EXPIRED,        S.WITHDRAWN,      EDITORS | MACHINE),
)

TASK_ROWS = (
    _T("answer",  TaskState.OPEN,     TaskState.ANSWERED,  UNITS | EDITORS,  ("reply",), ("asker", "editors")),
    _T("answer",  TaskState.OPEN,     TaskState.ANSWERED,  MACHINE,          (),         ("asker",)),
    _T("pass_on", TaskState.OPEN,     TaskState.OPEN,      EDITORS,          ("unit_id",), ("unit",)),
    _T("dismiss", TaskState.OPEN,     TaskState.DISMISSED, EDITORS,          ("note",),  ("asker",)),
    _T("accept",  TaskState.ANSWERED, TaskState.CLOSED,    AGENTS | EDITORS),
    _T("reopen",  TaskState.ANSWERED, TaskState.OPEN,      AGENTS | EDITORS, ("note",),  ("unit",)),
)

ANNOUNCEMENT_ROWS = (
    _N("end",      AnnouncementState.POSTED, AnnouncementState.ENDED,     UNITS | EDITORS | LEADERS | MACHINE),
    _N("withdraw", AnnouncementState.POSTED, AnnouncementState.WITHDRAWN, UNITS | EDITORS | LEADERS, ("note",)),
)

WORDING_ROWS = (
    _W("end",      WordingState.POSTED, WordingState.ENDED,     EDITORS | LEADERS | MACHINE),
    _W("withdraw", WordingState.POSTED, WordingState.WITHDRAWN, EDITORS | LEADERS, ("note",)),
)

PHONE_ENTRY_ROWS = (
    _P("publish",  PhoneEntryState.PROPOSED,  PhoneEntryState.PUBLISHED, EDITORS | MACHINE),
    _P("take",     PhoneEntryState.PROPOSED,  PhoneEntryState.TAKEN,     EDITORS | MACHINE),
    _P("refuse",   PhoneEntryState.PROPOSED,  PhoneEntryState.REFUSED,   EDITORS, ("note",), ("author", "unit")),
    _P("withdraw", PhoneEntryState.PUBLISHED, PhoneEntryState.WITHDRAWN, EDITORS, ("note",), ("unit",)),
)
# fmt: on

ARTICLE = LifeCycle(
    "article",
    "knowledge_base.articles",
    frozenset({ArticleState.DRAFT}),
    frozenset({ArticleState.WITHDRAWN, ArticleState.TAKEN}),
    ROWS,
)
TASK = LifeCycle(
    "knowledge_task",
    "knowledge_base.tasks",
    frozenset({TaskState.OPEN}),
    frozenset({TaskState.CLOSED, TaskState.DISMISSED}),
    TASK_ROWS,
)
ANNOUNCEMENT = LifeCycle(
    "announcement",
    "knowledge_base.announcements",
    frozenset({AnnouncementState.POSTED}),
    frozenset({AnnouncementState.ENDED, AnnouncementState.WITHDRAWN}),
    ANNOUNCEMENT_ROWS,
)
WORDING = LifeCycle(
    "wording",
    "knowledge_base.wordings",
    frozenset({WordingState.POSTED}),
    frozenset({WordingState.ENDED, WordingState.WITHDRAWN}),
    WORDING_ROWS,
)
PHONE_ENTRY = LifeCycle(
    "phone_entry",
    "knowledge_base.phone_book",
    frozenset({PhoneEntryState.PROPOSED}),
    frozenset({PhoneEntryState.REFUSED, PhoneEntryState.TAKEN, PhoneEntryState.WITHDRAWN}),
    PHONE_ENTRY_ROWS,
)
LIFE_CYCLES = (ARTICLE, TASK, ANNOUNCEMENT, WORDING, PHONE_ENTRY)
