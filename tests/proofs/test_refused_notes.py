"""A note that is not exactly what the specifications say is refused, by both verifiers, and in no other way than by saying so."""

import base64
import hashlib
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from cosigning import cosignature, cosigned
from hypothesis import given
from hypothesis import strategies as st
from small_log import CHECKPOINT, LOG, NOON, ROOT, WITNESSES, key, state
from two_verifiers import PLATFORM, STANDALONE, believed

from domain.proofs.checkpoint import Checkpoint, parse_checkpoint, sign_checkpoint
from domain.proofs.errors import Unproven
from domain.proofs.note import COSIGNATURE, LONGEST, PLAIN, Signer, signed

TEXT = Checkpoint(LOG.name, 70_000, ROOT).text
LINE = LOG.sign(TEXT)
SEEN = cosigned(CHECKPOINT, WITNESSES[0], NOON)
_, _, ENCODED = LINE.rstrip("\n").rpartition(" ")
RAW = base64.b64decode(ENCODED)


def line(raw: bytes, name: str = LOG.name) -> str:
    return f"— {name} {base64.b64encode(raw).decode()}\n"


def stray(encoded: str) -> str:
    """The same bytes, with bits set that stand for nothing."""
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    bare = encoded.rstrip("=")
    assert bare != encoded
    return bare[:-1] + alphabet[alphabet.index(bare[-1]) + 1] + encoded[len(bare) :]


HOSTILE_FORMS = {
    "nothing": b"",
    "no signature": TEXT.encode() + b"\n",
    "no empty line": (TEXT + LINE).encode(),
    "no end": CHECKPOINT[:-1],
    "another end": CHECKPOINT[:-1] + b"x",
    "trailing line": CHECKPOINT + b"\n",
    "trailing lines": CHECKPOINT + b"\n\n",
    "trailing word": CHECKPOINT + b"x",
    "trailing zero": CHECKPOINT + b"\0",
    "trailing text": CHECKPOINT + b"more\n",
    "a second note": CHECKPOINT + b"\n" + CHECKPOINT,
    "leading line": b"\n" + CHECKPOINT,
    "byte order mark": b"\xef\xbb\xbf" + CHECKPOINT,
    "line ends of Windows": CHECKPOINT.replace(b"\n", b"\r\n"),
    "one return": CHECKPOINT.replace(b"\n", b"\r\n", 1),
    "a return at the end": CHECKPOINT[:-1] + b"\r\n",
    "a tab": CHECKPOINT.replace(b"70000", b"70000\t"),
    "not UTF-8": CHECKPOINT.replace(b"70000", b"7000\xff"),
    "half a sign": CHECKPOINT.replace(b"70000", b"7000\xed\xa0\x80"),
    "an overlong sign": CHECKPOINT.replace("—".encode(), b"\xf0\x82\x80\x94"),
    "a hyphen": CHECKPOINT.replace("—".encode(), b"-"),
    "no dash": CHECKPOINT.replace("— ".encode(), b""),
    "two spaces": CHECKPOINT.replace("— ".encode(), "—  ".encode()),
    "two spaces later": signed(TEXT, LINE.replace(f" {ENCODED}", f"  {ENCODED}")),
    "a space at the end": signed(TEXT, LINE.rstrip("\n") + " \n"),
    "a no-break space": CHECKPOINT.replace("— ".encode(), "—\u00a0".encode()),
    "a name with a space": signed(TEXT, line(RAW, "a b"), LINE),
    "a name with an odd space": signed(TEXT, line(RAW, "a\u2003b"), LINE),
    "a name with a plus": signed(TEXT, line(RAW, "a+b"), LINE),
    "no name": signed(TEXT, line(RAW, ""), LINE),
    "an empty signature": signed(TEXT, "— other \n", LINE),
    "an id alone": signed(TEXT, line(RAW[:4], "other"), LINE),
    "no base64": signed(TEXT, "— other AAAA_AA=\n", LINE),
    "no padding": signed(TEXT, LINE.rstrip("=\n") + "\n"),
    "more padding": signed(TEXT, LINE.rstrip("\n") + "=\n"),
    "stray bits": signed(TEXT, LINE.replace(ENCODED, stray(ENCODED))),
    "a line in between": signed(TEXT, "word\n", LINE),
    "a long note": signed(TEXT, LINE, line(b"x" * LONGEST, "other")),
    "twice": signed(TEXT, LINE, LINE),
    "twice, and once not holding": signed(TEXT, LINE, line(RAW[:-1] + b"\0")),
    "a short signature": signed(TEXT, line(RAW[:-1])),
    "a long signature": signed(TEXT, line(RAW + b"\0")),
    "with a time before it": signed(TEXT, line(RAW[:4] + bytes(8) + RAW[4:])),
    "by an unknown key": sign_checkpoint(70_000, ROOT, Signer(LOG.name, b"m" * 32)),
    "by another name": signed(TEXT, line(RAW, LOG.name + "x")),
    "for a witness": signed(TEXT, cosignature(TEXT, LOG, NOON)),
    "of another text": signed(TEXT.replace("70000", "70001"), LINE),
}


