"""Administering time over HTTP: the year and its file, versions with differences, the test bench, rules."""

import io
from typing import Any

import pytest
from apiflask import APIFlask

from tests.integration.people import Person, SignIn

NOTICE = "虚构的2027年放假安排（测试用）"
DAYS = [
    {"day": "2027-01-01", "kind": "holiday", "name": "元旦"},
    {"day": "2027-01-04", "kind": "holiday", "name": "元旦"},
    {"day": "2027-01-09", "kind": "workday", "name": "元旦"},
]
MONDAY = "2026-11-23T10:00:00+08:00"
CASE = {"stage": "handle", "type": "complaint", "urgency": "normal", "profile": "general", "unit_class": None, "start": MONDAY}


@pytest.fixture
def admin(sign_in: SignIn) -> Person:
    return sign_in("administrator")


def rows_of(version: dict[str, Any]) -> list[dict[str, Any]]:
    """The rows as they are sent back."""
    left_out = {"id", "changed", "was"}
    return [{name: value for name, value in row.items() if name not in left_out} for row in version["rows"]]


def drafted(admin: Person) -> dict[str, Any]:
    made: dict[str, Any] = admin.done("POST", "/admin/policies", json={"from_version": 1, "name": "缩短投诉时限"})
    return made


def test_the_calendar_lists_years_and_asks_for_the_missing_one(admin: Person) -> None:
    shown = admin.done("GET", "/admin/calendar")

    assert {one["year"]: one["status"] for one in shown["years"]}.items() >= {2026: "announced", 2027: "not_announced"}.items()
    assert shown["warning"] is None or shown["warning"]["year"] == 2027


def test_a_year_shows_every_day(admin: Person) -> None:
    shown = admin.done("GET", "/admin/calendar/2025")

    days = {one["day"]: one for one in shown["days"]}
    assert (shown["status"], len(days)) == ("announced", 365)
    saturday = days["2025-10-11"]
    assert (saturday["weekday"], saturday["works"], saturday["kind"]) == (6, True, "workday")
    assert (days["2025-11-19"]["kind"], days["2025-11-19"]["works"]) == (None, True)


def test_a_notice_is_read_from_a_file_previewed_and_put_in(admin: Person) -> None:
    table = "day,kind,name\n2027-01-01,holiday,元旦\n2027-01-04,放假,元旦\n2027-01-09,班,元旦\n2027-13-40,休,元旦\n"
    sent = {"file": (io.BytesIO(table.encode()), "notice.csv"), "year": "2027"}
    read = admin.done("POST", "/admin/calendar/read", data=sent)
    assert read["days"] == DAYS
    assert [(one["line"], one["field"], one["rule"]) for one in read["findings"]] == [(5, "day", "not-a-date")]
    assert "日期" in read["findings"][0]["message"]

    body = {"source": NOTICE, "days": read["days"]}
    preview = admin.done("POST", "/admin/calendar/2027/preview", json=body)
    assert preview["checked"] == preview["changed"] == 0
    recount_id = admin.done("PUT", "/admin/calendar/2027", json=body)["recount_id"]

    assert admin.done("GET", "/admin/calendar/2027")["status"] == "announced"
    listed = admin.done("GET", "/admin/recounts")["items"]
    assert [(one["id"], one["cause"], one["reference"], one["finished_at"]) for one in listed] == [
        (recount_id, "calendar", 2027, None)
    ]
    assert listed[0]["requested_by"]


@pytest.mark.parametrize(
    ("path", "sent", "rule"),
    [
        ("/admin/calendar/read", {"year": "2027"}, "required"),
        ("/admin/calendar/read", {"file": (b"no notice", "notice.csv"), "year": "soon"}, "int-parsing"),
        ("/admin/calendar/read", {"file": (b"", "notice.csv"), "year": "2027"}, "no-days"),
    ],
)
def test_a_file_that_is_none_is_refused(admin: Person, path: str, sent: dict[str, Any], rule: str) -> None:
    given = {name: (io.BytesIO(value[0]), value[1]) if name == "file" else value for name, value in sent.items()}

    assert admin.refused(422, "POST", path, data=given)["details"]["rule"] == rule


@pytest.mark.parametrize("year", [0, 1, 1900, 2200, 9999, 10**12])
def test_a_year_out_of_reach_is_refused(admin: Person, year: int) -> None:
    assert admin.refused(422, "GET", f"/admin/calendar/{year}")["details"]["rule"] == "out-of-reach"
    assert admin.refused(422, "PUT", f"/admin/calendar/{year}", json={"source": NOTICE, "days": DAYS})


def test_policies_list_versions_examples_and_what_a_row_may_say(admin: Person) -> None:
    shown = admin.done("GET", "/admin/policies")

    assert [(one["version"], one["status"], one["in_force"]) for one in shown["versions"]] == [(1, "published", True)]
    assert shown["versions"][0]["rows"] > 50
    assert {"guangdong", "sichuan", "shandong", "tianjin", "beijing"} <= {one["code"] for one in shown["profiles"]}
    assert "feedback" in shown["stages"]
    assert shown["starts_of_stages"]["total"] == ["accepted"]
    assert "bad_mark" in shown["profiles_of_tickets"]


