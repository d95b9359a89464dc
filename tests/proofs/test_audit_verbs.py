"""What an auditor asks at the command line and over GraphQL: what comes out holds for both verifiers, and mistakes are told."""

import base64
import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from command_line import Run, answer, refused, run_within
from cosigning import cosigned
from sent_lines import generated, initiative, pair
from served import Served
from two_verifiers import PLATFORM, STANDALONE

from domain.proofs.note import COSIGNATURE, Signer, parse_key

WITNESS = Signer("witness.example/one", b"w" * 32)


@pytest.fixture
def run(tmp_path: Path) -> Run:
    run = run_within(tmp_path)
    assert run("import", "-", given="\n".join(one.decode() for one in (*pair(), *generated(294)))).code == 0
    return run


def decoded(hashes: list[str]) -> list[bytes]:
    return [base64.b64decode(each) for each in hashes]


def opened(verifier: SimpleNamespace, note: str, key: Any) -> tuple[int, bytes]:
    found, *more = verifier.open_checkpoint(note.encode(), key)
    return (found.size, found.root) if verifier is PLATFORM else (found, more[0])


def test_what_is_proven_at_the_command_line_holds(verifier: SimpleNamespace, run: Run) -> None:
    first = run("audit", "checkpoint").out
    assert run("import", "-", given="\n".join(one.decode() for one in generated(300, "more"))).code == 0
    second = answer(run("audit", "checkpoint", "--json"))["checkpoint"]
    key = verifier.parse_key(run("audit", "key").out.splitlines()[0])
    (old, old_root), (size, root) = (opened(verifier, note, key) for note in (first, second))
    assert (old, size, key.name) == (300, 600, "tussenruimte/default")
    for id in ("r-match", "more1-account"):
        proof = answer(run("audit", "prove", id, "--json"))
        leaf = STANDALONE.leaf(proof["envelope"].encode())
        assert base64.b64decode(proof["leaf"]) == leaf
        assert json.loads(proof["envelope"])["id"] == id
        verifier.verify_inclusion(leaf, int(proof["position"]) - 1, size, decoded(proof["proof"]), root)
        assert proof["checkpoint"] == second
    led = answer(run("audit", "consistency", "300", "600", "--json"))
    assert decoded([led["oldRoot"], led["newRoot"]]) == [old_root, root]
    verifier.verify_consistency(old, old_root, size, root, decoded(led["proof"]))


def test_a_checkpoint_and_a_key_are_printed_as_they_stand_however_narrow_the_terminal(run: Run) -> None:
    note = run("audit", "checkpoint", COLUMNS="80").out
    assert note.encode() == answer(run("audit", "checkpoint", "--json"))["checkpoint"].encode()
    keys = answer(run("audit", "key", "--json"))
    assert run("audit", "key", COLUMNS="80").out == f"{keys['key']}\n{keys['accessKey']}\n"
    shown = run("audit", "prove", "r-match", COLUMNS="80").out
    assert shown.endswith("\n" + note)
    assert shown.startswith("event     r-match\nposition  6\n")
    assert run("audit", "consistency", "3", "300", "--language", "nl").out.startswith("oude omvang    3\n")


@pytest.mark.parametrize(
    ("said", "english", "dutch"),
    [
        (("prove", "nobody"), "There is no event 'nobody' here.", "Er is hier geen gebeurtenis 'nobody'."),
        (("consistency", "0", "3"), "0 is no size of the log", "0 is geen omvang"),
        (("consistency", "3", "301"), "301 is no size of the log that can be proven: name a whole number from 1 to 300", "van 1 tot 300"),
        (("consistency", "x", "3"), "x is no size", "x is geen omvang"),
        (("consistency", "5", "3"), "The old size, 5, is larger", "De oude omvang, 5, is groter"),
        (("consistency", "1" * 400, "3"), "is no size", "is geen omvang"),
    ],
)
def test_a_mistake_is_told_in_both_languages(run: Run, said: tuple[str, ...], english: str, dutch: str) -> None:
    assert run("audit", "checkpoint").code == 0
    assert english in refused(run("audit", *said))
    assert dutch in refused(run("audit", *said, "--language", "nl"))


def test_what_is_not_signed_yet_is_told_with_what_to_do(run: Run) -> None:
    for said in (("prove", "r-match"), ("consistency", "1", "2")):
        told = refused(run("audit", *said))
        assert "Nothing of the log is signed yet. Where `tussenruimte work` runs it is within a second" in told
        assert "can sign it with `tussenruimte audit checkpoint`: ask them" in told
    run("audit", "checkpoint")
    assert run("import", "-", given=initiative("new").decode()).code == 0
    told = refused(run("audit", "prove", "new-registered"))
    assert "stands at position 301, and the log is signed up to 300. Where `tussenruimte work` runs the rest is signed" in told


def test_where_nothing_is_recorded_there_is_nothing_to_sign(tmp_path: Path) -> None:
    run = run_within(tmp_path)
    assert "There is no database" in refused(run("audit", "checkpoint"))
    assert run("token", "create").code == 0
    assert "Nothing is recorded yet" in refused(run("audit", "checkpoint"))


def test_a_log_is_named_by_the_setting_and_keeps_its_name(run: Run) -> None:
    setting = {"TUSSENRUIMTE_LOG_ORIGIN": "log.example.org/tussenruimte"}
    assert run("audit", "checkpoint", **setting).out.startswith("log.example.org/tussenruimte/default\n300\n")
    told = refused(run("audit", "checkpoint"))
    assert "signed under the name 'log.example.org/tussenruimte/default', and is set to be 'tussenruimte/default'" in told
    assert "TUSSENRUIMTE_LOG_ORIGIN" in refused(run("audit", "checkpoint", TUSSENRUIMTE_LOG_ORIGIN="two words"))