@pytest.mark.parametrize("raw", HOSTILE_FORMS.values(), ids=HOSTILE_FORMS.keys())
def test_what_has_not_the_form_of_a_note_signed_by_its_log_is_refused(verifier: SimpleNamespace, raw: bytes) -> None:
    assert believed(verifier, "open_checkpoint", CHECKPOINT, key(verifier, LOG))
    assert not believed(verifier, "open_checkpoint", raw, key(verifier, LOG))


BASE64_ROOT = base64.b64encode(ROOT).decode()
HOSTILE_TEXTS = {
    "another origin": f"{LOG.name}x\n70000\n{BASE64_ROOT}\n",
    "no origin": f"\n70000\n{BASE64_ROOT}\n",
    "an origin with a space": f"{LOG.name} \n70000\n{BASE64_ROOT}\n",
    "a lost line": f"{LOG.name}\n70000\n",
    "an empty text": "\n",
    "an extension": f"{LOG.name}\n70000\n{BASE64_ROOT}\nmore\n",
    "an empty extension": f"{LOG.name}\n70000\n{BASE64_ROOT}\n\n",
    "an empty line": f"{LOG.name}\n\n70000\n{BASE64_ROOT}\n",
    "no size": f"{LOG.name}\n\n{BASE64_ROOT}\n",
    "a leading zero": f"{LOG.name}\n070000\n{BASE64_ROOT}\n",
    "two zeros": f"{LOG.name}\n00\n{base64.b64encode(hashlib.sha256().digest()).decode()}\n",
    "a sign": f"{LOG.name}\n+70000\n{BASE64_ROOT}\n",
    "less than nothing": f"{LOG.name}\n-1\n{BASE64_ROOT}\n",
    "a space": f"{LOG.name}\n70000 \n{BASE64_ROOT}\n",
    "an underscore": f"{LOG.name}\n70_000\n{BASE64_ROOT}\n",
    "a point": f"{LOG.name}\n70000.0\n{BASE64_ROOT}\n",
    "digits of another script": f"{LOG.name}\n٧٠٠٠٠\n{BASE64_ROOT}\n",
    "hex": f"{LOG.name}\n0x11170\n{BASE64_ROOT}\n",
    "a size beyond all": f"{LOG.name}\n1{'0' * 18}\n{BASE64_ROOT}\n",
    "a size of many digits": f"{LOG.name}\n1{'0' * 50_000}\n{BASE64_ROOT}\n",
    "a short root": f"{LOG.name}\n70000\n{base64.b64encode(ROOT[:31]).decode()}\n",
    "a long root": f"{LOG.name}\n70000\n{base64.b64encode(ROOT + b'0').decode()}\n",
    "no root": f"{LOG.name}\n70000\n\n",
    "a root in hex": f"{LOG.name}\n70000\n{ROOT.hex()}\n",
    "a root without padding": f"{LOG.name}\n70000\n{BASE64_ROOT.rstrip('=')}\n",
    "a root with stray bits": f"{LOG.name}\n70000\n{stray(BASE64_ROOT)}\n",
    "a root for the web": f"{LOG.name}\n70000\n{base64.urlsafe_b64encode(b'~' * 31 + b'?').decode().replace('=', '_')}\n",
    "no leaves and a root": f"{LOG.name}\n0\n{BASE64_ROOT}\n",
}


