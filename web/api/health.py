"""Whether this installation is up: each part with one line. 200 when all parts are, 503 when one is not."""

from apiflask import APIBlueprint
from flask import Response, jsonify

from hotline.kernel import clock
from web import health
from web.api.schemas.board import Health, Part
from web.auth import EVERYONE, allowed, public
from web.requests import container

api = APIBlueprint("health", __name__, tag="Health")


@api.get("/healthz")
@public
def healthz() -> tuple[Response, int]:
    """Names of the parts and whether they are up; details are for officers."""
    found = health.parts(container())
    up = all(part.up for part in found)
    return jsonify({"up": up, "parts": {part.name: part.up for part in found}}), 200 if up else 503


@api.get("/api/v1/health-parts")
@api.output(Health)
@allowed(*EVERYONE)
def health_parts() -> Health:
    """Each part with what it says of itself, and what the city has to lay down."""
    opened = container()
    found = [*health.parts(opened), *health.data(opened, clock.now().astimezone(opened.database.zone).date())]
    return Health(up=all(part.up for part in found), parts=[Part(**vars(part)) for part in found])