def test_a_witness_returns_a_checkpoint_and_its_line_stays(run: Run, tmp_path: Path) -> None:
    note = run("audit", "checkpoint").out.encode()
    key = parse_key(run("audit", "key").out.splitlines()[0])
    returned, keys = tmp_path / "returned", tmp_path / "witnesses"
    returned.write_bytes(cosigned(note, WITNESS, 1_769_860_800))
    assert "No witness that is known here signed" in refused(run("audit", "witness", str(returned)))
    keys.write_text(f"\n{WITNESS.verifier(COSIGNATURE).text}\n")
    setting = {"TUSSENRUIMTE_WITNESSES": str(keys)}
    assert run("audit", "witness", str(returned), **setting).out.encode() == returned.read_bytes()
    told = answer(run("audit", "witness", str(returned), "--json", **setting))
    assert told == {"size": "300", "witnesses": [{"name": "witness.example/one", "at": "2026-01-31T12:00:00Z"}]}
    assert run("audit", "checkpoint").out.encode() == returned.read_bytes()
    returned.write_bytes(returned.read_bytes().replace(b"\n300\n", b"\n299\n"))
    assert "This is no checkpoint of the log tussenruimte/default" in refused(run("audit", "witness", str(returned), **setting))
    for wrong, said in (("no key", "witnesses:1: this is no verifier key"), (key.text, "witnesses:1: this is the key of a log")):
        keys.write_text(wrong + "\n")
        assert said in refused(run("audit", "witness", str(returned), **setting))
    assert "No such file" in refused(run("audit", "witness", str(tmp_path / "none"), **setting))


def test_a_witness_that_stands_in_the_file_twice_is_told_of_with_its_line(run: Run, tmp_path: Path) -> None:
    run("audit", "checkpoint")
    keys, bundle = tmp_path / "witnesses", str(tmp_path / "bundle.zip")
    one, other = (Signer(f"witness.example/{name}", b"w" * 32).verifier(COSIGNATURE).text for name in ("one", "other"))
    keys.write_text(f"{one}\n\n{other}\n {one}\n")
    told = refused(run("audit", "bundle", "--out", bundle, TUSSENRUIMTE_WITNESSES=str(keys)))
    assert "witnesses:4: this witness stands there twice" in told
    keys.write_text(f"{one}\n\n{other}\n")
    assert run("audit", "bundle", "--out", bundle, TUSSENRUIMTE_WITNESSES=str(keys)).code == 0


# GraphQL

ASKED = """query($event: ID!, $old: Position!, $new: Position!, $size: Position) { audit {
    checkpoint(size: $size) inclusionProof(event: $event) { event position envelope leaf size proof checkpoint }
    consistencyProof(old: $old, new: $new) { old new oldRoot newRoot proof }
} }"""


def test_over_graphql_the_same_comes_out(verifier: SimpleNamespace, house: Served) -> None:
    log = house.organisation.log
    with house.organisation.store.reading() as connection:
        key = verifier.parse_key(log.verifier(connection).text)
    found = house.ask(ASKED, event="lars-0003", old="7", new="449")["audit"]
    size, root = opened(verifier, found["checkpoint"], key)
    proof, led = found["inclusionProof"], found["consistencyProof"]
    verifier.verify_inclusion(base64.b64decode(proof["leaf"]), int(proof["position"]) - 1, size, decoded(proof["proof"]), root)
    assert proof["size"] == led["new"] == str(size) == "449"
    verifier.verify_consistency(7, base64.b64decode(led["oldRoot"]), size, root, decoded(led["proof"]))
    assert house.ask('{ audit { checkpoint(size: "7") } }') == {"audit": {"checkpoint": None}}
    assert house.ask('{ audit { checkpoint(size: "449") } }')["audit"]["checkpoint"] == found["checkpoint"]


@pytest.mark.parametrize(
    ("query", "code", "field", "said"),
    [
        ('{ audit { inclusionProof(event: "nobody") { size } } }', "NOT_FOUND", "event", "There is no event 'nobody' here."),
        ('{ audit { consistencyProof(old: "1", new: "450") { proof } } }', "BAD_INPUT", "new", "450 is no size of the log"),
        ('{ audit { consistencyProof(old: "-1", new: "2") { proof } } }', "BAD_INPUT", "old", "-1 is no size of the log"),
        ('{ audit { checkpoint(size: "many") } }', "BAD_INPUT", "size", "many is no size of the log"),
    ],
)
def test_over_graphql_a_mistake_names_the_argument(house: Served, query: str, code: str, field: str, said: str) -> None:
    found = house.refusal(query)
    assert (found["code"], found["field"]) == (code, field)
    assert said in found["rule"]


def test_over_graphql_nothing_is_told_of_the_log_without_a_token(house: Served) -> None:
    answer = house.client.post("/graphql", json={"query": "{ audit { checkpoint } }"}, headers={"Authorization": ""}).json()
    assert answer["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"


def test_before_the_first_checkpoint_there_is_none_and_nothing_is_signed_by_asking(empty: Served) -> None:
    empty.record([json.loads(initiative("h"))])
    assert empty.ask("{ audit { checkpoint } }") == {"audit": {"checkpoint": None}}
    assert empty.refusal('{ audit { inclusionProof(event: "h-registered") { size } } }')["code"] == "UNAVAILABLE"