@pytest.mark.parametrize("text", HOSTILE_TEXTS.values(), ids=HOSTILE_TEXTS.keys())
def test_what_is_no_checkpoint_is_refused_though_the_log_signed_it(verifier: SimpleNamespace, text: str) -> None:
    raw = signed(text, LOG.sign(text))
    assert believed(verifier, "open_note", raw, [key(verifier, LOG)])
    assert not believed(verifier, "open_checkpoint", raw, key(verifier, LOG))


@pytest.mark.parametrize("text", [text for told, text in HOSTILE_TEXTS.items() if told not in ("another origin", "an origin with a space")])
def test_what_is_no_checkpoint_is_refused_whoever_signed_it(text: str) -> None:
    with pytest.raises(Unproven):
        parse_checkpoint(text)


def test_a_checkpoint_ends_with_its_last_line() -> None:
    assert parse_checkpoint(TEXT).text == TEXT
    for told in (TEXT[:-1], f"{TEXT}more", f"{TEXT}\n"):
        with pytest.raises(Unproven):
            parse_checkpoint(told)


@pytest.mark.parametrize("odd", [None, True, 3, 3.0, b"a+b+c", [], {}])
def test_what_json_can_hold_in_place_of_a_key_or_a_note_is_refused_by_the_one_that_stands_alone(odd: Any) -> None:
    assert not believed(STANDALONE, "parse_key", odd)
    assert not believed(STANDALONE, "open_note", odd, [key(STANDALONE, LOG)])


def test_a_signature_alone_is_no_note(verifier: SimpleNamespace) -> None:
    for text in ("", "\n"):
        assert not believed(verifier, "open_note", LOG.sign(text).encode(), [key(verifier, LOG)])
        assert not believed(verifier, "open_note", f"\n{LOG.sign(text)}".encode(), [key(verifier, LOG)])


def test_no_note_has_a_control_sign_though_it_was_signed(verifier: SimpleNamespace) -> None:
    for sign in [chr(code) for code in range(32) if chr(code) != "\n"]:
        for text in (f"a{sign}b\n", f"{sign}\n", f"a{sign}"):
            raw = f"{text}\n{LOG.sign(text)}".encode()
            assert not believed(verifier, "open_note", raw, [key(verifier, LOG)])


def flipped(raw: bytes, step: int) -> Iterator[bytes]:
    for at in range(0, 8 * len(raw), step):
        yield (int.from_bytes(raw, "big") ^ 1 << at).to_bytes(len(raw), "big")


def test_every_single_bit_of_a_checkpoint_counts(verifier: SimpleNamespace) -> None:
    log = key(verifier, LOG)
    for raw in flipped(CHECKPOINT, 1):
        assert not believed(verifier, "open_checkpoint", raw, log)


def test_no_bit_makes_a_witness_say_something_else(verifier: SimpleNamespace) -> None:
    log, witness = key(verifier, LOG), key(verifier, WITNESSES[0], COSIGNATURE)
    whole = state(verifier, verifier.open_checkpoint(SEEN, log, [witness]))
    for raw in flipped(SEEN[len(CHECKPOINT) :], 7):
        try:
            found = state(verifier, verifier.open_checkpoint(CHECKPOINT + raw, log, [witness]))
        except verifier.Unproven:
            continue
        assert found == (*whole[:2], {})


