"""How often one may ask, how much that may cost, and how many subscriptions one may have: counted by token, in this process.

Of several processes each gives as much. What is used up comes back with time, as into a bucket that is filled at an even rate and holds
what comes within a minute. Who guesses at tokens is slowed by address; a token that held before is still let through from there, so that
nobody shuts out others who come from the same address.
"""

import math
import time
from collections import Counter, OrderedDict
from collections.abc import Hashable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from ipaddress import IPv6Address, ip_address

from starlette.types import Scope

from domain.model.errors import Refusal, Refused
from domain.store.tokens import Token
from projections.export.bounds import Bounds
from projections.telemetry.metrics import SUBSCRIPTIONS

KEPT = 10_000
"""So many tokens or addresses are known at once; who was here longest ago begins anew."""
MINUTE = 60.0


class Limited(Refused):
    """Too much for now. `seconds`: until it may be tried again, where that is known."""

    def __init__(self, rule: str, limit: int, seconds: float = 0.0) -> None:
        self.seconds = math.ceil(seconds)
        super().__init__(Refusal("RATE_LIMITED", rule, None, {"limit": limit, "seconds": self.seconds}))

    @property
    def headers(self) -> dict[str, str]:
        return {"Retry-After": str(self.seconds)} if self.seconds else {}


class Rate:
    """So much a minute for each of those who ask; without bound where it is 0."""

    def __init__(self, a_minute: int) -> None:
        self.a_minute = a_minute
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def lacks(self, who: str, much: float = 1.0) -> float:
        """For how many seconds there is not yet so much left."""
        if not self.a_minute:
            return 0.0
        return max(0.0, much - self._now(who)) * MINUTE / self.a_minute

    def take(self, who: str, much: float = 1.0) -> None:
        """Also more than is left: who takes it waits the longer for the next."""
        if not self.a_minute:
            return
        self._left[who] = (self._now(who) - much, time.monotonic())
        self._left.move_to_end(who)
        while len(self._left) > KEPT:
            self._left.popitem(last=False)

    def _now(self, who: str) -> float:
        left, since = self._left.get(who, (float(self.a_minute), 0.0))
        return min(float(self.a_minute), left + (time.monotonic() - since) * self.a_minute / MINUTE)


class Turnstile:
    """Counts what each token, and each address, has taken."""

    def __init__(self, bounds: Bounds) -> None:
        self._requests = Rate(bounds.requests)
        self._costs = Rate(bounds.cost)
        self._guesses = Rate(bounds.guesses)
        self._most_subscriptions = bounds.subscriptions
        self._subscriptions: Counter[str] = Counter()
        self._held = _Lately()
        self._wrong = _Lately()

    def ask(self, token: Token) -> None:
        """One request, or one message. Raises `Limited`."""
        self._take(self._requests, "rate_requests", token.id)

    def spend(self, token: Token, cost: int) -> None:
        """What a question costs. Raises `Limited`."""
        self._take(self._costs, "rate_cost", token.id, cost)

    @contextmanager
    def listening(self, token: Token) -> Iterator[None]:
        """One subscription, wherever it is. Raises `Limited`."""
        if self._subscriptions[token.id] >= self._most_subscriptions:
            raise Limited("subscriptions_of_token", self._most_subscriptions)
        self._subscriptions[token.id] += 1
        try:
            with SUBSCRIPTIONS.track_inprogress():
                yield
        finally:
            self._subscriptions[token.id] -= 1
            if not self._subscriptions[token.id]:
                del self._subscriptions[token.id]

    def guess(self, address: str, said: object) -> None:
        """Before something is looked up that is said to be a token, or a session. Raises `Limited`."""
        if said and (seconds := self._guesses.lacks(address)) and _hash(said) not in self._held:
            raise Limited("rate_guesses", self._guesses.a_minute, seconds)

    def guessed(self, address: str, said: object, token: Token | None) -> None:
        """Afterwards: whose it was, if it was one. Who says nothing does not guess, nor who says the same again: that is a browser, or a
        program, of which the token has expired."""
        if not said:
            return
        hashed = _hash(said)
        if token is not None:
            self._held.add(hashed)
        elif self._wrong.add(hashed):
            self._guesses.take(address)

    def _take(self, rate: Rate, rule: str, who: str, much: float = 1.0) -> None:
        if seconds := rate.lacks(who, much):
            raise Limited(rule, rate.a_minute, seconds)
        rate.take(who, much)


class _Lately:
    """What came lately: so much of it at most."""

    def __init__(self) -> None:
        self._kept: OrderedDict[Hashable, None] = OrderedDict()

    def __contains__(self, one: Hashable) -> bool:
        return one in self._kept

    def add(self, one: Hashable) -> bool:
        """Whether it is new."""
        new = one not in self._kept
        self._kept[one] = None
        self._kept.move_to_end(one)
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        return new


def address_of(scope: Scope) -> str:
    """Where somebody comes from, as the server has it; of IPv6 the network, of which one client has all addresses."""
    host = (scope.get("client") or ("", 0))[0]
    try:
        found = ip_address(host)
    except ValueError:
        return str(host)
    if not isinstance(found, IPv6Address):
        return str(found)
    return str(found.ipv4_mapped or found.exploded[:19])


def _hash(said: object) -> bytes:
    return sha256(str(said).encode(errors="replace")).digest()
