"""Every view carries a rule of who may call it, and the guard does what the rule says: every route with every role."""

from collections.abc import Iterator

import pytest
from apiflask import APIFlask
from flask import g
from werkzeug.routing import Rule

from docs import generate
from hotline.kernel.errors import Forbidden, Unauthenticated
from hotline.kernel.scope import NOBODY, Scope
from hotline.people.permissions import Role
from web import auth
from web.app import create_app

OPEN_TO_ALL = {
    "pages.home": "sends people on",
    "pages.portal": "the citizens' pages",
    "pages.messages": "demonstrations only",
    "pages.login": "nobody is signed in yet",
    "pages.sign_in": "nobody is signed in yet",
    "pages.sign_out": "ending a session twice harms nobody",
    "pages.docs": "describes the interface",
    "openapi.spec": "describes the interface",
    "session.sign_in": "nobody is signed in yet",
    "health.healthz": "monitoring has no session, and it tells no more than up or down",
    "demo.list_accounts": "demonstrations only",
    "demo.list_messages": "demonstrations only",
    "portal.submit": "citizens",
    "portal.send_attachment": "citizens",
    "portal.look": "citizens, with number and query code",
    "portal.send_lost_code": "citizens, with number and telephone; tells nothing",
    "portal.add": "citizens, with number and query code",
    "portal.urge": "citizens, with number and query code",
    "portal.evaluate": "citizens, with number and query code",
    "portal.areas": "citizens choose where it happened",
    "evaluations.look_at_link": "citizens, with the token of a link",
    "evaluations.evaluate_by_link": "citizens, with the token of a link; once",
    "knowledge_public.answer_citizen": "citizens",
    "knowledge_public.suggest_public_titles": "citizens",
    "knowledge_public.list_hot_questions": "citizens",
    "knowledge_public.list_public_categories": "citizens",
    "knowledge_public.list_public_articles": "citizens",
    "announcements.list_public_announcements": "citizens",
    "phone_book.search_public_phone_book": "citizens",
    "knowledge_public.show_public_article": "citizens",
    "knowledge_public.judge_public_article": "citizens",
    "knowledge_files.open_public_file": "citizens, files of public articles that hold",
}
"""Views that look at no session, each with its reason: adding one here is a decision."""
OPEN_TO_MACHINES = {
    "calls.offer_call",
    "calls.show_call",
    "calls.show_transcript",
    "evaluations.judge_by_key",
    "evaluations.take_robot_result",
    "marks.take_mark",
    "partners.take_receipt",
}
STRANGER, PROGRAM = "stranger", "program"
EXAMPLES = {
    "<int:": "1",
    "<uuid:": "6f1c2a34-0000-4000-8000-000000000001",
    "<": "x",
}


@pytest.fixture(scope="module")
def app() -> Iterator[APIFlask]:
    container = generate.built()
    made = create_app(container)
    made.config.update(WTF_CSRF_METHODS=set())
    yield made
    container.close()


def rules(app: APIFlask) -> list[Rule]:
    return [rule for rule in app.url_map.iter_rules() if rule.endpoint != "static"]


def test_every_view_carries_a_rule(app: APIFlask) -> None:
    without = [rule.endpoint for rule in rules(app) if not hasattr(app.view_functions[rule.endpoint], "auth_rule")]

    assert without == []


def test_views_open_to_all_are_the_listed_ones(app: APIFlask) -> None:
    assert {rule.endpoint for rule in rules(app) if _kind(app, rule) == "public"} == set(OPEN_TO_ALL)


def test_views_open_to_machines_are_the_listed_ones(app: APIFlask) -> None:
    assert {rule.endpoint for rule in rules(app) if _kind(app, rule) == "machine"} == OPEN_TO_MACHINES


def test_rules_name_only_roles_that_exist(app: APIFlask) -> None:
    named = {role for rule in rules(app) for role in auth.rule_of(app.view_functions[rule.endpoint])[1]}

    assert named <= {role.value for role in Role}


@pytest.mark.parametrize("caller", [STRANGER, PROGRAM, *(role.value for role in Role)])
def test_guard_lets_pass_exactly_whom_the_rule_names(app: APIFlask, caller: str) -> None:
    wrong = [
        (method, rule.rule)
        for rule in rules(app)
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
        if _passes(app, rule, method, caller) != _may(app, rule, caller)
    ]

    assert wrong == []


def _may(app: APIFlask, rule: Rule, caller: str) -> bool:
    kind, roles = auth.rule_of(app.view_functions[rule.endpoint])
    if kind == "public":
        return True
    if caller in (STRANGER, PROGRAM):
        return kind == "machine" and caller == PROGRAM
    return caller in roles


def _passes(app: APIFlask, rule: Rule, method: str, caller: str) -> bool:
    headers = {"Authorization": f"Bearer {app.extensions['hotline'].integrator_token}"} if caller == PROGRAM else {}
    with app.test_request_context(_address(rule), method=method, headers=headers):
        g.scope = NOBODY if caller in (STRANGER, PROGRAM) else Scope(officer_id=1, roles=frozenset({caller}))
        try:
            auth.guard()
        except (Forbidden, Unauthenticated):
            return False
    return True


def _address(rule: Rule) -> str:
    return "/".join(_example(part) for part in rule.rule.split("/"))


def _example(part: str) -> str:
    """The part with a value for what it leaves open, also before an ending: "<int:number>.xlsx"."""
    start = next((start for start in EXAMPLES if part.startswith(start)), None)
    return part if start is None else EXAMPLES[start] + part.partition(">")[2]


def _kind(app: APIFlask, rule: Rule) -> str:
    return auth.rule_of(app.view_functions[rule.endpoint])[0]
