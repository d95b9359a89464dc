"""The bundle of evidence: it proves what it says to whoever has a Python, is the same for the same state, and each bit of it counts."""

import ast
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from functools import lru_cache
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest
from command_line import Run, answer, refused, run_within
from sent_lines import generated, initiative, line, opened, pair, record
from signed_log import execute, grown, log_of, rewrite
from store_places import Place

from domain.model.errors import Refused
from domain.proofs import evidence, standalone
from domain.proofs.checkpoint import cosign_checkpoint
from domain.proofs.note import COSIGNATURE, Signer
from domain.store.database import EVENTS
from domain.store.log import Rewritten
from domain.store.store import EventStore
from projections.export.bundle import Asked, bundle, program

GOLDEN = Path(__file__).parent.parent / "golden"
WITNESS = Signer("witness.example/one", b"w" * 32)
ALL = Asked()
GONE = line("gone", "participant_erased", "participant/r-bram", {"requested_on": "2021-05-01", "certificate": {"counts": {"keys": 1}}})


@pytest.fixture
def store(place: Place) -> Iterator[EventStore]:
    with closing(opened(place)) as store:
        yield store


def made(store: EventStore, since: bytes | None = None, asked: Asked = ALL) -> bytes:
    return bundle(log_of(store), [WITNESS.verifier(COSIGNATURE)], since, asked)


def note(store: EventStore, size: int) -> bytes:
    with store.reading() as connection:
        found = log_of(store).checkpoint(connection, size)
    assert found is not None
    return found.note


def proven(raw: bytes) -> evidence.Proven:
    return evidence.verify(raw)["events"]


def restored(lines: list[bytes]) -> list[bytes]:
    """As an export has them; only so an erasure comes in that no verb carried out."""
    places = [{"position": number, "recorded": "2022-01-01T00:00:00Z"} for number in range(1, len(lines) + 1)]
    return [json.dumps({**json.loads(one), **place}).encode() for one, place in zip(lines, places, strict=True)]


def erased(store: EventStore) -> None:
    """Seven events, the last an erasure, signed."""
    assert record(store, restored([*pair(), GONE]), restore=True).recorded == 7
    assert log_of(store).sign() is not None


# What it proves


def test_all_that_was_recorded_is_proven_in_its_order_and_that_there_is_no_more(store: EventStore) -> None:
    grown(store, 300, 700)
    found = proven(made(store))
    assert ([one["position"] for one in found.entries], found.size, found.since, found.whole) == ([*range(1, 701)], 700, 0, True)
    with store.reading() as connection:
        rows = connection.execute(f"SELECT state FROM {connection.table(EVENTS)} e ORDER BY position").fetchall()
    assert b"".join(state + b"\n" for (state,) in rows) == evidence.unzipped(made(store))["events/entries.jsonl"]


@pytest.mark.parametrize("size", [1, 255, 256, 257, 700])
def test_since_a_checkpoint_it_holds_what_came_after_and_proves_that_nothing_before_it_changed(store: EventStore, size: int) -> None:
    grown(store, *sorted({1, 255, 256, 257, 700, size}))
    raw, kept = made(store, note(store, size)), note(store, size)
    found = proven(raw)
    assert ([one["position"] for one in found.entries], found.since) == ([*range(size + 1, 701)], size)
    assert f"Since your last visit, of {size} entries, it was only added to." in evidence.checked(raw, None, kept)
    with pytest.raises(standalone.Unproven, match="this is another checkpoint than yours"):
        evidence.checked(raw, None, note(store, 257 if size != 257 else 256))
    with pytest.raises(standalone.Unproven, match="the bundle does not begin at your checkpoint"):
        evidence.checked(made(store), None, kept)
    with pytest.raises(standalone.Unproven, match="your checkpoint"):
        evidence.checked(raw, None, b"")


