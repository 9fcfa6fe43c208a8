"""The way to an Elasticsearch: TLS, keys, several nodes, a busy cluster; and that no secret stands in an error or a log."""

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from hotline.kernel import plugins
from hotline.kernel.errors import Invalid, Unavailable
from hotline.kernel.search.port import Access, CompiledQuery, IndexDoc, IndexSchema, SearchBackend, TextField
from tests.contract import elastic, front
from tests.contract.front import Gate

SCHEMA = IndexSchema("things", 1, (TextField("title", 1.0),), keywords=("colour",))
KEY = "c2VjcmV0OmtleQ=="


def opened(url: str, folder: Path, access: Access | None = None) -> SearchBackend:
    backend: SearchBackend = plugins.open_url("hotline.search_backends", url, data_dir=folder, access=access)
    return backend


def of(gate: Gate, *, before: str = "", scheme: str = "elasticsearch") -> str:
    prefix = elastic.url_of("http://x").rpartition("/")[2]
    return f"{scheme}://{before}127.0.0.1:{gate.port}/{prefix}?timeout=10"


def works(backend: SearchBackend) -> bool:
    backend.replace(SCHEMA, lambda after: [IndexDoc("1", {"title": "停水"})])
    backend.apply(SCHEMA, [IndexDoc("2", {"title": "停水"})])
    return backend.search(SCHEMA, CompiledQuery((("停水",),), SCHEMA.texts)).total == 2


@pytest.fixture
def plain(elasticsearch: str) -> Iterator[Gate]:
    with front.opened(Gate(elasticsearch)) as gate:
        yield gate


class TestOverTLS:
    @pytest.fixture
    def certificate(self, tmp_path: Path) -> Path:
        return front.make_certificate(tmp_path, "gate")

    @pytest.fixture
    def gate(self, elasticsearch: str, certificate: Path) -> Iterator[Gate]:
        with front.opened(Gate(elasticsearch, authorization=f"ApiKey {KEY}"), certificate) as gate:
            yield gate

    def test_a_key_and_a_known_certificate_open_the_server(self, gate: Gate, certificate: Path, tmp_path: Path) -> None:
        access = Access(api_key=KEY, ca_file=str(certificate))

        assert works(opened(of(gate, scheme="elasticsearch+https"), tmp_path, access))

    def test_a_wrong_key_is_unavailable_and_shown_nowhere(
        self, gate: Gate, certificate: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.DEBUG)
        access = Access(api_key="d3Jvbmc6a2V5", ca_file=str(certificate))

        with pytest.raises(Unavailable, match="401") as raised:
            opened(of(gate, scheme="elasticsearch+https"), tmp_path, access).stats(SCHEMA)

        assert "d3Jvbmc6a2V5" not in f"{raised.value} {raised.value.details} {access} {caplog.text}"

    def test_an_unknown_certificate_is_unavailable(self, gate: Gate, tmp_path: Path) -> None:
        other = front.make_certificate(tmp_path, "other")

        with pytest.raises(Unavailable, match="TlsError"):
            opened(of(gate, scheme="elasticsearch+https"), tmp_path, Access(KEY, "", str(other))).stats(SCHEMA)


def test_a_user_and_a_password_open_the_server(elasticsearch: str, tmp_path: Path) -> None:
    with front.opened(Gate(elasticsearch, authorization="Basic aG90bGluZTpzZWNyZXQ=")) as gate:
        assert works(opened(of(gate, before="hotline@"), tmp_path, Access(password="secret")))


def test_a_password_in_the_url_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Invalid) as raised:
        opened("elasticsearch://hotline:secret@127.0.0.1:9200/x", tmp_path)

    assert "secret" not in f"{raised.value} {raised.value.details}"


def test_a_dead_node_is_passed_over(plain: Gate, tmp_path: Path) -> None:
    backend = opened(of(plain, before=f"127.0.0.1:{elastic.free_port()},"), tmp_path)

    assert works(backend)
    assert works(backend)


def test_no_node_at_all_is_unavailable(tmp_path: Path) -> None:
    backend = opened(f"elasticsearch://127.0.0.1:{elastic.free_port()},127.0.0.1:{elastic.free_port()}", tmp_path)

    with pytest.raises(Unavailable):
        backend.search(SCHEMA, CompiledQuery((("停水",),), SCHEMA.texts))


def test_a_rebuild_waits_for_a_busy_server(plain: Gate, tmp_path: Path) -> None:
    plain.answers += [429, 503]

    assert works(opened(of(plain), tmp_path))


def test_a_change_that_a_busy_server_refuses_is_left_to_the_outbox(plain: Gate, tmp_path: Path) -> None:
    backend = opened(of(plain), tmp_path)
    assert works(backend)
    plain.answers += [429, 429]  # the client itself asks once more

    with pytest.raises(Unavailable):
        backend.apply(SCHEMA, [IndexDoc("3", {"title": "停水"})])


def test_a_document_that_does_not_fit_is_refused_for_good(plain: Gate, tmp_path: Path) -> None:
    backend = opened(of(plain), tmp_path)
    assert works(backend)

    with pytest.raises(Invalid):
        backend.apply(SCHEMA, [IndexDoc("3", {"title": "停水"}, {"colour": ("x" * 40_000,), "unknown": ("x",)})])


def test_searching_costs_one_request(plain: Gate, tmp_path: Path) -> None:
    backend = opened(of(plain), tmp_path)
    assert works(backend)
    plain.asked.clear()

    backend.search(SCHEMA, CompiledQuery((("停水",),), SCHEMA.texts))
    backend.counts(SCHEMA, ["停水", "停电"])

    assert [path.rpartition("/")[2] for path in plain.asked] == ["_search", "_termvectors"]
