"""A note says who signed it, and a checkpoint what a log stood at and who saw it: as the specifications have it, and no other way."""

import base64
import hashlib
from itertools import combinations
from types import SimpleNamespace
from typing import Any

import published_notes as published
import pytest
from cosigning import cosigned
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from small_log import CHECKPOINT, LOG, NOON, ROOT, WITNESSES, key, state

from domain.proofs.checkpoint import Checkpoint, parse_checkpoint, sign_checkpoint
from domain.proofs.errors import Unproven
from domain.proofs.note import COSIGNATURE, PLAIN, Signer, Verifier, parse_key, signed
from domain.proofs.tree import EMPTY


def signers(opened: tuple[Any, ...]) -> tuple[str, set[str]]:
    text, found = opened
    return text, {each.name for each in found}


def test_the_note_of_the_specification_is_signed_by_its_key(verifier: SimpleNamespace) -> None:
    opened = verifier.open_note(published.SPECIFIED_NOTE, [verifier.parse_key(published.SPECIFIED_KEY)])
    assert signers(opened) == ("This is an example message.\n", {"example.com/foo"})


def test_a_note_of_go_is_signed_by_both_its_keys(verifier: SimpleNamespace) -> None:
    raw = f"{published.GO_TEXT}\n{published.PETER_LINE}{published.ENOCH_LINE}".encode()
    peter, enoch = verifier.parse_key(published.PETER_KEY), verifier.parse_key(published.ENOCH_KEY)
    for known in ([peter], [enoch], [peter, enoch]):
        assert signers(verifier.open_note(raw, known)) == (published.GO_TEXT, {each.name for each in known})


def test_a_note_is_signed_byte_for_byte_as_go_signs_it() -> None:
    peter = Signer("PeterNeumann", base64.b64decode(published.PETER_SECRET)[1:])
    assert peter.verifier(PLAIN).text == published.PETER_KEY
    assert signed(published.GO_TEXT, peter.sign(published.GO_TEXT)) == f"{published.GO_TEXT}\n{published.PETER_LINE}".encode()


def test_a_checkpoint_of_a_log_at_work_is_signed_and_was_seen_by_each_of_its_witnesses(verifier: SimpleNamespace) -> None:
    log, witnesses = verifier.parse_key(published.LOG_KEY), [verifier.parse_key(each) for each in published.WITNESS_KEYS]
    root = base64.b64decode("U7WM79jrzyhGZ5/GUBTpM7NzwdyfFx61t3RovgcC4Ro=")
    for number in range(len(witnesses) + 1):
        for known in combinations(witnesses, number):
            found = state(verifier, verifier.open_checkpoint(published.WITNESSED_CHECKPOINT, log, known))
            assert found == (1_432_088_532, root, {each.name: published.WITNESSED_AT for each in known})


def test_the_checkpoint_of_the_specification_is_read_and_written_as_it_stands() -> None:
    found = parse_checkpoint(published.SPECIFIED_CHECKPOINT)
    assert (found.origin, found.size, found.root.hex()[:8]) == ("example.com/behind-the-sofa", 20_852_163, "0ac5186a")
    assert found.text == published.SPECIFIED_CHECKPOINT


@pytest.mark.parametrize("text", [published.SPECIFIED_KEY, published.PETER_KEY, published.LOG_KEY, *published.WITNESS_KEYS])
def test_a_published_key_is_read_and_written_as_it_stands(text: str) -> None:
    assert parse_key(text).text == text


def test_a_checkpoint_is_these_bytes() -> None:
    body = f"tussenruimte.example/buurtmaat\n70000\n{base64.b64encode(ROOT).decode()}\n"
    assert Checkpoint(LOG.name, 70_000, ROOT).text == body
    raw = cosigned(CHECKPOINT, WITNESSES[0], NOON)
    text, lines = raw.decode().split("\n\n")
    assert text + "\n" == body
    (_, log_name, log_line), (_, witness_name, witness_line) = (line.split(" ") for line in lines.splitlines())
    assert (log_name, witness_name) == (LOG.name, "witness.example/1")
    by_log, by_witness = base64.b64decode(log_line), base64.b64decode(witness_line)

    public = Ed25519PublicKey.from_public_bytes(LOG.verifier(PLAIN).public)
    assert by_log[:4] == hashlib.sha256(LOG.name.encode() + b"\n\x01" + public.public_bytes_raw()).digest()[:4]
    public.verify(by_log[4:], body.encode())

    public = Ed25519PublicKey.from_public_bytes(WITNESSES[0].verifier(COSIGNATURE).public)
    assert by_witness[:4] == hashlib.sha256(b"witness.example/1\n\x04" + public.public_bytes_raw()).digest()[:4]
    assert int.from_bytes(by_witness[4:12], "big") == NOON
    public.verify(by_witness[12:], f"cosignature/v1\ntime {NOON}\n{body}".encode())
    with pytest.raises(InvalidSignature):
        public.verify(by_witness[12:], body.encode())