HOSTILE_SIGHTINGS = {
    "twice": SEEN.decode().split("\n\n")[1].split("\n")[1] + "\n" + cosignature(TEXT, WITNESSES[0], NOON + 1),
    "of another text": cosignature(TEXT.replace("70000", "70001"), WITNESSES[0], NOON),
    "at another time": line(
        WITNESSES[0].verifier(COSIGNATURE).id
        + (NOON + 1).to_bytes(8, "big")
        + base64.b64decode(cosignature(TEXT, WITNESSES[0], NOON).split()[2])[12:],
        WITNESSES[0].name,
    ),
    "without a time": line(
        WITNESSES[0].verifier(COSIGNATURE).id + base64.b64decode(WITNESSES[0].sign(TEXT).split()[2])[4:], WITNESSES[0].name
    ),
    "nothing": line(WITNESSES[0].verifier(COSIGNATURE).id + b"0", WITNESSES[0].name),
    "longer": line(base64.b64decode(cosignature(TEXT, WITNESSES[0], NOON).split()[2]) + b"0", WITNESSES[0].name),
}


@pytest.mark.parametrize("lines", HOSTILE_SIGHTINGS.values(), ids=HOSTILE_SIGHTINGS.keys())
def test_a_checkpoint_with_a_false_sighting_by_a_known_witness_is_refused(verifier: SimpleNamespace, lines: str) -> None:
    raw = signed(TEXT, LINE, lines)
    assert believed(verifier, "open_checkpoint", raw, key(verifier, LOG))
    assert not believed(verifier, "open_checkpoint", raw, key(verifier, LOG), [key(verifier, WITNESSES[0], COSIGNATURE)])


def test_a_time_past_what_can_be_told_is_refused_though_it_was_signed(verifier: SimpleNamespace) -> None:
    for at in (2**63, 2**64 - 1):
        witness = WITNESSES[0]
        lying = Signer(witness.name, witness.secret).sign(f"cosignature/v1\ntime {at}\n{TEXT}")
        raw = base64.b64decode(lying.split()[2])[4:]
        sighting = line(witness.verifier(COSIGNATURE).id + at.to_bytes(8, "big") + raw, witness.name)
        assert not believed(
            verifier, "open_checkpoint", signed(TEXT, LINE, sighting), key(verifier, LOG), [key(verifier, witness, COSIGNATURE)]
        )


def test_what_was_seen_but_not_signed_by_the_log_is_refused(verifier: SimpleNamespace) -> None:
    raw = signed(TEXT, cosignature(TEXT, WITNESSES[0], NOON))
    assert not believed(verifier, "open_checkpoint", raw, key(verifier, LOG), [key(verifier, WITNESSES[0], COSIGNATURE)])


def test_a_key_does_not_stand_in_for_one_of_another_type(verifier: SimpleNamespace) -> None:
    raw = signed(TEXT, LINE, WITNESSES[0].sign(TEXT))
    assert not believed(verifier, "open_checkpoint", raw, key(verifier, LOG), [key(verifier, WITNESSES[0])])
    assert not believed(verifier, "open_checkpoint", signed(TEXT, cosignature(TEXT, LOG, NOON)), key(verifier, LOG, COSIGNATURE))


def test_the_same_key_is_not_known_twice(verifier: SimpleNamespace) -> None:
    assert not believed(verifier, "open_note", CHECKPOINT, [key(verifier, LOG), key(verifier, LOG)])
    assert not believed(verifier, "open_note", CHECKPOINT, [])


MAKING = LOG.verifier(PLAIN)
TYPED = base64.b64encode(b"\x01" + MAKING.public).decode()


def named(name: str, typed: bytes) -> str:
    """The text form of whatever key, its id right."""
    key_id = hashlib.sha256(name.encode("utf-8", "surrogatepass") + b"\n" + typed).digest()[:4]
    return f"{name}+{key_id.hex()}+{base64.b64encode(typed).decode()}"


