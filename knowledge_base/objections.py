"""Why a move that an article's row would allow is refused all the same. Pure; `articles.move` raises what is found here.

The pages ask the same before they offer an action, so that no button leads to a refusal.
"""

from collections.abc import Collection
from dataclasses import dataclass

from hotline.kernel.errors import Conflict, Forbidden, HotlineError
from knowledge_base.lifecycle import ARTICLE, EDITORS, IN_WORK, SYSTEM, ArticleState
from knowledge_base.models import Article
from knowledge_base.rules import KnowledgeRules

FIRST_ALONE = frozenset({"publish"})
CHANGES_ALONE = frozenset({"take"})
OF_UNITS = frozenset({"submit"})


class KeptElsewhere(Conflict):
    """The article comes from another source of truth and is changed there alone."""

    code = "article-kept-elsewhere"


class OwnWords(Forbidden):
    """Who wrote the words may not be the one who passes them (four eyes)."""

    code = "own-words"


@dataclass(frozen=True)
class Mover:
    """Who tries to move an article: the roles that count for it, and whether some of its words are theirs."""

    roles: Collection[str]
    wrote: bool

    @property
    def is_machine(self) -> bool:
        """Whether the house itself moves it."""
        return SYSTEM in self.roles


def objection(article: Article, action: str, mover: Mover, rules: KnowledgeRules) -> HotlineError | None:
    """What speaks against the move; None when nothing does."""
    # Reading it through changes none of its words: that is asked of us, wherever it is kept.
    if article.origin is not None and not mover.is_machine and action != "confirm":
        return kept_elsewhere(article)
    is_change = article.replaces_id is not None
    if (is_change and action in FIRST_ALONE) or (not is_change and action in CHANGES_ALONE):
        return _no_such_move(article, action)
    if action in OF_UNITS and article.owner_unit_id is None:
        return _no_such_move(article, action)
    if mover.wrote and not mover.is_machine and not _may_pass_own_words(article.state, action, mover, rules):
        return OwnWords("own words", action=action)
    return None


def kept_elsewhere(article: Article) -> KeptElsewhere:
    """The refusal for an article of another source."""
    return KeptElsewhere("kept elsewhere", origin=article.origin)


def actions(article: Article, mover: Mover, rules: KnowledgeRules) -> list[tuple[str, tuple[str, ...]]]:
    """The moves open to this mover now, each with what it needs."""
    rows = ARTICLE.actions(article.state, mover.roles)
    return [(row.action, row.needs) for row in rows if objection(article, row.action, mover, rules) is None]


def _may_pass_own_words(state: ArticleState, action: str, mover: Mover, rules: KnowledgeRules) -> bool:
    """Passing is what takes words one review further; sending back and withdrawing pass nothing."""
    if state not in IN_WORK:
        return True
    if action in ("publish", "take"):
        return rules.own_editor_review
    is_editor = bool(EDITORS & set(mover.roles))
    if action == "approve" or (action == "submit_to_editor" and not is_editor):
        return rules.own_unit_review
    return True


def _no_such_move(article: Article, action: str) -> Conflict:
    return Conflict("no such move", reason="no-such-move", thing=ARTICLE.name, state=article.state.value, action=action)
