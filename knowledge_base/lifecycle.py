"""The life of an article as rows. Pure; the state is assigned only in `knowledge_base.articles`.

Labels are catalogue ids `article-state.<state>` and `action.<action>`.
"""

from enum import StrEnum

from hotline.kernel.transitions import LifeCycle, Transition


class ArticleState(StrEnum):
    """Where an article stands. Only a published one is found by search."""

    DRAFT = "draft"
    PUBLISHED = "published"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"


SYSTEM = "system"
# The names of roles belong to the core, which this package does not know.
EDITORS = frozenset({"knowledge_editor"})
MACHINE = frozenset({SYSTEM})

_T = Transition[ArticleState]

# fmt: off
ROWS = (
    #  action      from                     to                      who
    _T("publish",  ArticleState.DRAFT,     ArticleState.PUBLISHED, EDITORS | MACHINE),
    _T("expire",   ArticleState.PUBLISHED, ArticleState.EXPIRED,   EDITORS | MACHINE),
    _T("renew",    ArticleState.EXPIRED,   ArticleState.PUBLISHED, EDITORS | MACHINE),
    _T("withdraw", ArticleState.DRAFT,     ArticleState.WITHDRAWN, EDITORS),
    _T("withdraw", ArticleState.PUBLISHED, ArticleState.WITHDRAWN, EDITORS, ("note",)),
    _T("withdraw", ArticleState.EXPIRED,   ArticleState.WITHDRAWN, EDITORS),
)
# fmt: on

ARTICLE = LifeCycle(
    "article", "knowledge_base.articles", frozenset({ArticleState.DRAFT}), frozenset({ArticleState.WITHDRAWN}), ROWS
)