def test_of_a_relationship_its_whole_history_and_all_erasures_are_proven(store: EventStore) -> None:
    erased(store)
    before = note(store, 7)
    record(store, [initiative("later"), initiative("other")])
    log_of(store).sign()
    for since, ids in ((None, ["r-match", "gone", "later-registered"]), (before, ["r-match", "later-registered"])):
        found = proven(made(store, since, Asked(["r"], ["later-registered"])))
        assert [one["id"] for one in found.entries] == ids
        assert not found.whole
    said = evidence.checked(made(store, None, Asked(["r"])))
    assert "Erased in what is proven: 1." in said
    assert any("participant/r-bram" in one and '"counts": {"keys": 1}' in one for one in said)


def test_a_witness_is_told_with_when_it_saw_the_checkpoint(store: EventStore) -> None:
    grown(store, 10)
    log = log_of(store)
    with store.reading() as connection:
        key = log.verifier(connection)
    log.witnessed(cosign_checkpoint(note(store, 10), key, WITNESS, 1_769_860_800), [WITNESS.verifier(COSIGNATURE)])
    raw = made(store)
    assert "Seen by witness.example/one on Sat, 31 Jan 2026 12:00:00 GMT." in evidence.checked(raw, key.text)
    with pytest.raises(standalone.Unproven, match="signed with another key than yours"):
        evidence.checked(raw, Signer(key.name, b"z" * 32).verifier(1).text)


def test_the_same_state_gives_the_same_bytes(store: EventStore, place: Place) -> None:
    grown(store, 300, 400)
    asked = Asked(["a1", "b1"], ["a2-match", "a1-match"])
    once = [made(store), made(store, note(store, 300)), made(store, None, asked)]
    with closing(opened(place)) as again:
        backwards = Asked(asked.relationships[::-1], asked.events[::-1])
        assert [made(again), made(again, note(again, 300)), made(again, None, backwards)] == once


# What is refused when it is made


def test_what_cannot_be_bundled_is_told(store: EventStore) -> None:
    record(store, pair())

    def rule(since: bytes | None = None, asked: Asked = ALL) -> str:
        with pytest.raises(Refused) as refused:
            made(store, since, asked)
        return refused.value.refusal.rule

    assert rule() == "nothing_signed"
    log_of(store).sign()
    record(store, [initiative("new")])
    assert rule(None, Asked(["nobody"])) == "unknown_relationship"
    assert rule(None, Asked([], ["none"])) == "unknown_event"
    assert rule(None, Asked([], ["new-registered"])) == "not_signed_yet"
    assert rule(b"no checkpoint") == "not_of_this_log"


@pytest.mark.parametrize("asked", [ALL, Asked([], ["a1-match"])])
def test_a_bundle_that_would_not_hold_is_not_given_away(store: EventStore, asked: Asked) -> None:
    grown(store, 600)
    with store.reading() as connection:
        [(position,)] = connection.execute(f"SELECT position FROM {connection.table(EVENTS)} e WHERE id = 'a1-match'").fetchall()
    assert proven(made(store, None, asked)).entries
    rewrite(store, position)
    with pytest.raises(Rewritten):
        made(store, None, asked)
    rewrite(store, position, back=True)
    execute(store, EVENTS, "UPDATE {} SET state = ? WHERE position = ?", (b'{"id":"x","position":3,"subject":"","type":""}', position))
    with pytest.raises(Rewritten):
        made(store, None, asked)


