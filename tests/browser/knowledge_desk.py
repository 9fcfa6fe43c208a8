"""What people do on the knowledge desk, said once for its stories; and the dull writing and passing of articles over HTTP."""

import re
from collections.abc import Callable

from playwright.sync_api import Locator, Page, expect

from tests.browser import bends
from tests.browser.windows import Window
from tests.e2e.people import Json, Officer
from tests.e2e.stage import Stage
from tests.e2e.waiting import until

UNIT = "云泽市城市管理局"
WRITER, HEAD, EDITOR = "chengguan-handler", "chengguan-admin", "editor1"
CATEGORY, MATERIAL = "010101", "热点问答"
IN_REVIEW = re.compile("请于 .* 前审核")
FOUND_S = 60.0
"""In which what was published is found."""


def at_tab(window: Window, login: str, tab: str) -> Page:
    """Sign in and open that tab of the knowledge desk."""
    return window.enter(login).open(f"/knowledge?tab={tab}")


def at_articles(window: Window, login: str, state: str = "") -> Page:
    """Sign in and open the list of articles in that state."""
    return window.enter(login).open(f"/knowledge?state={state}")


def choose(page: Page, title: str) -> None:
    """Open the article in the list."""
    page.get_by_role("option").filter(has_text=title).first.click()
    expect(page.get_by_role("heading", name=title, exact=True)).to_be_visible()


def write(page: Page, title: str, answer: str, *questions: str) -> None:
    """Fill the form of an article in, with the same words for agents and citizens."""
    page.get_by_label("标题", exact=True).fill(title)
    put_in_place(page)
    answers(page, answer)
    for number, question in enumerate(questions, start=1):
        page.get_by_role("button", name="添加问法").click()
        page.get_by_label(f"第{number}条问法", exact=True).fill(question)


def put_in_place(page: Page) -> None:
    """Choose a subject and what sort of text it is."""
    page.get_by_role("textbox", name="事项分类").fill("占道")
    page.locator(".el-cascader__suggestion-item").first.click()
    page.get_by_role("combobox", name="材料性质").press("Enter")
    page.get_by_role("option", name=MATERIAL).click()


def answers(page: Page, words: str) -> None:
    """The answer for agents, and the same for citizens."""
    page.get_by_label("话务答复", exact=True).fill(words)
    page.get_by_label("公开答复", exact=True).fill(words)


def submit(page: Page, name: str = "提交单位审核") -> None:
    """Save the form and pass the draft on."""
    page.get_by_role("button", name=name, exact=True).first.click()
    expect(page.get_by_text(IN_REVIEW)).to_be_visible()


def act(page: Page, name: str, **given: str) -> None:
    """Make a move of the open article; `given` goes into its dialog by the label of the field."""
    page.get_by_role("button", name=name, exact=True).first.click()
    dialog = page.get_by_role("dialog", name=name)
    for label, words in given.items():
        dialog.get_by_label(label).fill(words)
    dialog.get_by_role("button", name=name, exact=True).click()
    expect(page.locator(".el-message").filter(has_text=f"已{name}")).to_be_visible()


def row(page: Page, words: str) -> Locator:
    """The row of a board with these words."""
    return page.get_by_role("article").filter(has_text=words)


def at_console(window: Window, login: str = "agent1") -> Page:
    """An agent with a contact at hand that needs no call."""
    page = window.enter(login).open("/console")
    page.get_by_role("button", name=re.compile("无来电登记|另一件事")).first.click()
    expect(page.get_by_label("诉求内容")).to_be_visible()
    return page


def card(page: Page, title: str) -> Locator:
    """The card of that article beside the call."""
    return bends.panel(page, "知识推荐").get_by_role("listitem").filter(has_text=title)


def looked_up(page: Page, words: str, title: str, says: str) -> Locator:
    """Look it up on the console until a card of that title says so."""
    field = page.get_by_role("combobox", name="查知识")

    def found() -> Locator | None:
        field.fill(words)
        field.press("Enter")
        page.wait_for_load_state("networkidle")
        one = card(page, title).filter(has_text=says)
        return one.first if one.count() else None

    return until(found, what=f"the console finds {title}", seconds=FOUND_S)


def suggested(page: Page, typed: str, title: str) -> Locator:
    """The title proposed on the console while somebody types."""
    field = page.get_by_role("combobox", name="查知识")
    proposal = page.get_by_role("option", name=title)

    def proposed() -> bool:
        field.fill("")
        field.press_sequentially(typed)
        page.wait_for_load_state("networkidle")
        return proposal.count() > 0

    until(proposed, what=f"{title} is proposed", seconds=FOUND_S)
    return proposal


def answered(page: Page, question: str, words: str) -> None:
    """Ask on the portal until the answer says so."""

    def said() -> bool:
        page.goto(f"/portal/answers?question={question}")
        page.wait_for_load_state("networkidle")
        return page.locator(".sure").filter(has_text=words).count() > 0

    until(said, what=f"the portal answers {question}", seconds=FOUND_S)


def published(stage: Stage, title: str, answer: str, *questions: str) -> Json:
    """An article of the unit, passed by everybody."""
    writer, head, editor = (Officer(stage, login) for login in (WRITER, HEAD, EDITOR))
    owner = writer.get("/knowledge/articles/form")["own_units"][0]["id"]
    words = {"title": title, "answer_agent": answer, "answer_public": answer, "questions": list(questions)}
    words |= {"category_code": CATEGORY, "material": MATERIAL, "owner_unit_id": owner}
    article = writer.post("/knowledge/articles", words)
    for officer, action in ((writer, "submit"), (head, "approve"), (editor, "publish")):
        article = moved(officer, article, action)
    for officer in (writer, head, editor):
        officer.close()
    return article


def moved(officer: Officer, article: Json, action: str) -> Json:
    """A move over HTTP."""
    body = {"version": article["version"], "given": {}}
    return officer.post(f"/knowledge/articles/{article['id']}/actions/{action}", body)


def eventually(page: Page, look: Callable[[], bool], what: str, seconds: float = FOUND_S) -> None:
    """Load the page again until it shows what is looked for."""

    def seen() -> bool:
        bends.reopen(page)
        return look()

    until(seen, what=what, seconds=seconds)
