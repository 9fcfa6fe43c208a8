"""Questions as citizens ask them, over a small shelf: the right answer, or none; who finds what, and when; live cards."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from hotline.kernel.db import Database
from hotline.kernel.errors import NotFound
from hotline.kernel.search.analysis import Analyzer, packaged_words
from hotline.kernel.search.null import NullBackend
from hotline.kernel.search.query import Search
from hotline.kernel.search.tantivy import TantivyBackend
from knowledge_base import answers, articles, indexing, search, suggestions
from knowledge_base.answers import Desk
from knowledge_base.content import ArticleContent
from knowledge_base.models import Secrecy
from knowledge_base.policy import packaged_policy
from knowledge_base.search import Reader
from knowledge_base.shelves import DatabaseShelf

TODAY = date(2026, 11, 20)
ANALYZER, POLICY = Analyzer(packaged_words()), packaged_policy()
SHELF = {
    "id-card": ("居民身份证遗失补领", ("身份证丢了怎么补办", "身份证不见了去哪里重新办")),
    "temp-id": ("临时身份证办理", ("急着用身份证能办临时的吗",)),
    "licence": ("驾驶证期满换证", ("驾照快到期了怎么换", "驾驶证过期了还能换吗")),
    "fund": ("住房公积金租房提取", ("租房子能取公积金吗", "公积金怎么提取")),
    "care": ("跨省异地就医备案", ("在外地看病医保怎么报销", "异地住院要先备案吗")),
    "birth": ("新生儿户口登记", ("刚出生的宝宝怎么上户口", "孩子落户要什么材料")),
    "lift": ("老旧小区加装电梯", ("老楼装电梯要多少户同意", "加装电梯有补贴吗")),
    "heat": ("冬季供暖时间和温度", ("什么时候开始供暖", "家里暖气不热找谁")),
    "wages": ("拖欠工资投诉", ("老板拖欠工资去哪里投诉", "工地不发工资怎么办")),
    "noise": ("建筑施工噪音时段", ("半夜工地施工太吵归谁管", "夜间施工几点必须停")),
    "ebike": ("电动自行车登记上牌", ("电瓶车怎么上牌照", "新买的电动车几天内要上牌")),
    "water": ("停水报修和查询", ("家里停水了打什么电话", "为什么突然没水")),
    "refund": ("网购七天无理由退货", ("网上买的东西能退吗", "商家不给退货怎么办")),
    "school": ("义务教育入学报名", ("小孩上小学什么时候报名", "外地户口的孩子怎么入学")),
    "jobless": ("失业保险金申领", ("被辞退了失业金怎么领", "失业金能领几个月")),
    "marriage": ("结婚登记", ("领结婚证要带什么", "外地户口能在本市领证吗")),
}
QUESTIONS = [
    ("身份证丢了怎么补办", "id-card"),
    ("喂你好，我身份证弄丢了，想问一下怎么补办啊", "id-card"),
    ("身份證遺失了要去哪裡補辦", "id-card"),
    ("遗失身份证", "id-card"),
    ("急用，临时身份证怎么办", "temp-id"),
    ("我的驾照下个月到期，怎么换证", "licence"),
    ("驾驶证过期了", "licence"),
    ("租房提取公积金", "fund"),
    ("我现在租房子，公积金可以取出来吗", "fund"),
    ("老人在外地住院，医保能报销吗", "care"),
    ("异地就医备案", "care"),
    ("刚生了宝宝，上户口需要什么材料", "birth"),
    ("新生儿落户", "birth"),
    ("我们这栋老楼想加装电梯，要多少户同意", "lift"),
    ("暖气不热", "heat"),
    ("请问今年什么时候供暖", "heat"),
    ("老板不发工资怎么办", "wages"),
    ("工地拖欠工资", "wages"),
    ("半夜工地还在施工，太吵了", "noise"),
    ("电瓶车上牌", "ebike"),
    ("新買的電動車怎麼上牌", "ebike"),
    ("家里停水了", "water"),
    ("网上买的东西不给退货", "refund"),
    ("小孩上小学报名时间", "school"),
    ("失业金能领几个月啊", "jobless"),
    ("领结婚证要带什么材料", "marriage"),
    ("身份证丢了怎么补版", "id-card"),
]
NO_ANSWER = [
    "", "？", "你好", "喂，您好，我想咨询一下", "今天天气怎么样", "帮我算一道数学题", "我要投诉隔壁老王", "股票什么时候涨",
    "身份证", "怎么办理", "abc", "停" * 5000, "火星移民怎么申请", "哪家火锅好吃",
]  # fmt: skip


@pytest.fixture
def desk(database: Database, tmp_path: Path) -> Desk:
    backend = TantivyBackend(tmp_path)
    made = Desk(Search(backend, ANALYZER, POLICY.synonyms), POLICY)
    with database.work() as uow:
        for code, (title, questions) in SHELF.items():
            public = f"{title}：请按规定到窗口办理。"
            articles.import_article(
                uow, code, ArticleContent(title, f"话术：{title}", public, questions, source_document="办法")
            )
    indexing.rebuild(database, made.search)
    return made


@pytest.mark.parametrize(("question", "code"), QUESTIONS)
def test_a_question_finds_its_answer(database: Database, desk: Desk, question: str, code: str) -> None:
    with database.read() as session:
        reply = answers.answer(DatabaseShelf(session), desk, question, reader=Reader.CITIZEN, today=TODAY)

    assert reply.answer is not None, reply.others
    assert (reply.answer.code, reply.answer.source) == (code, "办法")


@pytest.mark.parametrize("question", NO_ANSWER)
def test_no_sure_answer_is_given_where_there_is_none(database: Database, desk: Desk, question: str) -> None:
    with database.read() as session:
        reply = answers.answer(DatabaseShelf(session), desk, question, reader=Reader.CITIZEN, today=TODAY)

    assert reply.answer is None


def test_a_citizen_gets_the_public_words_and_an_agent_the_agents(database: Database, desk: Desk) -> None:
    with database.read() as session:
        texts = [
            reply.answer.text
            for reader in (Reader.CITIZEN, Reader.STAFF)
            if (reply := answers.answer(DatabaseShelf(session), desk, "暖气不热", reader=reader, today=TODAY)).answer
        ]

    assert texts == ["冬季供暖时间和温度：请按规定到窗口办理。", "话术：冬季供暖时间和温度"]


@pytest.mark.parametrize(
    ("change", "reader", "today", "expected"),
    [
        ({"secrecy": Secrecy.INTERNAL}, Reader.CITIZEN, TODAY, False),
        ({"secrecy": Secrecy.INTERNAL}, Reader.STAFF, TODAY, True),
        ({"effective_to": TODAY}, Reader.STAFF, TODAY, True),
        ({"effective_to": date(2026, 11, 19)}, Reader.STAFF, TODAY, False),
        ({"effective_from": date(2026, 11, 21)}, Reader.STAFF, TODAY, False),
    ],
)
def test_who_finds_an_article_and_when(
    database: Database, desk: Desk, change: dict[str, object], reader: Reader, today: date, expected: bool
) -> None:
    content = replace(ArticleContent("电子社保卡申领", "话术", "公开"), **change)  # type: ignore[arg-type]
    with database.work() as uow:
        article_id = articles.import_article(uow, "card", content).id
    indexing.index_article(database, desk.search, article_id)

    with database.read() as session:
        found = search.find(session, desk.search, "电子社保卡", reader=reader, today=today)
        hits = desk.search.find(search.ARTICLES, "电子社保卡", search.filters(reader, today))
        assert ("card" in [article.code for article in found.articles]) is expected
        assert (str(article_id) in [hit.id for hit in hits.hits]) is expected
        if not expected:
            with pytest.raises(NotFound):
                search.read(session, article_id, reader=reader, today=today)


def test_a_citizen_finds_nothing_by_the_agents_words(database: Database, desk: Desk) -> None:
    with database.read() as session:
        found = search.find(session, desk.search, "话术", reader=Reader.CITIZEN, today=TODAY)

    assert found.total == 0


def test_an_expired_article_leaves_search(database: Database, desk: Desk) -> None:
    with database.work() as uow:
        article = articles.by_code(uow.session, "heat")
        assert article is not None
        articles.move_by_itself(uow, article, "expire")

    with database.read() as session:
        before = search.find(session, desk.search, "供暖", reader=Reader.STAFF, today=TODAY).articles
    indexing.index_article(database, desk.search, article.id)

    assert before == []
    assert desk.search.find(search.ARTICLES, "供暖").total == 0


@pytest.mark.parametrize("typed", ["失业", "shiye", "sybx"])
def test_titles_are_suggested_by_characters_and_pinyin(database: Database, desk: Desk, typed: str) -> None:
    with database.read() as session:
        found = search.suggest(session, desk.search, typed, reader=Reader.CITIZEN, today=TODAY)
        assert [article.code for article in found] == ["jobless"]


def test_pinyin_of_words_that_nobody_listed_finds_by_its_sound(database: Database, desk: Desk) -> None:
    with database.work() as uow:
        article_id = articles.import_article(uow, "umbrella", ArticleContent("共享雨伞怎么借", "扫码", "扫码借伞")).id
    indexing.index_article(database, desk.search, article_id)

    with database.read() as session:
        found = answers.rank(DatabaseShelf(session), desk, "gongxiang yusan", reader=Reader.STAFF, today=TODAY)

    assert [one.article_id for one in found[:1]] == [article_id]


def test_without_search_there_is_no_answer_and_no_error(database: Database) -> None:
    nothing = Desk(Search(NullBackend(), ANALYZER), POLICY)

    with database.read() as session:
        reply = answers.answer(DatabaseShelf(session), nothing, "身份证丢了", reader=Reader.STAFF, today=TODAY)

    assert (reply.answer, reply.others) == (None, ())


def test_a_card_names_the_sentence_that_called_it(database: Database, desk: Desk) -> None:
    with database.read() as session:
        shown = suggestions.cards(
            DatabaseShelf(session), desk, "喂你好。我身份证丢了怎么补办。", shown=(), reader=Reader.STAFF, today=TODAY
        )

    assert (shown[0].answer.code, shown[0].sentence) == ("id-card", "我身份证丢了怎么补办")


def test_cards_stay_while_the_talk_goes_on(database: Database, desk: Desk) -> None:
    said = ["喂你好。", "我身份证丢了怎么补办。", "对对对。", "嗯好的。", "在城西那边。", "我记一下。", "就这样吧。"]
    shown: list[int] = []
    first: list[int] = []

    for end in range(1, len(said) + 1):
        with database.read() as session:
            found = suggestions.cards(
                DatabaseShelf(session), desk, "".join(said[:end]), shown=shown, reader=Reader.STAFF, today=TODAY
            )
        shown = [card.answer.article_id for card in found]
        first = first or shown[:1]

    assert first
    assert shown[0] == first[0]


def test_a_new_matter_pushes_an_old_card_away(database: Database, desk: Desk) -> None:
    text = "我身份证丢了怎么补办。家里停水了打什么电话。暖气不热找谁。老板拖欠工资去哪里投诉。失业金能领几个月。"
    shown: list[int] = []

    for end in range(1, len(text) + 1):
        with database.read() as session:
            found = suggestions.cards(DatabaseShelf(session), desk, text[:end], shown=shown, reader=Reader.STAFF, today=TODAY)
        shown = [card.answer.article_id for card in found]

    codes = {card.answer.code for card in found}
    assert len(codes) == POLICY.cards
    assert "jobless" in codes
    assert "id-card" not in codes
