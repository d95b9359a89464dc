"""A seal opens in its own place, under its own keys, and nowhere else; and its bytes are the same for ever.

The form is written out a second time here, on hmac and AES-GCM alone, so that it does not hang on the code it is compared with.
"""

import base64
import hmac
from dataclasses import dataclass

import msgspec
import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st

from domain.store.seals import SIZES, Context, Damaged, DataKey, TooLong, framed, open_seal, padded, same, seal, unpadded

ANNA = DataKey(bytes(range(32)), 1)
BRAM = DataKey(bytes(range(32, 64)), 2)
NONCE = bytes(range(100, 112))
PLACE = Context("buurtmaat", "relationship/r1", "e1", "tussenruimte/meeting_held.v1", "notes/0/text", ("a",))
BOTH = msgspec.structs.replace(PLACE, about=("a", "b"))
TEXT = b"Ze lachten om de regen."

GOLDEN_ONE = (
    "AQEAAbZr_jCIrWucnsqM_PEY-3wC3n6KeZVJhwAVxlzXpd7B02HF9uJNOr6yWMhdvZzp5GRlZmdoaWprbG1ubxKHzMJQSwWA"
    "wo6K9KFwnRBTsXxLOZTeOwqtTZtQVhndD3LxTkYGT5vBDHdqcOVo01MKm4go5kN6tERs2COVsgTEPtyYev_s71V84WVEXQGD"
)
GOLDEN_TWO = (
    "AQIAAQACPXw3PYOtHdRbOQXBRsJPYxAmb0TxKbVVeVdWllfP5QdAw_8Y_qT22x4Fsol7QMvZZGVmZ2hpamtsbW5vsIG072IyQ2"
    "ypAirToRjitYl1xsG8toD9jt3sLK-_F0KNdsDd6ijGOhA5mcEj4TeF8ruJJN8n8QjiQEfbITSod5usmzcQET419vGFp6DS_tk"
)


@dataclass
class ByHand:
    """The documented form, worked out step by step."""

    info: bytes
    field_key: bytes
    commitment: bytes
    mac_key: bytes
    header: bytes

    def sealed(self, plain: bytes, ciphertext: bytes) -> str:
        return text_of(self.header + self.commitment + hmac.digest(self.mac_key, plain, "sha256")[:16] + NONCE + ciphertext)


def by_hand(place: Context, keys: list[DataKey]) -> ByHand:
    info = b""
    for part in ("tussenruimte/seal/1", place.organisation, place.stream, place.event, place.topic, place.field):
        info += len(part.encode()).to_bytes(4, "big") + part.encode()
    info += len(place.about).to_bytes(4, "big")
    for handle in place.about:
        info += len(handle.encode()).to_bytes(4, "big") + handle.encode()
    versions = b"".join(key.version.to_bytes(2, "big") for key in keys)
    info += len(keys).to_bytes(4, "big") + versions
    prk = hmac.digest(b"tussenruimte/seal/1", b"".join(key.secret for key in keys), "sha256")
    one = hmac.digest(prk, info + b"\x01", "sha256")
    two = hmac.digest(prk, one + info + b"\x02", "sha256")
    three = hmac.digest(prk, two + info + b"\x03", "sha256")
    return ByHand(info, one, two, three, b"\x01" + bytes([len(keys)]) + versions)


