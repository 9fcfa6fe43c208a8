"""Service guides become articles that follow their source; nobody changes them here, and a broken one stops no other."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from sqlalchemy import select

from hotline.kernel.errors import Conflict
from knowledge_base import articles, guides
from knowledge_base.content import ArticleContent
from knowledge_base.guides import Guide, GuidePage, GuidesUnavailable, Malformed
from knowledge_base.models import Article, GuideSync
from tests.integration.people import SignIn
from web import knowledge_names, nightly
from web.bootstrap import Container


@dataclass
class Platform:
    """A source with these pages by token; `breaks_at` is the token at which it goes away."""

    pages: dict[str, GuidePage] = field(default_factory=dict)
    breaks_at: str | None = None
    asked: list[str] = field(default_factory=list)
    name: str = "platform"

    def changed_since(self, token: str) -> Iterator[GuidePage]:
        while token in self.pages:
            self.asked.append(token)
            if token == self.breaks_at:
                raise GuidesUnavailable("gone")
            yield self.pages[token]
            token = self.pages[token].token


def guide(origin_id: str, answer: str = "带身份证到窗口办理。", **changed: Any) -> Guide:
    said = ArticleContent(title=f"办理{origin_id}", answer_agent=answer, answer_public=answer, category_code="0402")
    return Guide(origin_id, replace(said, material="办事指南", item_code=f"11330-{origin_id}", **changed), unit_code="U1")


def page(token: str, *found: Guide | Malformed, deleted: tuple[str, ...] = ()) -> GuidePage:
    return GuidePage(found, deleted, token)


def follow(parts: Container, source: Platform) -> GuideSync:
    state = guides.sync(parts.database, source, knowledge_names.placing)
    assert state is not None
    return state


def stand(parts: Container) -> dict[str, tuple[str, str, int]]:
    with parts.database.read() as session:
        found = session.scalars(select(Article).order_by(Article.id))
        return {one.title: (one.state.value, one.answer_public, one.revision) for one in found}


def test_a_guide_becomes_an_article_of_its_unit_that_answers(parts: Container) -> None:
    state = follow(parts, Platform({"": page("1", guide("a"), guide("b"))}))

    assert (state.taken, state.removed, state.findings, state.error, state.token) == (2, 0, [], "", "1")
    with parts.database.read() as session:
        article = articles.by_code(session, "platform:a")
        assert article is not None
        assert (article.state.value, article.origin, article.origin_id) == ("published", "platform", "a")
        assert article.owner_unit_id is not None
        assert article.item_code == "11330-a"


def test_a_changed_guide_is_a_new_wording_and_the_same_again_is_none(parts: Container) -> None:
    follow(parts, Platform({"": page("1", guide("a"), guide("b"))}))

    state = follow(parts, Platform({"1": page("2", guide("a", "网上办理。"), guide("b"))}))

    assert state.taken == 1
    assert stand(parts) == {"办理a": ("published", "网上办理。", 2), "办理b": ("published", "带身份证到窗口办理。", 1)}


def test_a_guide_that_is_no_more_is_withdrawn_and_may_come_back(parts: Container) -> None:
    follow(parts, Platform({"": page("1", guide("a"))}))

    gone = follow(parts, Platform({"1": page("2", deleted=("a", "never-there"))}))
    assert (gone.removed, stand(parts)["办理a"][0]) == (1, "withdrawn")
    back = follow(parts, Platform({"2": page("3", guide("a"))}))

    assert (back.taken, back.findings) == (1, [])
    assert stand(parts)["办理a"][0] == "published"


@pytest.mark.parametrize(
    ("wrong", "finding"),
    [
        (Malformed("x", "title", "missing"), {"origin_id": "x", "field": "title", "rule": "missing"}),
        (guide("x", title=""), {"origin_id": "x", "field": "title", "rule": "required"}),
        (guide("x", category_code="9999"), {"origin_id": "x", "field": "category_code", "rule": "not-a-leaf"}),
        (guide("x", title="办理a"), {"origin_id": "x", "field": "title", "rule": "title-taken"}),
        (guide("x", answer="一\x00二"), {"origin_id": "x", "field": "", "rule": "not-storable"}),
        (guide("x\x00"), {"origin_id": "x", "field": "", "rule": "not-storable"}),
        (Malformed("x\x00", "title", "missing"), {"origin_id": "x", "field": "title", "rule": "missing"}),
    ],
)
def test_a_guide_that_breaks_a_rule_is_told_of_and_the_others_come(
    parts: Container, wrong: Guide | Malformed, finding: dict[str, str]
) -> None:
    state = follow(parts, Platform({"": page("1", guide("a"), wrong, guide("b"), deleted=("y\x00",))}))

    assert (state.findings, state.taken, sorted(stand(parts))) == ([finding], 2, ["办理a", "办理b"])


def test_a_look_that_breaks_off_is_noted_and_goes_on_after_the_last_page(parts: Container) -> None:
    source = Platform({"": page("1", guide("a")), "1": page("2", guide("b")), "2": page("3", guide("c"))}, breaks_at="1")

    with pytest.raises(GuidesUnavailable):
        follow(parts, source)
    with parts.database.read() as session:
        state, alive = guides.standing(session, "platform")
        assert state is not None
        assert (state.error, state.token, alive) == ("guides-unavailable", "1", 1)
    source.breaks_at, source.asked = None, []
    state = follow(parts, source)

    assert (source.asked, state.error, state.taken, len(stand(parts))) == (["1", "2"], "", 2, 3)


def test_two_looks_at_once_take_each_page_once(parts: Container) -> None:
    first, second = (Platform({"": page("1", guide("a")), "1": page("2", guide("b"))}) for _ in range(2))

    class Overtaken(Platform):
        def changed_since(self, token: str) -> Iterator[GuidePage]:
            for one in super().changed_since(token):
                follow(parts, second)
                yield one

    follow(parts, Overtaken(first.pages))

    assert {title: said[2] for title, said in stand(parts).items()} == {"办理a": 1, "办理b": 1}


def test_nobody_changes_a_guide_here(parts: Container, sign_in: SignIn) -> None:
    follow(parts, Platform({"": page("1", guide("a"))}))

    with parts.database.work() as uow:
        article = articles.by_code(uow.session, "platform:a")
        assert article is not None
        with pytest.raises(Conflict):
            articles.begin_change(uow, article.id)


def test_without_a_platform_nothing_is_looked_at(parts: Container, sign_in: SignIn) -> None:
    editor = sign_in("knowledge_editor")

    assert nightly.follow_guides(parts) is False
    assert editor.done("GET", "/knowledge/guides")["configured"] is False
    assert editor.refused(409, "POST", "/knowledge/guides/sync")["details"]["reason"] == "no-guide-source"


def test_guides_are_followed_once_a_night_and_when_an_editor_asks(parts: Container) -> None:
    source = Platform({"": page("1", guide("a"))})
    with_source = replace(parts, guides=source)

    followed = [nightly.follow_guides(with_source) for _ in range(2)]
    with parts.database.work() as uow:
        guides.ask(uow, "platform")
    followed.append(nightly.follow_guides(with_source))

    assert followed == [True, False, True]
