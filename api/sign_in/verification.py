"""Whether a signed token (JWT) of the provider is what it should be: signed by one of its keys, made for this platform, of the right type,
and of now.

Signatures and claims are joserfc's; which algorithms, headers and types are taken at all is said here, before any key is looked at. A type
keeps what is made for one purpose from being taken for another: who has an ID token has no access by it, nor the other way round.
"""

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec
from joserfc import jwt
from joserfc.errors import JoseError, UnsupportedAlgorithmError
from joserfc.jwk import ECKey, OKPKey, RSAKey
from joserfc.jws import JWSRegistry
from joserfc.registry import JWS_HEADER_REGISTRY
from joserfc.util import urlsafe_b64decode
from msgspec import Struct

from domain.model.time import SECOND

ALGORITHMS = frozenset({"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519"})
"""With a pair of keys each. None that a public key could be misused for as a secret."""
HEADERS = ("alg", "kid", "typ", "x5t", "x5t#S256")
"""What may stand in a header. No key is taken from it, nor an address of one."""
LEEWAY_SECONDS = 60
"""By how much the provider's clock may differ."""
MOST_CHARACTERS, MOST_SUBJECT = 16 * 1024, 255
RSA_BITS = 2_048
Key = RSAKey | ECKey | OKPKey


class Unproven(Exception):
    """It is not what it should be."""


class Header(Struct, frozen=True):
    alg: str
    typ: str | None = None
    kid: str | None = None


class Kind(Struct, frozen=True):
    """What a token is for, as its header says in `typ`; and the claims without which it is none."""

    types: frozenset[str | None]
    required: tuple[str, ...]


ID = Kind(frozenset({None, "jwt"}), ("nonce",))
"""Who somebody is, told to a client. OpenID Connect asks for no `typ` here, and some providers say none."""
ACCESS = Kind(frozenset({"at+jwt", "application/at+jwt"}), ("client_id", "jti"))
"""RFC 9068."""


class _Signatures(JWSRegistry):
    """`EdDSA` is taken without a warning: which curve is meant the key says."""

    default_header_registry = {name: JWS_HEADER_REGISTRY[name] for name in HEADERS}  # noqa: RUF012

    def get_alg(self, name: str) -> Any:
        if name not in ALGORITHMS:
            raise UnsupportedAlgorithmError(name)
        return self.algorithms[name]


_signatures = _Signatures()


def header_of(text: str, kind: Kind) -> Header:
    """What a token says of itself, before anything of it is believed. Raises `Unproven`."""
    if len(text) > MOST_CHARACTERS or not text.isascii() or text.count(".") != 2:
        raise Unproven("it has not the form of a signed token")
    try:
        header = msgspec.json.decode(urlsafe_b64decode(text.partition(".")[0].encode()), type=Header)
    except (ValueError, msgspec.DecodeError, RecursionError):
        raise Unproven("its header cannot be read") from None
    if header.alg not in ALGORITHMS:
        raise Unproven("its algorithm is not taken")
    if (header.typ.lower() if header.typ is not None else None) not in kind.types:
        raise Unproven("it is of another type")
    return header


def claims_of(text: str, kind: Kind, keys: Iterable[Key], now: int, expected: Mapping[str, str]) -> dict[str, Any]:
    """What a token claims, once it is proven. `expected`: what has to be claimed, `iss` and `aud` at least; `now`: UTC microseconds.

    Raises `Unproven`."""
    header = header_of(text, kind)
    required = {name: {"essential": True} for name in ("sub", "exp", "iat", *kind.required)}
    wanted: dict[str, Any] = {**required, **{name: {"essential": True, "value": value} for name, value in expected.items()}}
    registry = jwt.JWTClaimsRegistry(now // SECOND, LEEWAY_SECONDS, **wanted)
    try:
        claims = jwt.decode(text, _key(header, keys), registry=_signatures).claims
        registry.validate(claims)
    except (JoseError, ValueError, RecursionError) as error:
        raise Unproven(str(error)) from None
    subject = claims["sub"]
    if not (subject.isascii() and subject.isprintable() and 0 < len(subject) <= MOST_SUBJECT):
        raise Unproven("its subject is none")
    return claims


def _key(header: Header, keys: Iterable[Key]) -> Key:
    """The key that is meant: the one it names, or the only one that could be meant."""
    found = [key for key in keys if header.kid in (None, key.kid) and _signatures.filter_algorithms(key, [header.alg])]
    if len(found) != 1:
        raise Unproven("no key of the provider is meant" if not found else "it does not say by which key it is signed")
    return found[0]


def keys_of(published: Iterable[Mapping[str, Any]]) -> list[Key]:
    """The keys of a provider by which something may be signed; what is too weak or of no known kind is left out."""
    return [key for one in published if (key := _imported(one)) is not None]


def _imported(one: Mapping[str, Any]) -> Key | None:
    kinds: dict[Any, type[Key]] = {"RSA": RSAKey, "EC": ECKey, "OKP": OKPKey}
    if one.get("use", "sig") != "sig" or not isinstance(one.get("kty"), str) or one["kty"] not in kinds or "d" in one:
        return None
    if one["kty"] == "RSA" and not (isinstance(one.get("n"), str) and len(one["n"]) * 6 >= RSA_BITS):
        return None
    try:
        return kinds[one["kty"]].import_key(dict(one))
    except (JoseError, ValueError, TypeError, KeyError):
        return None
