"""The servers of the contract tests, and what the report says of them."""

from collections.abc import Iterator

import pytest

from tests.contract import elastic


def pytest_report_header() -> str:
    return f"Elasticsearch: {elastic.which() or 'none, its tests are skipped'}"


@pytest.fixture(scope="session")
def elasticsearch(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of an Elasticsearch."""
    if not elastic.which():
        pytest.skip("no Elasticsearch and no stand-in")
    with elastic.server(tmp_path_factory.mktemp("elasticsearch")) as address:
        yield address
