"""The administrator makes a unit and an officer; the officer chooses a password and is in."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenWindow
from tests.browser.windows import PATIENCE_MS, PHONE

pytestmark = pytest.mark.browser

UNIT, LOGIN, PASSWORD = "测试路灯管理所", "lamps", "my own password"


@pytest.fixture(autouse=True)
def _patience() -> None:
    expect.set_options(timeout=PATIENCE_MS)


def test_unit_and_officer_are_made_and_the_officer_signs_in(window: OpenWindow) -> None:
    page = window().enter("cityadmin").open("/admin")
    _make_unit(page)
    page.get_by_role("navigation", name="系统管理").get_by_role("button", name="人员").click()
    first = _make_officer(page)

    officer = window(PHONE)
    _sign_in(officer.open("/login"), first)
    _choose_password(officer.page, first)

    expect(officer.page).to_have_url(re.compile("/unit"))


def _make_unit(page: Page) -> None:
    page.get_by_role("button", name="新建单位").click()
    page.get_by_label("代码", exact=True).fill("lamps")
    page.get_by_label("单位名称", exact=True).fill(UNIT)
    page.get_by_role("button", name="保存").click()
    page.get_by_role("textbox", name="按名称或代码查找").fill("lamps")
    expect(page.get_by_role("cell", name=UNIT)).to_be_visible()


def _make_officer(page: Page) -> str:
    """Gives the first password."""
    page.get_by_role("button", name="新建人员").click()
    page.get_by_label("用户名", exact=True).fill(LOGIN)
    page.get_by_label("姓名", exact=True).fill("路工")
    page.get_by_role("combobox", name="第1个角色的单位").fill(UNIT)
    page.get_by_role("option", name=UNIT).click()
    page.get_by_role("combobox", name="第1个角色", exact=True).press("Enter")
    page.get_by_role("option", name="单位联络员").click()
    page.get_by_role("button", name="保存").click()
    shown = page.get_by_role("dialog", name="初始密码").locator("code")
    expect(shown).to_be_visible()
    return shown.inner_text()


def _sign_in(page: Page, password: str) -> None:
    page.get_by_label("账号").fill(LOGIN)
    page.get_by_label("密码").fill(password)
    page.get_by_role("button", name="登录", exact=True).click()
    expect(page).to_have_url(re.compile("/password"))


def _choose_password(page: Page, first: str) -> None:
    page.get_by_label("现在的密码").fill(first)
    page.get_by_label("新密码", exact=True).fill(PASSWORD)
    page.get_by_label("再输入一次新密码").fill(PASSWORD)
    page.get_by_role("button", name="保存").click()
