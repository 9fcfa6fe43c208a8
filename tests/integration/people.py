"""Somebody who asks the whole web application over HTTP: an officer with the token against forgery, or a citizen."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

TICKET = {"type": "help", "title": "路灯不亮", "body": "听涛路的路灯三天没有亮了"}
BEYOND = 2**70
"""No integer of the database holds it."""


@dataclass
class Person:
    """Somebody with a browser; without a role, a citizen."""

    client: FlaskClient
    csrf: str = ""

    def ask(self, method: str, path: str, **sent: Any) -> TestResponse:
        return self.client.open(f"/api/v1{path}", method=method, headers={"X-CSRF-Token": self.csrf}, **sent)

    def done(self, method: str, path: str, **sent: Any) -> Any:
        answer = self.ask(method, path, **sent)
        assert answer.status_code < 300, answer.text
        return answer.get_json()

    def refused(self, status: int, method: str, path: str, **sent: Any) -> dict[str, Any]:
        answer = self.ask(method, path, **sent)
        assert answer.status_code == status, f"{method} {path}: {answer.status_code} {answer.text}"
        error: dict[str, Any] = answer.get_json()["error"]
        assert error["code"]
        assert error["request_id"]
        assert not error["message"].startswith("error."), f"{error['code']} has no words"
        return error


SignIn = Callable[..., Person]
"""(role, code of the unit, language) → that officer."""