def test_a_checkpoint_tells_which_of_the_known_witnesses_saw_it_when(verifier: SimpleNamespace) -> None:
    raw = CHECKPOINT
    for number, witness in enumerate(WITNESSES):
        raw = cosigned(raw, witness, NOON + number)
    log, known = key(verifier, LOG), [key(verifier, each, COSIGNATURE) for each in WITNESSES]
    assert state(verifier, verifier.open_checkpoint(raw, log)) == (70_000, ROOT, {})
    assert state(verifier, verifier.open_checkpoint(raw, log, known[1:])) == (
        70_000,
        ROOT,
        {"witness.example/2": NOON + 1, "witness.example/3": NOON + 2},
    )
    assert state(verifier, verifier.open_checkpoint(CHECKPOINT, log, known)) == (70_000, ROOT, {})


def test_an_empty_log_has_a_checkpoint_too(verifier: SimpleNamespace) -> None:
    assert state(verifier, verifier.open_checkpoint(sign_checkpoint(0, EMPTY, LOG), key(verifier, LOG))) == (0, EMPTY, {})


def test_a_signature_by_a_key_that_shares_only_a_name_or_an_id_is_passed_over(verifier: SimpleNamespace) -> None:
    text = Checkpoint(LOG.name, 70_000, ROOT).text
    same_name = Signer(LOG.name, b"m" * 32).sign("another text\n")
    same_id = CHECKPOINT.decode().split("\n\n")[1].replace(LOG.name, "tussenruimte.example/other")
    for other in (same_name, same_id):
        raw = signed(text, other, LOG.sign(text))
        assert state(verifier, verifier.open_checkpoint(raw, key(verifier, LOG))) == (70_000, ROOT, {})
        with pytest.raises(verifier.Unproven):
            verifier.open_checkpoint(signed(text, other), key(verifier, LOG))


def test_a_note_may_have_empty_lines_and_any_signs_but_control_signs(verifier: SimpleNamespace) -> None:
    for text in ("\n", "één\n\n\ntwee 🍵\n", "— no signature AAAA\n\n", "\x7f\u2028\u00a0\n"):
        assert signers(verifier.open_note(signed(text, LOG.sign(text)), [key(verifier, LOG)])) == (text, {LOG.name})


def test_sixteen_signatures_of_the_longest_kind_are_taken(verifier: SimpleNamespace) -> None:
    text = Checkpoint(LOG.name, 1, ROOT).text
    others = [f"— witness.example/{number} {base64.b64encode(bytes([number]) * 5_000).decode()}\n" for number in range(16)]
    assert state(verifier, verifier.open_checkpoint(signed(text, *others, LOG.sign(text)), key(verifier, LOG)))[0] == 1


def test_the_last_and_the_largest_that_can_be_told_are_told(verifier: SimpleNamespace) -> None:
    raw = sign_checkpoint(10**18 - 1, ROOT, LOG)
    for at in (0, 2**63 - 1):
        witnessed = cosigned(raw, WITNESSES[0], at)
        opened = verifier.open_checkpoint(witnessed, key(verifier, LOG), [key(verifier, WITNESSES[0], COSIGNATURE)])
        assert state(verifier, opened) == (10**18 - 1, ROOT, {"witness.example/1": at})


@pytest.mark.parametrize("text", ["", "no end", "tab\t\n", "return\r\n", "\0\n", "\ud800\n"])
def test_a_text_that_no_note_can_have_is_not_signed(text: str) -> None:
    with pytest.raises(Unproven):
        signed(text, LOG.sign("other\n"))


def test_no_print_or_traceback_shows_what_a_signer_signs_with() -> None:
    for shown in (repr(LOG), str(LOG), f"{LOG}", repr([LOG]), repr(LOG.__rich_repr__())):
        assert "llll" not in shown
        assert LOG.name in shown


def test_a_key_is_known_by_what_it_is() -> None:
    assert parse_key(LOG.verifier(PLAIN).text) == LOG.verifier(PLAIN) == Verifier(LOG.name, PLAIN, LOG.verifier(PLAIN).public)
    assert LOG.verifier(PLAIN).id != LOG.verifier(COSIGNATURE).id