def text_of(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def bytes_of(sealed: str) -> bytes:
    return base64.urlsafe_b64decode(sealed + "=" * (-len(sealed) % 4))


@pytest.mark.parametrize(("place", "keys", "golden"), [(PLACE, [ANNA], GOLDEN_ONE), (BOTH, [ANNA, BRAM], GOLDEN_TWO)])
def test_the_bytes_of_a_seal_are_the_same_for_ever(place: Context, keys: list[DataKey], golden: str) -> None:
    assert seal(TEXT, place, keys, NONCE) == golden
    assert open_seal(golden, place, keys) == TEXT


@pytest.mark.parametrize(("place", "keys"), [(PLACE, [ANNA]), (BOTH, [ANNA, BRAM])])
def test_a_seal_is_what_the_documented_form_gives_by_hand(place: Context, keys: list[DataKey]) -> None:
    form = by_hand(place, keys)
    body = (len(TEXT).to_bytes(4, "big") + TEXT).ljust(64, b"\0")
    assert seal(TEXT, place, keys, NONCE) == form.sealed(TEXT, AESGCM(form.field_key).encrypt(NONCE, body, form.info))


@given(st.binary(max_size=5_000))
def test_what_was_sealed_is_what_opens(plain: bytes) -> None:
    sealed = seal(plain, PLACE, [ANNA])
    assert open_seal(sealed, PLACE, [ANNA]) == plain
    assert same(plain, sealed, PLACE, [ANNA])
    assert not same(plain + b"\0", sealed, PLACE, [ANNA])


def test_the_same_text_never_gives_the_same_seal_twice() -> None:
    assert seal(TEXT, PLACE, [ANNA]) != seal(TEXT, PLACE, [ANNA])


@pytest.mark.parametrize(
    "elsewhere",
    [
        {"organisation": "buurtmaat2"},
        {"stream": "relationship/r2"},
        {"event": "e2"},
        {"topic": "tussenruimte/meeting_held.v2"},
        {"field": "notes/1/text"},
        {"about": ("b",)},
        {"about": ()},
        {"stream": "relationship/r1e", "event": "1"},
    ],
)
def test_a_seal_moved_to_another_place_does_not_open(elsewhere: dict[str, str]) -> None:
    sealed = seal(TEXT, PLACE, [ANNA])
    with pytest.raises(Damaged):
        open_seal(sealed, msgspec.structs.replace(PLACE, **elsewhere), [ANNA])
    with pytest.raises(Damaged):
        same(TEXT, sealed, msgspec.structs.replace(PLACE, **elsewhere), [ANNA])
    assert open_seal(sealed, PLACE, [ANNA]) == TEXT


@pytest.mark.parametrize(
    "keys",
    [
        [BRAM, ANNA],
        [ANNA, ANNA],
        [ANNA],
        [ANNA, BRAM, BRAM],
        [],
        [ANNA, DataKey(BRAM.secret, 3)],
        [ANNA, DataKey(bytes(32), BRAM.version)],
    ],
)
def test_a_text_about_two_opens_under_both_their_keys_and_no_others(keys: list[DataKey]) -> None:
    sealed = seal(TEXT, BOTH, [ANNA, BRAM])
    with pytest.raises(Damaged):
        open_seal(sealed, BOTH, keys)
    assert open_seal(sealed, BOTH, [ANNA, BRAM]) == TEXT


def test_every_flipped_bit_of_a_seal_is_damage() -> None:
    sealed = seal(b"ja", PLACE, [ANNA])
    raw = bytes_of(sealed)
    for bit in range(len(raw) * 8):
        flipped = (int.from_bytes(raw, "big") ^ (1 << bit)).to_bytes(len(raw), "big")
        with pytest.raises(Damaged):
            open_seal(text_of(flipped), PLACE, [ANNA])
    assert open_seal(text_of(raw), PLACE, [ANNA]) == b"ja"


def test_every_changed_letter_of_a_written_seal_is_damage() -> None:
    sealed = seal(b"ja", PLACE, [ANNA])
    for at in range(len(sealed)):
        for bit in range(8):
            changed = sealed[:at] + chr(ord(sealed[at]) ^ (1 << bit)) + sealed[at + 1 :]
            with pytest.raises(Damaged):
                open_seal(changed, PLACE, [ANNA])


def test_a_seal_written_another_way_is_damage() -> None:
    sealed = seal(b"ja", PLACE, [ANNA], NONCE)
    other_alphabet = sealed.replace("-", "+").replace("_", "/")
    assert other_alphabet != sealed
    for written in (
        sealed + "=",
        sealed + "\n",
        " " + sealed,
        other_alphabet,
        sealed[:-1],
        sealed + "A",
        sealed[:-4],
        "",
        "A",
        "\ud800",
        "é",
    ):
        with pytest.raises(Damaged):
            open_seal(written, PLACE, [ANNA])


def test_a_seal_cut_short_anywhere_is_damage() -> None:
    raw = bytes_of(seal(b"ja", PLACE, [ANNA]))
    for length in range(len(raw)):
        with pytest.raises(Damaged):
            open_seal(text_of(raw[:length]), PLACE, [ANNA])


def test_a_text_is_filled_up_to_the_next_size_and_none_longer_is_taken() -> None:
    for size, next_size in zip(SIZES, [*SIZES[1:], None], strict=True):
        full = bytes(size - 4)
        assert len(padded(full)) == size
        assert len(bytes_of(seal(full, PLACE, [ANNA]))) == 2 + 2 + 32 + 16 + 12 + size + 16
        if next_size is not None:
            assert len(padded(full + b"x")) == next_size
    assert open_seal(seal(bytes(65_532), PLACE, [ANNA]), PLACE, [ANNA]) == bytes(65_532)
    assert len(padded(b"")) == 64
    with pytest.raises(TooLong):
        seal(bytes(65_533), PLACE, [ANNA])


@pytest.mark.parametrize(
    "body",
    [
        (b"\0\0\0\x02ja" + b"\0" * 57 + b"\x01"),
        (b"\0\0\0\x02ja").ljust(256, b"\0"),
        (b"\0\0\0\x3d" + b"j" * 60),
        (b"\xff\xff\xff\xff").ljust(64, b"j"),
        (b"\0\0\0\x01ja").ljust(64, b"\0"),
    ],
)
def test_a_text_filled_up_otherwise_is_damage_even_under_the_right_key(body: bytes) -> None:
    form = by_hand(PLACE, [ANNA])
    crafted = form.sealed(b"ja", AESGCM(form.field_key).encrypt(NONCE, body, form.info))
    with pytest.raises(Damaged, match="filled up"):
        open_seal(crafted, PLACE, [ANNA])
    with pytest.raises(Damaged):
        unpadded(body)


def test_a_body_of_another_size_is_damage_and_no_surprise() -> None:
    for body in (b"", b"\0", bytes(65), b"\0\x01\0\0".ljust(65_536 + 4, b"j")):
        with pytest.raises(Damaged):
            unpadded(body)


def test_a_check_that_fits_another_text_is_damage() -> None:
    form = by_hand(PLACE, [ANNA])
    crafted = form.sealed(b"nee", AESGCM(form.field_key).encrypt(NONCE, padded(b"ja"), form.info))
    with pytest.raises(Damaged, match="own check"):
        open_seal(crafted, PLACE, [ANNA])


def multiplied(x: int, y: int) -> int:
    """In the field of GHASH (NIST SP 800-38D, 6.3)."""
    product = 0
    for bit in range(127, -1, -1):
        if x >> bit & 1:
            product ^= y
        y = (y >> 1) ^ (0xE1 << 120 if y & 1 else 0)
    return product


def inverted(x: int) -> int:
    result, square = 1 << 127, x
    for _ in range(127):
        square = multiplied(square, square)
        result = multiplied(result, square)
    return result


def ghash(h: int, data: bytes) -> int:
    y = 0
    for at in range(0, len(data), 16):
        y = multiplied(y ^ int.from_bytes(data[at : at + 16], "big"), h)
    return y


def block(key: bytes, data: bytes) -> int:
    return int.from_bytes(Cipher(algorithms.AES(key), modes.ECB()).encryptor().update(data), "big")


def opening_under_both(one: bytes, two: bytes, associated: bytes) -> bytes:
    """A ciphertext of 64 bytes with its tag that AES-GCM opens under either key: its last block evens out the two tags."""
    hashes, masks = [], []
    for key in (one, two):
        hashes.append(block(key, bytes(16)))
        masks.append(block(key, NONCE + b"\0\0\0\x01"))
    front = associated + bytes(-len(associated) % 16) + bytes(48)
    lengths = (len(associated) * 8).to_bytes(8, "big") + (64 * 8).to_bytes(8, "big")
    difference = masks[0] ^ masks[1]
    for h in hashes:
        difference ^= ghash(h, front + bytes(16) + lengths)
    squares = multiplied(hashes[0], hashes[0]) ^ multiplied(hashes[1], hashes[1])
    last = multiplied(difference, inverted(squares)).to_bytes(16, "big")
    tag = ghash(hashes[0], front + last + lengths) ^ masks[0]
    return bytes(48) + last + tag.to_bytes(16, "big")


def test_a_ciphertext_made_to_open_under_two_keys_is_refused_by_the_commitment() -> None:
    other = DataKey(BRAM.secret, ANNA.version)
    annas, brams = by_hand(PLACE, [ANNA]), by_hand(PLACE, [other])
    crafted = opening_under_both(annas.field_key, brams.field_key, annas.info)
    plains = [AESGCM(form.field_key).decrypt(NONCE, crafted, form.info) for form in (annas, brams)]
    assert plains[0] != plains[1], "AES-GCM alone opens it under both, to two texts"

    with pytest.raises(Damaged, match="another place or to other keys"):
        open_seal(annas.sealed(plains[1], crafted), PLACE, [other])
    with pytest.raises(Damaged, match="filled up"):
        open_seal(brams.sealed(plains[1], crafted), PLACE, [other])


def test_a_seal_takes_one_key_for_each_handle_sorted_and_named_once() -> None:
    for about, keys in (
        (("a", "b"), [ANNA]),
        (("a",), [ANNA, BRAM]),
        ((), []),
        (("b", "a"), [ANNA, BRAM]),
        (("a", "a"), [ANNA, ANNA]),
    ):
        with pytest.raises(ValueError, match="one key for each handle"):
            seal(TEXT, msgspec.structs.replace(PLACE, about=about), keys)
    assert open_seal(seal(TEXT, msgspec.structs.replace(PLACE, about=()), [ANNA]), msgspec.structs.replace(PLACE, about=()), [ANNA]) == TEXT


def test_a_text_may_be_about_all_two_hundred_members() -> None:
    place = msgspec.structs.replace(PLACE, about=tuple(f"m{number:03}" for number in range(200)))
    keys = [DataKey(bytes([number]) * 32, 1) for number in range(200)]
    assert open_seal(seal(TEXT, place, keys), place, keys) == TEXT


@given(st.lists(st.text(max_size=5), max_size=4), st.lists(st.text(max_size=5), max_size=4))
def test_no_two_lists_of_parts_are_framed_alike(one: list[str], other: list[str]) -> None:
    assert (framed(*one) == framed(*other)) == (one == other)


def test_a_key_shows_its_secret_in_no_print_and_no_error() -> None:
    assert repr(ANNA) == str(ANNA) == f"{ANNA}" == "DataKey(version=1)"
    assert list(ANNA.__rich_repr__()) == [("version", 1)]
    for secret, version in ((b"short", 1), (bytes(33), 1), (bytes(32), 0), (bytes(32), 65_536)):
        with pytest.raises(ValueError, match="a data key has 32 bytes") as caught:
            DataKey(secret, version)
        assert repr(secret) not in str(caught.value)