HOSTILE_KEYS = {
    "nothing": "",
    "pluses": "++",
    "a name": LOG.name,
    "a name and an id": f"{LOG.name}+{MAKING.id.hex()}",
    "no name": named("", b"\x01" + MAKING.public),
    "a name with a space": named("a b", b"\x01" + MAKING.public),
    "a name with an odd space": named("a\u3000b", b"\x01" + MAKING.public),
    "a name with a plus": named("a+b", b"\x01" + MAKING.public),
    "a name with a line": named("a\nb", b"\x01" + MAKING.public),
    "a name with a zero": named("a\0b", b"\x01" + MAKING.public),
    "a name with half a sign": named("a\ud800b", b"\x01" + MAKING.public),
    "another id": f"{LOG.name}+00000000+{TYPED}",
    "an id in capitals": f"{LOG.name}+{MAKING.id.hex().upper()}+{TYPED}",
    "a short id": f"{LOG.name}+{MAKING.id.hex()[1:]}+{TYPED}",
    "a long id": f"{LOG.name}+0{MAKING.id.hex()}+{TYPED}",
    "the id of another type": f"{LOG.name}+{MAKING.id.hex()}+{base64.b64encode(bytes([4]) + MAKING.public).decode()}",
    "another type": named(LOG.name, b"\x02" + MAKING.public),
    "no type": named(LOG.name, MAKING.public),
    "no key": named(LOG.name, b"\x01"),
    "a short key": named(LOG.name, b"\x01" + MAKING.public[:-1]),
    "a long key": named(LOG.name, b"\x01" + MAKING.public + b"0"),
    "an end of line": MAKING.text + "\n",
    "a space before": " " + MAKING.text,
    "no padding": MAKING.text.replace("=", "") + "A",
    "base64 for the web": f"{LOG.name}+{MAKING.id.hex()}+" + "-_" * 22,
    "base64 with spaces": MAKING.text[:-4] + "\n" + MAKING.text[-4:],
}


@pytest.mark.parametrize("text", HOSTILE_KEYS.values(), ids=HOSTILE_KEYS.keys())
def test_what_has_not_the_form_of_a_key_is_refused(verifier: SimpleNamespace, text: str) -> None:
    assert believed(verifier, "parse_key", MAKING.text)
    assert not believed(verifier, "parse_key", text)


@given(st.text() | st.text(alphabet=MAKING.text) | st.builds("{}+{}+{}".format, st.text(), st.text(), st.just(TYPED)))
def test_both_verifiers_know_the_same_keys(text: str) -> None:
    assert believed(PLATFORM, "parse_key", text) == believed(STANDALONE, "parse_key", text)


PIECES = st.sampled_from([*SEEN.decode().replace("\n", " \n ").split(" "), " ", "\n", "\n\n", "—", "+", "=", "\r", "0", "é", "\u2003"])


@given(st.data())
def test_both_verifiers_believe_the_same_notes(data: st.DataObject) -> None:
    """Also where they were put together from parts of a good one, or spoilt in some places."""
    if data.draw(st.booleans()):
        raw = "".join(data.draw(st.lists(PIECES, max_size=30))).encode()
    else:
        raw = SEEN
        for _ in range(data.draw(st.integers(1, 3))):
            at = data.draw(st.integers(0, len(raw)))
            raw = raw[:at] + data.draw(st.binary(max_size=2) | PIECES.map(str.encode)) + raw[at + data.draw(st.integers(0, 3)) :]
    told = [
        believed(each, "open_checkpoint", raw, key(each, LOG), [key(each, WITNESSES[0], COSIGNATURE)]) for each in (PLATFORM, STANDALONE)
    ]
    assert told[0] == told[1]
    told = [believed(each, "open_note", raw, [key(each, LOG)]) for each in (PLATFORM, STANDALONE)]
    assert told[0] == told[1]