# Whatever is changed


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A small bundle with something of everything; its program is cut short, so that there are not too many bits."""
    with closing(opened(tmp_path_factory.mktemp("sample") / "events.sqlite")) as store:
        erased(store)
        record(store, [initiative("later")])
        log_of(store).sign()
        files = evidence.unzipped(made(store, note(store, 7), Asked(["r"], ["gone"])))
    del files[evidence.MANIFEST]
    files[evidence.PROGRAM] = files[evidence.PROGRAM][:1_000]
    return evidence.bundled(files, {"events": ["gone"], "relationships": ["r"]})


def believed(raw: bytes) -> bool:
    try:
        evidence.verify(raw)
    except standalone.Unproven:
        return False
    return True


def test_every_single_bit_counts(sample: bytes) -> None:
    assert believed(sample)
    number = int.from_bytes(sample, "big")
    taken = [bit for bit in range(len(sample) * 8) if believed((number ^ 1 << bit).to_bytes(len(sample), "big"))]
    assert taken == []
    assert len(sample) * 8 > 30_000


def test_every_byte_counts_and_nothing_may_be_missing_or_follow(sample: bytes) -> None:
    assert not any(believed(sample[:length]) for length in range(len(sample)))
    assert not any(believed(sample[:at] + sample[at + 1 :]) for at in range(0, len(sample), 7))
    assert not believed(sample + b"\0")
    assert not believed(b"\0" + sample)


@pytest.mark.parametrize("name", ["events/keys", "events/checkpoint", "events/since", "events/entries.jsonl", "events/proofs.json"])
def test_who_writes_the_zip_and_the_manifest_anew_still_changes_nothing(sample: bytes, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every bit of what is proven, with all hashes and lengths in the zip made to fit."""
    monkeypatch.setattr(standalone, "verify_signature", lru_cache(standalone.verify_signature))
    files = evidence.unzipped(sample)
    asked = json.loads(files.pop(evidence.MANIFEST))["asked"]
    assert believed(evidence.bundled(files, asked))
    step = 1 if name in ("events/entries.jsonl", "events/proofs.json") else 5
    for bit in range(0, len(files[name]) * 8, step):
        spoilt = bytearray(files[name])
        spoilt[bit // 8] ^= 1 << bit % 8
        assert not believed(evidence.bundled({**files, name: bytes(spoilt)}, asked)), (name, bit)


def test_the_manifest_says_what_each_file_is_the_program_too(sample: bytes) -> None:
    files = evidence.unzipped(sample)
    for name in files:
        assert not believed(evidence.zipped({**files, name: files[name] + b" "})), name
    said = json.loads(files[evidence.MANIFEST])
    for other in ({**said, "bundle": 2}, {**said, "more": 1}, {**said, "files": {}}, {"asked": said["asked"]}):
        assert not believed(evidence.zipped({**files, evidence.MANIFEST: evidence.written(other)}))


def test_files_that_are_missing_added_or_out_of_order_are_refused(sample: bytes) -> None:
    files = evidence.unzipped(sample)
    asked = json.loads(files.pop(evidence.MANIFEST))["asked"]
    for name in files:
        assert not believed(evidence.bundled({other: held for other, held in files.items() if other != name}, asked)), name
    for name in ("events/more", "more", "access/keys", "events"):
        assert not believed(evidence.bundled({**files, name: b""}, asked))
    manifest = {evidence.MANIFEST: evidence.manifest(files, asked)}
    assert believed(evidence.zipped({**manifest, **files}))
    assert not believed(evidence.zipped({**manifest, **dict(reversed(files.items()))}))
    assert not believed(evidence.zipped({**files, **manifest}))


@pytest.mark.parametrize(
    "asked",
    [
        None,
        1,
        [],
        {},
        {"events": [], "relationships": []},
        {"events": ["x"], "relationships": ["r"]},
        {"events": [], "relationships": ["q"]},
    ],
)
def test_what_was_asked_for_has_to_be_what_is_there(sample: bytes, asked: Any) -> None:
    files = evidence.unzipped(sample)
    del files[evidence.MANIFEST]
    for other in ({"events": ["gone"], "relationships": ["r"]}, {"events": ["r-match"], "relationships": []}):
        assert believed(evidence.bundled(files, other))
    assert not believed(evidence.bundled(files, asked))


HOSTILE = [
    {"consistency": [], "inclusion": []},
    {"consistency": [], "peaks": []},
    {"consistency": None, "inclusion": None},
    {"consistency": [1], "inclusion": [[]]},
    {"consistency": ["AA=="], "inclusion": [["AA=="], ["AA=="]]},
    {"consistency": [], "inclusion": [[], []]},
    {"inclusion": [[], []]},
    [],
    "text",
    None,
]


@pytest.mark.parametrize("name", ["manifest.json", "events/proofs.json", "events/entries.jsonl"])
@pytest.mark.parametrize("raw", [b"[" * 200_000, b'{"asked":' * 100_000, b"9" * 10_000, b"\xff", b"{", b"NaN", b'{"asked":NaN}', b""])
def test_what_is_no_json_or_would_exhaust_a_parser_is_refused(sample: bytes, name: str, raw: bytes) -> None:
    files = evidence.unzipped(sample)
    assert not believed(evidence.zipped({**files, name: raw}))
    asked = json.loads(files.pop(evidence.MANIFEST))["asked"]
    if name in files:
        assert not believed(evidence.bundled({**files, name: raw}, asked))
        assert not believed(evidence.bundled({**files, name: raw + b"\n"}, asked))


@pytest.mark.parametrize("proofs", HOSTILE)
def test_proofs_of_another_form_are_refused(sample: bytes, proofs: Any) -> None:
    files = evidence.unzipped(sample)
    asked = json.loads(files.pop(evidence.MANIFEST))["asked"]
    assert not believed(evidence.bundled({**files, "events/proofs.json": evidence.written(proofs)}, asked))


def test_entries_that_are_left_out_of_all_there_is_are_missed(store: EventStore) -> None:
    grown(store, 100, 200)
    for raw in (made(store), made(store, note(store, 100))):
        files = evidence.unzipped(raw)
        del files[evidence.MANIFEST]
        assert believed(evidence.bundled(files, None))
        lines = files["events/entries.jsonl"].splitlines(keepends=True)
        for left in (lines[1:], lines[:-1], [*lines[:50], *lines[51:]], [lines[1], lines[0], *lines[2:]], [*lines, lines[-1]], []):
            assert not believed(evidence.bundled({**files, "events/entries.jsonl": b"".join(left)}, None))


def test_a_second_log_is_checked_like_the_first(sample: bytes) -> None:
    """The place of the access log."""
    files = evidence.unzipped(sample)
    asked = json.loads(files.pop(evidence.MANIFEST))["asked"]
    second = {name.replace("events/", "access/"): held for name, held in files.items() if name.startswith("events/")}
    both = evidence.bundled({**files, **second}, asked)
    assert set(evidence.verify(both)) == {"events", "access"}
    spoilt = {**second, "access/entries.jsonl": second["access/entries.jsonl"].replace(b"r-match", b"s-match")}
    with pytest.raises(standalone.Unproven, match=r"access/entries\.jsonl, line 1"):
        evidence.verify(evidence.bundled({**files, **spoilt}, asked))


# The program


def test_the_program_is_one_file_that_an_old_python_reads_with_its_standard_library_only() -> None:
    tree = ast.parse(program(), feature_version=(3, 9))
    imported = {each.name for node in ast.walk(tree) if isinstance(node, ast.Import) for each in node.names}
    imported |= {node.module or "." for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {name.partition(".")[0] for name in imported} <= sys.stdlib_module_names
    assert [node.module for node in tree.body if isinstance(node, ast.ImportFrom) and node.module == "__future__"]


def python(version: str) -> tuple[list[str], dict[str, str]]:
    found = sys.executable if version == "this" else shutil.which(f"python{version}")
    env = {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", ""), "PYENV_VERSION": version}
    if found is None or subprocess.run([found, "-V"], env=env, capture_output=True).returncode:
        pytest.skip(f"there is no Python {version} here")
    return [found, "-I", "-S"], env


@pytest.fixture
def run(tmp_path: Path) -> Run:
    run = run_within(tmp_path)
    assert run("import", "--restore", "-", given="\n".join(one.decode() for one in restored([*pair(), GONE]))).code == 0
    return run


@pytest.mark.parametrize("version", ["this", "3.9", "3.10", "3.12", "3.13"])
def test_an_auditor_checks_it_at_home_with_nothing_but_python(run: Run, tmp_path: Path, version: str) -> None:
    command, env = python(version)
    first, home = tmp_path / "checkpoint", tmp_path / "home"
    first.write_text(run("audit", "checkpoint").out)
    assert run("import", "-", given="\n".join(one.decode() for one in generated(93))).code == 0
    assert run("audit", "checkpoint").code == 0
    since = answer(run("audit", "bundle", "--since", str(first), "--out", str(tmp_path / "since.zip"), "--json"))
    assert run("audit", "bundle", "--out", str(tmp_path / "bundle.zip")).code == 0
    home.mkdir()
    for name in ("since.zip", "bundle.zip"):
        shutil.copy(tmp_path / name, home)
    subprocess.run([sys.executable, "-m", "zipfile", "-e", "bundle.zip", "."], cwd=home, check=True)

    def verify(name: str, *more: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run([*command, "verify.py", name, *more], cwd=home, env=env, capture_output=True, text=True)

    key = run("audit", "key").out.strip()
    done = verify("since.zip", "--key", key, "--since", str(first))
    assert (done.returncode, done.stderr) == (0, "")
    for said in ("as you said", "Since your last visit, of 7 entries", "from position 8 to 100", "Erased in what is proven: nobody"):
        assert said in done.stdout
    assert "Compare that with the key" in verify("bundle.zip").stdout
    assert "participant/r-bram" in verify("bundle.zip").stdout
    assert "another key than yours" in verify("bundle.zip", "--key", key[:-1]).stderr
    spoilt = bytearray((home / "bundle.zip").read_bytes())
    spoilt[spoilt.index(b"participant/r-bram")] ^= 1
    (home / "bundle.zip").write_bytes(spoilt)
    done = verify("bundle.zip")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("REFUSED: events/entries.jsonl: the zip was changed, at or after byte ")
    assert (home / "since.zip").stat().st_size == since["bytes"]
    assert "No such file" in verify("since.zip", "--since", "none").stderr


def test_what_is_asked_wrongly_of_the_verb_is_told(run: Run, tmp_path: Path) -> None:
    out = str(tmp_path / "bundle.zip")
    assert "Nothing of the log is signed yet" in refused(run("audit", "bundle", "--out", out))
    assert not Path(out).exists()
    run("audit", "checkpoint")
    assert "There is no relationship 'nobody' here." in refused(run("audit", "bundle", "--relationship", "nobody", "--out", out))
    assert "No such file" in refused(run("audit", "bundle", "--since", str(tmp_path / "none"), "--out", out))
    assert "No such file" in refused(run("audit", "bundle", "--out", str(tmp_path / "none" / "bundle.zip")))
    assert not Path(out).exists()


# Bundles of earlier versions


@pytest.mark.parametrize("path", sorted(GOLDEN.glob("bundle-*.zip")), ids=lambda path: path.stem)
def test_a_bundle_of_every_version_is_proven_by_this_version_and_by_its_own_program(path: Path, tmp_path: Path) -> None:
    raw, key, kept = (path.with_suffix(suffix).read_bytes() for suffix in (".zip", ".key", ".since"))
    assert evidence.checked(raw, key.decode(), kept)
    (tmp_path / "verify.py").write_bytes(evidence.unzipped(raw)[evidence.PROGRAM])
    command = [sys.executable, "-I", "-S", str(tmp_path / "verify.py"), str(path), "--key", key.decode().strip()]
    done = subprocess.run([*command, "--since", str(path.with_suffix(".since"))], capture_output=True, text=True)
    assert (done.returncode, done.stdout.splitlines(), done.stderr) == (0, path.with_suffix(".txt").read_text().splitlines(), "")


def test_there_is_a_bundle_of_this_version() -> None:
    assert list(GOLDEN.glob(f"bundle-{'.'.join(metadata.version('tussenruimte').split('.')[:2])}-*.zip"))
