"""django-helpdesk as the peer of `benchmarks.tickets`: a process of its own on the same PostgreSQL.

`python -m benchmarks.helpdesk_peer DSN COUNT PG_PID CALLS` fills COUNT tickets, asks, and prints JSON: for each of create,
list, count and open the times in milliseconds and the CPU seconds of this process and the database together.
"""

import json
import sys
from base64 import b64encode
from collections.abc import Callable
from urllib.parse import urlsplit

import django
from django.apps import apps
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.test import Client
from django.urls import include, path

from benchmarks.frame import Timed, timed

APPS = ("admin", "auth", "contenttypes", "humanize", "messages", "sessions", "sites", "staticfiles")
BATCH = 1_000
TITLE, BODY = "听涛路{n}号路灯不亮", "听涛路{n}号门口的路灯三天没有亮了，晚上出门看不见路，请尽快派人来修。"
OPEN, CLOSED, OPEN_EVERY = 1, 4, 20
CONTEXT = (
    "template.context_processors.request",
    "contrib.auth.context_processors.auth",
    "contrib.messages.context_processors.messages",
)
OPEN_ONES = b64encode(json.dumps({"filtering": {"status__in": [OPEN]}, "sorting": "created"}).encode()).decode()
"""The list's filter as its own pages spell it: their REST interface walks every ticket, the staff's list does not."""


def main() -> None:
    """Measure and print."""
    dsn, (count, pg_pid, calls) = sys.argv[1], map(int, sys.argv[2:])
    _configure(dsn)
    call_command("migrate", verbosity=0)
    print(json.dumps({name: found.as_dict() for name, found in _measured(count, pg_pid, calls).items()}))


def _configure(dsn: str) -> None:
    parts = urlsplit(dsn)
    settings.configure(
        SECRET_KEY="of a benchmark alone",  # noqa: S106 nobody signs in from outside
        ALLOWED_HOSTS=["testserver"],
        INSTALLED_APPS=[*(f"django.contrib.{name}" for name in APPS), "rest_framework", "helpdesk"],
        MIDDLEWARE=[
            "django.contrib.sessions.middleware.SessionMiddleware",
            "django.contrib.auth.middleware.AuthenticationMiddleware",
            "django.contrib.messages.middleware.MessageMiddleware",
        ],
        DATABASES={
            "default": {
                "ENGINE": "django.db.backends.postgresql",
                "NAME": parts.path.lstrip("/"),
                "USER": parts.username or "postgres",
                "HOST": dict(pair.split("=") for pair in parts.query.split("&") if pair).get("host", parts.hostname or ""),
                "CONN_MAX_AGE": None,
            }
        },
        STATIC_URL="/static/",
        TEMPLATES=[
            {
                "BACKEND": "django.template.backends.django.DjangoTemplates",
                "APP_DIRS": True,
                "OPTIONS": {"context_processors": [f"django.{name}" for name in CONTEXT]},
            }
        ],
        SITE_ID=1,
        USE_TZ=True,
        DEFAULT_AUTO_FIELD="django.db.models.AutoField",
        EMAIL_BACKEND="django.core.mail.backends.dummy.EmailBackend",
        HELPDESK_ACTIVATE_API_ENDPOINT=True,
        HELPDESK_TEAMS_MODE_ENABLED=False,
        LOGGING_CONFIG=None,
    )
    django.setup()
    settings.ROOT_URLCONF = (path("", include("helpdesk.urls")),)


def _measured(count: int, pg_pid: int, calls: int) -> dict[str, Timed]:
    tickets, queues = apps.get_model("helpdesk", "Ticket").objects, apps.get_model("helpdesk", "Queue").objects
    queue = queues.create(title="12345", slug="h")
    for start in range(0, count, BATCH):
        some = range(start, min(start + BATCH, count))
        tickets.bulk_create(tickets.model(queue=queue, **_fields(n)) for n in some)
    client = Client()
    client.force_login(get_user_model().objects.create_superuser("officer", "officer@example.org"))
    ids = list(tickets.values_list("id", flat=True)[: count // 2])

    def create(n: int) -> int:
        body = {**_fields(n), "queue": queue.id, "submitter_email": "caller@example.org", "priority": 3}
        return int(client.post("/api/tickets/", body, content_type="application/json").status_code)

    works: dict[str, Callable[[int], int]] = {
        "create": create,
        "list": lambda n: int(client.get(f"/datatables_ticket_list/{OPEN_ONES}", {"start": 0, "length": 30}).status_code),
        "count": lambda n: int(client.get("/dashboard/").status_code),
        "open": lambda n: int(client.get(f"/tickets/{ids[n % len(ids)]}/").status_code),
    }
    return {name: timed(work, pg_pid, calls) for name, work in works.items()}


def _fields(n: int) -> dict[str, object]:
    status = CLOSED if n % OPEN_EVERY else OPEN
    return {"title": TITLE.format(n=n), "description": BODY.format(n=n), "status": status}


if __name__ == "__main__":
    main()
