"""The flow sheet (流转单) as PDF: what stands in it, and for whom; and the reply check over HTTP, of the same ticket."""

import io
import re
from typing import Any

import pytest
from pypdf import PdfReader

from hotline.people import access_log
from hotline.people.models import Unit
from tests.integration.people import TICKET, Person, SignIn
from web.bootstrap import Container

NAME, PHONE = "张小明", "19900000123"
REPLY = "您好，您反映的路灯不亮问题已收悉，经现场核查已更换灯泡。感谢您的支持。"


def dispatched(desk: Person, parts: Container, **changes: Any) -> dict[str, Any]:
    with parts.database.read() as session:
        unit_id = session.query(Unit).filter_by(code="U1").one().id
    given = {**TICKET, "contact_name": NAME, "contact_phone": PHONE, **changes}
    opened = desk.done("POST", "/tickets", json=given)
    if changes.get("confidential"):
        checked = {"version": opened["version"], "given": {"redacted_title": "路灯", "redacted_body": "有路灯不亮。"}}
        opened = desk.done("POST", f"/tickets/{opened['id']}/actions/check", json=checked)
    move = {"version": opened["version"], "given": {"unit_id": unit_id, "note": "请尽快查看"}}
    return dict(desk.done("POST", f"/tickets/{opened['id']}/actions/dispatch", json=move))


def sheet(reader: Person, ticket: dict[str, Any]) -> PdfReader:
    answer = reader.ask("GET", f"/tickets/{ticket['id']}/flow-sheet.pdf")
    assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
    return PdfReader(io.BytesIO(answer.data))


def words(found: PdfReader) -> str:
    return re.sub(r"[\s\x00]", "", "".join(page.extract_text() for page in found.pages))


def test_sheet_tells_the_ticket_its_units_and_every_step(sign_in: SignIn, parts: Container) -> None:
    desk = sign_in("dispatcher")
    ticket = dispatched(desk, parts)

    told = words(sheet(desk, ticket))

    for word in ("工单流转单", ticket["number"], "路灯不亮", NAME, PHONE, "单位U1", "主办", "登记", "派单", "待派单→已派单"):
        assert word.replace(" ", "") in told, word
    assert "请尽快查看" in told
    assert "打印于" in told
    assert "第1页/共1页" in told


def test_sheet_is_masked_as_the_page_is(sign_in: SignIn, parts: Container) -> None:
    ticket = dispatched(sign_in("dispatcher"), parts)

    told = words(sheet(sign_in("handler", "U1"), ticket))

    assert (PHONE in told, "199****0123" in told, "脱敏" in told) == (False, True, True)


@pytest.mark.parametrize(
    ("role", "unit", "ticket", "kept"),
    [
        ("dispatcher", "", {}, [("flow_sheet", "flow-sheet-printed")]),
        ("dispatcher", "", {"contact_name": "", "contact_phone": ""}, []),
        ("handler", "U1", {}, []),
    ],
)
def test_a_printed_sheet_is_kept_in_the_access_log_when_it_tells_who_asks(
    sign_in: SignIn, parts: Container, role: str, unit: str, ticket: dict[str, Any], kept: list[tuple[str, str]]
) -> None:
    given = dispatched(sign_in("dispatcher", locale="en"), parts, **ticket)
    sheet(sign_in(role, unit), given)

    with parts.database.read() as session:
        assert [(entry.field, entry.reason) for entry in access_log.looks(session, given["id"])] == kept


def test_sheet_of_a_confidential_ticket_tells_its_unit_nothing_of_who_asks(sign_in: SignIn, parts: Container) -> None:
    ticket = dispatched(sign_in("dispatcher"), parts, confidential=True)

    told = words(sheet(sign_in("handler", "U1"), ticket))

    assert (NAME in told, "0123" in told, "三天" in told, "有路灯不亮" in told) == (False, False, False, True)


def test_sheet_is_not_there_for_who_does_not_see_the_ticket(sign_in: SignIn, parts: Container) -> None:
    ticket = dispatched(sign_in("dispatcher"), parts)

    sign_in("handler", "U2").refused(404, "GET", f"/tickets/{ticket['id']}/flow-sheet.pdf")


def test_sheet_is_in_the_readers_language_and_runs_over_pages(sign_in: SignIn, parts: Container) -> None:
    desk = sign_in("dispatcher", locale="en")
    ticket = dispatched(desk, parts, body="路灯不亮。" * 900)

    found = sheet(desk, ticket)

    assert len(found.pages) > 1
    assert "Ticketflowsheet" in words(found)
    assert f"Page2of{len(found.pages)}" in words(found)


def test_a_character_that_the_font_lacks_does_not_stop_the_sheet(sign_in: SignIn, parts: Container) -> None:
    desk = sign_in("dispatcher")
    ticket = dispatched(desk, parts, body="请联系𠮷先生😀，路灯不亮。")

    assert "〓" in words(sheet(desk, ticket))


@pytest.mark.parametrize(("text", "codes"), [(REPLY, set()), (f"{REPLY}电话19900001234，{NAME}", {"mobile", "requester"})])
def test_reply_is_checked_against_its_ticket(sign_in: SignIn, parts: Container, text: str, codes: set[str]) -> None:
    desk = sign_in("dispatcher")
    ticket = dispatched(desk, parts)

    found = desk.done("POST", "/replies/check", json={"ticket_id": ticket["id"], "reply_public": text, "solved": "yes"})

    assert {one["code"] for one in found["findings"]} == codes
    for one in found["findings"]:
        assert text[one["start"] : one["end"]] in ("19900001234", NAME)


def test_a_name_cannot_be_found_out_by_trying(sign_in: SignIn, parts: Container) -> None:
    ticket = dispatched(sign_in("dispatcher"), parts, confidential=True)
    asked = {"ticket_id": ticket["id"], "reply_public": f"{REPLY}{NAME}", "solved": "yes"}

    found = sign_in("handler", "U1").done("POST", "/replies/check", json=asked)

    assert "requester" not in {one["code"] for one in found["findings"]}


def test_reply_is_not_checked_for_who_does_not_see_the_ticket(sign_in: SignIn, parts: Container) -> None:
    ticket = dispatched(sign_in("dispatcher"), parts)

    sign_in("handler", "U2").refused(404, "POST", "/replies/check", json={"ticket_id": ticket["id"], "reply_public": REPLY})