def test_a_draft_shows_how_it_differs_and_comes_into_force(admin: Person) -> None:
    draft = drafted(admin)
    rows = rows_of(draft)
    assert {row["changed"] for row in draft["rows"]} == {None}
    complaint = next(row for row in rows if (row["stage"], row["type"]) == ("handle", "complaint"))
    complaint["amount"] = 10
    removed = next(row for row in rows if (row["stage"], row["type"]) == ("handle", "praise"))
    rows.remove(removed)
    rows.append({**complaint, "type": "other", "amount": 3})

    put = admin.done("PUT", f"/admin/policies/{draft['version']}/rows", json={"rows": rows})

    differing = {(row["stage"], row["type"]): row for row in put["rows"] if row["changed"]}
    assert differing.keys() == {("handle", "complaint"), ("handle", "other")}
    assert differing["handle", "complaint"]["was"] == {"amount": 15, "unit": "working_days"}
    assert differing["handle", "other"]["changed"] == "added"
    assert [(row["stage"], row["type"]) for row in put["removed"]] == [("handle", "praise")]
    preview = admin.done("POST", f"/admin/policies/{draft['version']}/preview", json={"effective_from": None})
    assert preview["changed"] == 0
    admin.done("POST", f"/admin/policies/{draft['version']}/publish", json={"note": "依据新办法"})
    versions = admin.done("GET", "/admin/policies")["versions"]
    assert [(one["version"], one["in_force"], one["note"]) for one in versions] == [(2, True, "依据新办法"), (1, False, "")]
    assert versions[0]["published_by"]


def test_a_refused_row_is_named(admin: Person) -> None:
    draft = drafted(admin)
    rows = rows_of(draft)
    for change, field, rule in (
        ({"amount": 0}, "amount", "at-least-one"),
        ({"start_event": "replied"}, "start_event", "not-of-this-stage"),
        ({"source": ""}, "source", "required"),
        ({"urgency": "soon"}, "urgency", "unknown-choice"),
        ({"type": "help"}, "rows", "same-case-twice"),
    ):
        given = [{**rows[0], **change}, *rows[1:]]
        error = admin.refused(422, "PUT", f"/admin/policies/{draft['version']}/rows", json={"rows": given})

        assert (error["details"]["field"], error["details"]["rule"]) == (field, rule)
        assert error["details"]["row"] == 1 or error["details"]["earlier"] == 1


def test_a_draft_from_nothing_is_refused(admin: Person) -> None:
    admin.refused(422, "POST", "/admin/policies", json={"name": "空"})
    admin.refused(404, "POST", "/admin/policies", json={"profile": "atlantis"})
    admin.refused(404, "GET", "/admin/policies/99")
    admin.refused(409, "DELETE", "/admin/policies/1")


def test_a_draft_can_be_given_up(admin: Person) -> None:
    draft = drafted(admin)

    admin.done("DELETE", f"/admin/policies/{draft['version']}")

    assert [one["version"] for one in admin.done("GET", "/admin/policies")["versions"]] == [1]


def test_the_test_bench_tells_the_end_and_the_sum_in_words(admin: Person) -> None:
    found = admin.done("POST", "/admin/policies/1/try", json=CASE)

    assert found["due_at"] == "2026-12-14T09:30:00Z"
    assert (found["policy"]["amount"], found["policy"]["unit"], found["provisional"]) == (15, "working_days", False)
    assert "15个工作日" in found["sentence"]
    assert "12月14日" in found["sentence"]


def test_the_test_bench_takes_the_draft_and_the_roster(admin: Person) -> None:
    tried = {**CASE, "stage": "sign", "urgency": "critical", "unit_class": "utility", "start": "2026-11-21T23:50:00+08:00"}

    found = admin.done("POST", "/admin/policies/1/try", json=tried)

    assert found["due_at"] == "2026-11-21T16:05:00Z"


def test_rules_show_value_default_and_history_and_take_another_value(admin: Person) -> None:
    body = {"value": 2, "source": "本市规定", "effective_from": "2099-01-01T00:00:00+08:00"}
    put = admin.done("PUT", "/admin/rules/redo.rounds", json=body)

    assert (put["value"], put["default"], put["group"]) == (1, 1, "redo")
    assert [(one["value"], one["source"]) for one in put["history"]][0] == (2, "本市规定")
    assert put["history"][0]["by"]
    listed = {one["key"]: one for one in admin.done("GET", "/admin/rules")["items"]}
    assert {"calendar.hours", "warn.points", "sweep.batch", "return.window_working_days"} <= listed.keys()


def test_a_refused_rule_is_named(admin: Person) -> None:
    wrong = admin.refused(422, "PUT", "/admin/rules/redo.rounds", json={"value": "many", "source": "own"})
    assert (wrong["details"]["key"], wrong["details"]["rule"]) == ("redo.rounds", "malformed-rule")

    admin.refused(404, "PUT", "/admin/rules/nonsense", json={"value": 1, "source": "own"})


def test_a_rule_of_knowledge_is_read_by_knowledge_before_it_is_kept(admin: Person) -> None:
    path = "/admin/rules/knowledge.review_months"

    wrong = admin.refused(422, "PUT", path, json={"value": 0, "source": "own"})
    assert (wrong["details"]["key"], wrong["details"]["rule"]) == ("knowledge.review_months", "malformed-rule")
    assert admin.done("PUT", path, json={"value": 3, "source": "own"})["group"] == "knowledge"


def test_a_rule_of_repeats_is_read_by_intake_before_it_is_kept(admin: Person) -> None:
    wrong = admin.refused(422, "PUT", "/admin/rules/repeats.threshold", json={"value": 60, "source": "own"})

    assert (wrong["details"]["key"], wrong["details"]["rule"]) == ("repeats.threshold", "malformed-rule")


def test_only_administrators_administer_time(whole_app: APIFlask, sign_in: SignIn) -> None:
    supervisor = sign_in("supervisor")

    for path in ("/admin/calendar", "/admin/policies", "/admin/rules", "/admin/recounts"):
        supervisor.refused(403, "GET", path)
