"""The bundle of evidence: it proves what it says to whoever has a Python, is the same for the same state, and each bit of it counts."""

import ast
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from importlib import metadata
from pathlib import Path

import pytest
from bundles import ALL, GONE, WITNESS, erased, made, note, proven, restored
from command_line import Run, answer, refused, run_within
from cosigning import cosigned
from sent_lines import generated, initiative, opened, pair, record
from signed_log import access_log_of, execute, grown, log_of, rewrite
from store_places import Place

from domain.model.errors import Refused
from domain.proofs import evidence, standalone
from domain.proofs.note import COSIGNATURE, Signer
from domain.store.accesses import Access, Viewer
from domain.store.database import ACCESSES, EVENTS
from domain.store.log import Rewritten
from domain.store.store import EventStore
from projections.export.bundle import Asked, bundle, program
from projections.views.accesses import access_page

GOLDEN = Path(__file__).parent.parent / "golden"


@pytest.fixture
def store(place: Place) -> Iterator[EventStore]:
    with closing(opened(place)) as store:
        yield store


# What it proves


def test_all_that_was_recorded_is_proven_in_its_order_and_that_there_is_no_more(store: EventStore) -> None:
    grown(store, 300, 700)
    found = proven(made(store))
    assert ([one["position"] for one in found.entries], found.size, found.since, found.whole) == ([*range(1, 701)], 700, 0, True)
    with store.reading() as connection:
        rows = connection.execute(f"SELECT state FROM {connection.table(EVENTS)} e ORDER BY position").fetchall()
    assert b"".join(state + b"\n" for (state,) in rows) == evidence.unzipped(made(store))["events/entries.jsonl"]


def test_who_looked_goes_with_it_and_is_proven_like_what_was_recorded(store: EventStore) -> None:
    record(store, [*pair("r"), *pair("s")[1:]])
    log_of(store).sign()
    for place in ("relationship/r", "relationship/s", "relationship/r"):
        store.accesses.write(Viewer("token/k", "coordinator"), [Access(place, ("notes",))])
    assert set(evidence.verify(made(store))) == {"events"}
    access_log_of(store).sign()
    looked = evidence.verify(made(store))["access"]
    assert ([entry["place"] for entry in looked.entries], looked.whole) == (["relationship/r", "relationship/s", "relationship/r"], True)
    some = evidence.verify(made(store, asked=Asked(relationships=["r"])))["access"]
    assert ([entry["position"] for entry in some.entries], some.whole) == ([1, 3], False)
    assert set(evidence.verify(made(store, asked=Asked(events=["r-match"])))) == {"events"}
    spoilt = evidence.unzipped(made(store))
    spoilt["access/entries.jsonl"] = spoilt["access/entries.jsonl"].replace(b"token/k", b"token/x")
    del spoilt[evidence.MANIFEST]
    with pytest.raises(standalone.Unproven, match=r"access/entries\.jsonl"):
        evidence.verify(evidence.bundled(spoilt, None))


def test_of_a_relationship_it_holds_what_the_access_log_tells_of_it_in_words(store: EventStore) -> None:
    record(store, [*pair("r"), *pair("s")[1:]])
    log_of(store).sign()
    who = Viewer("token/k", "coordinator", "researcher/x")
    for access in (
        Access("relationship/r", ("notes", "voices")),
        Access("organisation", ("names",), "export", 0, 6),
        Access("organisation", ("names",), "export", 6, 11),
        Access("relationship/s", ("notes",)),
        Access("organisation", ("names",), "follow"),
        Access("relationship/r", ("names",), "told", 3, 6),
    ):
        store.accesses.write(who, [access])
    told = [int(one.position) for one in access_page(store, 100, None, relationship="r").nodes][::-1]
    access_log_of(store).sign()
    raw = made(store, asked=Asked(relationships=["r"]))
    # To ask the access log is the last entry.
    assert [entry["position"] for entry in evidence.verify(raw)["access"].entries] == [*told, 7] == [1, 2, 5, 6, 7]
    begin = "2026-01-31T12:00:00Z  token/k (coordinator, for researcher/x)"
    assert [one for one in evidence.checked(raw) if "2026-01-31T12" in one] == [
        f"  1  {begin} read relationship/r: notes, voices",
        f"  2  {begin} exported all that was recorded after position 0, up to 6: names",
        f"  5  {begin} began to follow all that was recorded: names",
        f"  6  {begin} was told relationship/r after position 3, up to 6: names",
        "  7  2026-01-31T12:00:00Z  unknown (unknown) read relationship/r: accesses",
    ]
    assert set(evidence.verify(made(store, asked=Asked(events=["r-match"])))) == {"events"}


def test_an_entry_of_who_looked_that_is_none_any_more_is_not_given_away(store: EventStore) -> None:
    record(store, pair("r"))
    log_of(store).sign()
    store.accesses.write(Viewer("token/k", "coordinator"), [Access("organisation", ("names",), "export", 0, 6)])
    access_log_of(store).sign()
    execute(store, ACCESSES, "UPDATE {} SET entry = ?", (b"{}",))
    with pytest.raises(Rewritten):
        made(store, asked=Asked(relationships=["r"]))


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
    log.witnessed(cosigned(note(store, 10), WITNESS, 1_769_860_800), [WITNESS.verifier(COSIGNATURE)])
    raw = made(store)
    seen = f"Seen by witness.example/one on Sat, 31 Jan 2026 12:00:00 GMT, if this is its key: {WITNESS.verifier(COSIGNATURE).text}"
    assert seen in evidence.checked(raw, key.text)
    with pytest.raises(standalone.Unproven, match="signed with another key than yours"):
        evidence.checked(raw, Signer(key.name, b"z" * 32).verifier(1).text)


def test_a_witness_that_is_named_twice_is_in_a_bundle_once(store: EventStore) -> None:
    grown(store, 10)
    assert bundle(log_of(store), access_log_of(store), [WITNESS.verifier(COSIGNATURE)] * 2, None, ALL) == made(store)


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


def test_a_log_that_is_set_to_have_another_name_is_not_told_of_as_rewritten(store: EventStore) -> None:
    grown(store, 10)
    with pytest.raises(Refused, match="log keeps its name"):
        bundle(log_of(store, "tussenruimte.example/otherwise"), access_log_of(store), [], None, ALL)


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
    assert "another key than yours" in verify("bundle.zip", "--key", key[1:]).stderr
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
