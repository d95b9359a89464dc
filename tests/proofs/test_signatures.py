"""Both verifiers take the same Ed25519 signatures: those of RFC 8032, each written in one way, under keys that only one can sign with.

What is malleable or of small order is made here by hand, from the formulas: where the library alone would take it, that is shown too,
so that the refusal is known to be ours.
"""

import hashlib
from base64 import b64encode
from collections.abc import Iterator

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from hypothesis import given, settings
from hypothesis import strategies as st
from two_verifiers import PLATFORM, STANDALONE, believed

from domain.proofs.errors import Unproven
from domain.proofs.note import PLAIN, Signer, Verifier
from domain.proofs.standalone import BASE, NEUTRAL, ORDER, P, Point, add, decode_point, same, times

VECTORS = [
    (
        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ),
    (
        "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ),
    (
        "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
    ),
    (
        "833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42",
        "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
        hashlib.sha512(b"abc").hexdigest(),
        "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b58909351fc9ac90b3ecfdfbc7c66431e0303dca179c138ac17ad9bef1177331a704",
    ),
]
"""RFC 8032, section 7.1: secret, public key, message, signature. Left out is the one with a message of 1,023 bytes."""
SMALL = [
    "0100000000000000000000000000000000000000000000000000000000000000",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0000000000000000000000000000000000000000000000000000000000000080",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
]
"""The eight points of small order (Chalkias, Garillot, Nikolaenko, Taming the many EdDSAs, table 5)."""
SECRET = b"s" * 32
PUBLIC = Ed25519PrivateKey.from_private_bytes(SECRET).public_key().public_bytes_raw()
SCALAR = int.from_bytes(hashlib.sha512(SECRET).digest()[:32], "little") & (1 << 254) - 8 | 1 << 254
TEXT = "a text\n"


def encode(point: Point) -> bytes:
    """Section 5.1.2."""
    inverse = pow(point[2], P - 2, P)
    x, y = point[0] * inverse % P, point[1] * inverse % P
    return (y | (x & 1) << 255).to_bytes(32, "little")


def challenge(r: bytes, public: bytes) -> int:
    return int.from_bytes(hashlib.sha512(r + public + TEXT.encode()).digest(), "little") % ORDER


def takes(public: bytes, signature: bytes, text: str = TEXT) -> tuple[bool, bool]:
    """Whether the platform does, and who stands alone."""
    try:
        Verifier("a", PLAIN, public).verify(text, signature)
    except Unproven:
        platform = False
    else:
        platform = True
    return platform, believed(STANDALONE, "verify_signature", public, text.encode(), signature)


def is_key(public: bytes) -> bool:
    """Whether it can be told as a key to either of them."""
    typed = b"\x01" + public
    key_id = hashlib.sha256(b"a\n" + typed).digest()[:4].hex()
    return any(believed(each, "parse_key", f"a+{key_id}+{b64encode(typed).decode()}") for each in (PLATFORM, STANDALONE))


def library_takes(public: bytes, signature: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, TEXT.encode())
    except InvalidSignature:
        return False
    return True


@pytest.mark.parametrize(("secret", "public", "message", "signature"), VECTORS)
def test_the_signatures_of_rfc_8032_hold(secret: str, public: str, message: str, signature: str) -> None:
    told = [bytes.fromhex(each) for each in (public, message, signature)]
    assert believed(STANDALONE, "verify_signature", *told)
    assert not believed(STANDALONE, "verify_signature", told[0], told[1] + b"0", told[2])
    key = Signer("a", bytes.fromhex(secret)).verifier(PLAIN)
    assert key.public.hex() == public
    if message != VECTORS[3][2] and message != "af82":  # The others are no text.
        assert takes(told[0], told[2], told[1].decode()) == (True, True)


@given(st.binary(min_size=32, max_size=32), st.binary(max_size=300))
@settings(max_examples=40)
def test_what_the_library_signs_holds(secret: bytes, message: bytes) -> None:
    key = Ed25519PrivateKey.from_private_bytes(secret)
    assert believed(STANDALONE, "verify_signature", key.public_key().public_bytes_raw(), message, key.sign(message))


SIGNATURE = Ed25519PrivateKey.from_private_bytes(SECRET).sign(TEXT.encode())


def test_every_single_bit_of_a_signature_and_a_key_counts() -> None:
    assert takes(PUBLIC, SIGNATURE) == (True, True)
    for bit in range(512):
        other = (int.from_bytes(SIGNATURE, "big") ^ 1 << bit).to_bytes(64, "big")
        assert takes(PUBLIC, other) == (False, False)
    for bit in range(256):
        other = (int.from_bytes(PUBLIC, "big") ^ 1 << bit).to_bytes(32, "big")
        assert takes(other, SIGNATURE) == (False, False)


@pytest.mark.parametrize("length", [0, 1, 31, 32, 33, 63, 65, 96, 128])
def test_a_signature_of_another_length_is_refused(length: int) -> None:
    assert takes(PUBLIC, (SIGNATURE * 2)[:length]) == (False, False)
    assert length == 32 or takes((PUBLIC * 4)[:length], SIGNATURE) == (False, False)


def test_nothing_follows_a_signature_or_a_key() -> None:
    for more in (b"\0", b"0", bytes(32)):
        assert takes(PUBLIC, SIGNATURE + more) == takes(PUBLIC + more, SIGNATURE) == (False, False)
        assert not believed(STANDALONE, "decode_point", PUBLIC + more)


def test_a_signature_is_written_in_one_way_only() -> None:
    s = int.from_bytes(SIGNATURE[32:], "little")
    for times_order in range(1, 16):
        if (other := s + times_order * ORDER) < 2**256:
            assert takes(PUBLIC, SIGNATURE[:32] + other.to_bytes(32, "little")) == (False, False)


def torsion() -> Iterator[Point]:
    """All points of small order: what is left of any point when the large order is taken out of it."""
    for number in range(400):
        y = hashlib.sha256(str(number).encode()).digest()[:31] + b"\0"
        if believed(STANDALONE, "decode_point", y):
            yield times(ORDER, decode_point(y))


def test_the_points_of_small_order_are_those_eight() -> None:
    assert {encode(each).hex() for each in torsion()} == set(SMALL)


@pytest.mark.parametrize("public", SMALL)
def test_no_key_is_of_small_order_since_under_it_anything_looks_signed(public: str) -> None:
    assert not is_key(bytes.fromhex(public))
    for s in range(1, 60):
        r = encode(times(s, BASE))
        signature = r + s.to_bytes(32, "little")
        assert takes(bytes.fromhex(public), signature) == (False, False)
        if challenge(r, bytes.fromhex(public)) % 8 == 0:
            assert library_takes(bytes.fromhex(public), signature)
            return
    raise AssertionError("one in eight of them passes the equation")


@pytest.mark.parametrize("r", SMALL)
def test_no_signature_has_a_first_half_of_small_order(r: str) -> None:
    """With R neutral and S = kA the equation holds; with the others of small order it does not."""
    half = bytes.fromhex(r)
    signature = half + (challenge(half, PUBLIC) * SCALAR % ORDER).to_bytes(32, "little")
    assert takes(PUBLIC, signature) == (False, False)
    assert library_takes(PUBLIC, signature) == (r == SMALL[0])


def test_a_point_is_written_in_one_way_only() -> None:
    """Heights from 2²⁵⁵ - 19 on are written like small ones; and the two points with x = 0 have no other sign."""
    for height in range(P, 2**255):
        for sign in (0, 1 << 255):
            encoded = (height | sign).to_bytes(32, "little")
            assert not is_key(encoded)
            assert takes(PUBLIC, encoded + SIGNATURE[32:]) == (False, False)
            assert not believed(STANDALONE, "decode_point", encoded)
    assert is_key(PUBLIC)
    for height in (1, P - 1):
        assert not believed(STANDALONE, "decode_point", (height | 1 << 255).to_bytes(32, "little"))


def test_what_is_no_point_is_no_key() -> None:
    found = [y.to_bytes(32, "little") for y in range(2, 60) if not believed(STANDALONE, "decode_point", y.to_bytes(32, "little"))]
    assert 20 < len(found) < 40
    for public in found:
        assert takes(public, SIGNATURE) == (False, False)


def test_a_key_with_a_part_of_small_order_is_taken_by_both_or_by_none() -> None:
    """Its owner alone can sign with it; which of these signatures hold is a matter of the equation, and both have the same."""
    public = encode(add(decode_point(PUBLIC), next(each for each in torsion() if not same(each, NEUTRAL))))
    told = set()
    for number in range(24):
        r = encode(times(number + 1, BASE))
        s = (number + 1 + challenge(r, public) * SCALAR) % ORDER
        both = takes(public, r + s.to_bytes(32, "little"))
        assert both[0] == both[1] == library_takes(public, r + s.to_bytes(32, "little"))
        told.add(both[0])
    assert told == {True, False}


def test_adding_points_follows_the_laws_of_a_group() -> None:
    assert same(times(ORDER, BASE), NEUTRAL)
    assert same(add(BASE, NEUTRAL), BASE)
    assert encode(BASE).hex() == "58" + "66" * 31
    assert same(add(times(5, BASE), times(7, BASE)), times(12, BASE))
    assert not same(times(11, BASE), times(12, BASE))
    assert encode(times(SCALAR, BASE)) == PUBLIC
