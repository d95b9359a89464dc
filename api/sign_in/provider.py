"""The provider of OpenID Connect by which people sign in: what it says of itself, its keys, and what it says of somebody.

Its keys are fetched anew now and then, and when something names a key that is not known: but once in some seconds at most, since anybody
can send such a thing. While it does not answer, the keys that are known go on to hold for an hour; then nobody is let in by it.
"""

import asyncio
import base64
import logging
from collections.abc import Callable, Iterable, Mapping
from hashlib import sha256
from typing import Any
from urllib.parse import quote, urlencode

from msgspec import Struct

from api.context import Lane
from api.sign_in.attempt import Attempt
from api.sign_in.fetching import Unreached, fetched
from api.sign_in.verification import ACCESS, ID, Key, Kind, Unproven, claims_of, header_of, keys_of
from domain.model.time import MINUTE, SECOND
from projections.export.sign_in import Client

FRESH = 10 * MINUTE
"""How old keys are when they are fetched anew."""
HOLD = 60 * MINUTE
"""How old they may be at most."""
PAUSE = 10 * SECOND
"""From one attempt to fetch them to the next."""

_fetching = Lane(3)
logger = logging.getLogger(__name__)


class Metadata(Struct, frozen=True):
    """What is needed of what a provider publishes of itself."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    token_endpoint_auth_methods_supported: tuple[str, ...] = ("client_secret_basic",)
    authorization_response_iss_parameter_supported: bool = False


class _Keys(Struct, frozen=True):
    keys: list[dict[str, Any]]


class _Answer(Struct, frozen=True):
    id_token: str


class Known(Struct, frozen=True):
    """What is known of a provider, and since when."""

    metadata: Metadata
    keys: tuple[Key, ...]
    at: int


class Provider:
    """The provider that is set. `own` is the address of the platform, `clock` gives UTC microseconds."""

    def __init__(self, client: Client, own: str, clock: Callable[[], int]) -> None:
        self.client = client
        self._own = own
        self._clock = clock
        self._known: Known | None = None
        self._tried: int | None = None
        self._lock = asyncio.Lock()

    async def address(self, attempt: Attempt) -> str:
        """Where somebody shows who they are, and is sent back from. Raises `Unreached`."""
        challenge = base64.urlsafe_b64encode(sha256(attempt.verifier.encode()).digest()).rstrip(b"=").decode()
        asked = {
            "response_type": "code", "client_id": self.client.id, "redirect_uri": self._back, "scope": "openid",
            "state": attempt.state, "nonce": attempt.nonce, "code_challenge": challenge, "code_challenge_method": "S256",
        }  # fmt: skip
        endpoint = (await self._current()).metadata.authorization_endpoint
        return f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(asked)}"

    async def identity(self, code: str, said_issuer: str | None, attempt: Attempt) -> str:
        """The subject of who came back with a code. Raises `Unreached`, `Declined` or `Unproven`."""
        metadata = (await self._current()).metadata
        if said_issuer != metadata.issuer and (said_issuer is not None or metadata.authorization_response_iss_parameter_supported):
            raise Unproven("another provider sent them back")
        sent = {"grant_type": "authorization_code", "code": code, "redirect_uri": self._back, "code_verifier": attempt.verifier}
        authorization = self._authorize(metadata, sent)
        answer = await _fetching(fetched, metadata.token_endpoint, _Answer, sent, authorization)
        claims = await self._claims(answer.id_token, ID, {"aud": self.client.id, "nonce": attempt.nonce})
        audience, party = claims["aud"], claims.get("azp")
        if party != self.client.id and (party is not None or (isinstance(audience, list) and len(audience) > 1)):
            raise Unproven("it was made for another client")
        return str(claims["sub"])

    async def access(self, text: str) -> tuple[str, int]:
        """Of an access token for this platform: whose it is, by their subject, and until when it holds.

        Raises `Unproven`, and `Unreached` where no keys are known to tell by."""
        claims = await self._claims(text, ACCESS, {"aud": self._own})
        return str(claims["sub"]), int(claims["exp"]) * SECOND

    async def _claims(self, text: str, kind: Kind, expected: Mapping[str, str]) -> dict[str, Any]:
        header = header_of(text, kind)
        known = await self._current(header.kid)
        return claims_of(text, kind, known.keys, self._clock(), {"iss": self.client.issuer, **expected})

    async def _current(self, kid: str | None = None) -> Known:
        """What is known, with the key of this id if it can be had. Raises `Unreached`."""
        if self._due(kid) and not (self._lock.locked() and self._holds()):
            async with self._lock:
                if self._due(kid):
                    await self._fetch()
        if self._known is None or not self._holds():
            raise Unreached(f"{self.client.issuer} is not known")
        return self._known

    def _due(self, kid: str | None) -> bool:
        """Whether it is to be asked now."""
        if self._tried is not None and 0 <= self._clock() - self._tried < PAUSE:
            return False
        known = self._known
        return known is None or not 0 <= self._clock() - known.at < FRESH or (kid is not None and kid not in _ids(known.keys))

    def _holds(self) -> bool:
        return self._known is not None and abs(self._clock() - self._known.at) <= HOLD

    async def _fetch(self) -> None:
        self._tried = self._clock()
        try:
            metadata, keys = await _fetching(self._published)
        except Unreached as why:
            logger.warning("the provider of sign-in does not answer", exc_info=why)
            return
        self._known = Known(metadata, keys, self._tried)

    def _published(self) -> tuple[Metadata, tuple[Key, ...]]:
        metadata = fetched(f"{self.client.issuer.rstrip('/')}/.well-known/openid-configuration", Metadata)
        if metadata.issuer != self.client.issuer:
            raise Unreached(f"{self.client.issuer} says it is {metadata.issuer}")
        keys = tuple(keys_of(fetched(metadata.jwks_uri, _Keys).keys))
        if not keys:
            raise Unreached(f"{self.client.issuer} has no key that is strong enough")
        return metadata, keys

    def _authorize(self, metadata: Metadata, sent: dict[str, str]) -> str | None:
        """How the platform itself shows who it is: in a header, or in the form where the provider wants that."""
        id, secret = self.client.id, self.client.secret
        if secret is None or "client_secret_basic" not in metadata.token_endpoint_auth_methods_supported:
            sent |= {"client_id": id, **({"client_secret": secret} if secret is not None else {})}
            return None
        return "Basic " + base64.b64encode(f"{quote(id, safe='')}:{quote(secret, safe='')}".encode()).decode()

    @property
    def _back(self) -> str:
        return f"{self._own}/sign-in/callback"


def _ids(keys: Iterable[Key]) -> frozenset[str | None]:
    return frozenset(key.kid for key in keys)
