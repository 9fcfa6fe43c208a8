"""The page of the HTTP interface: every path and every shape of the OpenAPI document is on it, in the reader's language."""

from collections.abc import Iterator
from html import unescape

import pytest
from apiflask import APIFlask

from docs import generate
from web.app import create_app


@pytest.fixture(scope="module")
def app() -> Iterator[APIFlask]:
    container = generate.built()
    yield create_app(container)
    container.close()


def test_every_path_and_shape_is_on_the_page(app: APIFlask) -> None:
    answer = app.test_client().get("/api/v1/docs")

    page = unescape(answer.get_data(as_text=True))
    told = app.test_client().get("/api/v1/openapi.json").get_json()
    wanted = [*told["paths"], *told["components"]["schemas"]]
    assert answer.status_code == 200
    assert [name for name in wanted if name not in page and name not in ("HTTPError", "ValidationError")] == []


def test_page_speaks_the_chosen_language(app: APIFlask) -> None:
    client = app.test_client()

    assert "接口文档" in client.get("/api/v1/docs").get_data(as_text=True)
    assert "HTTP interface" in client.get("/api/v1/docs?lang=en").get_data(as_text=True)


def test_document_is_openapi_3_1_and_says_what_each_view_does(app: APIFlask) -> None:
    told = app.test_client().get("/api/v1/openapi.json").get_json()

    silent = [path for path, methods in told["paths"].items() for view in methods.values() if not view.get("summary")]
    assert told["openapi"].startswith("3.1")
    assert silent == []
