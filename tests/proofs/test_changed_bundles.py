"""No bit of a bundle can be changed, nothing left out or added; whoever writes one by hand is refused by a sentence and nothing else."""

import json
from collections.abc import Iterator
from contextlib import closing
from functools import lru_cache
from typing import Any

import pytest
from bundles import WITNESS, erased, made, note
from sent_lines import initiative, opened, record
from signed_log import grown, log_of
from store_places import Place

from domain.proofs import evidence, standalone
from domain.proofs.checkpoint import sign_checkpoint
from domain.proofs.note import PLAIN
from domain.store.store import EventStore
from projections.export.bundle import Asked


@pytest.fixture
def store(place: Place) -> Iterator[EventStore]:
    with closing(opened(place)) as store:
        yield store


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
    {"consistency": [], "inclusion": None},
    {"consistency": [], "inclusion": {"a": []}},
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


@pytest.mark.parametrize(
    "entry",
    [
        b'{"position":1}',
        b'{"id":1,"position":1,"subject":"","type":""}',
        b'{"id":"","position":true,"subject":"","type":""}',
        b'{"id":"","position":"1","subject":"","type":""}',
        b'{"id":"","position":2,"subject":"","type":""}',
        b"[]",
        b"\xff",
    ],
)
@pytest.mark.parametrize("proofs", [{"consistency": [], "peaks": []}, {"consistency": [], "inclusion": [[]]}])
def test_what_is_no_event_is_refused_also_where_it_was_signed(entry: bytes, proofs: Any) -> None:
    def signed(entry: bytes) -> bytes:
        files = {
            "verify.py": b"",
            "events/keys": f"{WITNESS.verifier(PLAIN).text}\n".encode(),
            "events/checkpoint": sign_checkpoint(1, standalone.leaf(entry), WITNESS),
            "events/entries.jsonl": entry + b"\n",
            "events/proofs.json": evidence.written(proofs),
        }
        return evidence.bundled(files, None if "peaks" in proofs else {"events": [""], "relationships": []})

    assert believed(signed(b'{"id":"","position":1,"subject":"","type":""}'))
    assert not believed(signed(entry))


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


def test_a_log_of_who_looked_that_another_signed_is_not_taken_for_ones_own(sample: bytes) -> None:
    """All of it holds; only the key is not the one that was published."""
    files = evidence.unzipped(sample)
    asked = json.loads(files.pop(evidence.MANIFEST))["asked"]
    second = {name.replace("events/", "access/"): held for name, held in files.items() if name.startswith("events/")}
    both = evidence.bundled({**files, **second}, asked)
    key = evidence.key_text(evidence.verify(sample)["events"].log)
    assert evidence.checked(both, key)
    with pytest.raises(standalone.Unproven, match="events/keys: the log is signed with another key"):
        evidence.checked(both, "another+00000000+AAAA")
    assert "No log of who looked is in it." in evidence.checked(sample, key)
