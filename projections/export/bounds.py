"""How much who asks over HTTP may take, and what and from where they may ask, as it is set.

Rates are of one process: of several, each gives as much.
"""

import os
import re
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

from msgspec import Struct

from domain.store.checks import Unusable

QUERY_SECONDS = "TUSSENRUIMTE_QUERY_SECONDS"
REQUESTS, COST = "TUSSENRUIMTE_REQUESTS_A_MINUTE", "TUSSENRUIMTE_COST_A_MINUTE"
GUESSES = "TUSSENRUIMTE_GUESSES_A_MINUTE"
SUBSCRIPTIONS = "TUSSENRUIMTE_SUBSCRIPTIONS_A_TOKEN"
ORIGINS = "TUSSENRUIMTE_ORIGINS"
DOCUMENTS = "TUSSENRUIMTE_TRUSTED_DOCUMENTS"
NAMES = {
    QUERY_SECONDS: "query seconds", REQUESTS: "requests a minute", COST: "cost a minute", GUESSES: "guesses a minute",
    SUBSCRIPTIONS: "subscriptions a token", ORIGINS: "origins", DOCUMENTS: "trusted documents",
}  # fmt: skip
MOST = 100_000_000_000
LEAST_COST = 100_000
"""As much as one question may cost."""
ORIGIN_FORM = re.compile(r"https?://[a-z0-9.-]+(:\d{1,5})?|https?://\[[0-9a-f:]+\](:\d{1,5})?")


class Bounds(Struct, frozen=True):
    """`query_seconds`: until a question is broken off. `requests` and `cost`: a minute, by token; `guesses`: at tokens, a minute, by
    address; 0: any. `subscriptions`: of one token at once. `origins`: of other sites whose pages may ask. `documents`: those that are
    trusted, by their ids; None: anything may be asked."""

    query_seconds: float = 60
    requests: int = 30_000
    cost: int = 20_000_000
    guesses: int = 60
    subscriptions: int = 2_000
    origins: frozenset[str] = frozenset()
    documents: Mapping[str, str] | None = None

    def told(self) -> list[dict[str, str]]:
        """Each with its value, and where it comes from."""
        values = {
            QUERY_SECONDS: round(self.query_seconds), REQUESTS: self.requests, COST: self.cost, GUESSES: self.guesses,
            SUBSCRIPTIONS: self.subscriptions, ORIGINS: " ".join(sorted(self.origins)) or "none",
            DOCUMENTS: "any" if self.documents is None else f"{len(self.documents)} documents",
        }  # fmt: skip
        return [
            {"name": NAMES[name], "value": str(value), "from": name if os.environ.get(name) else "default"}
            for name, value in values.items()
        ]


STANDARD = Bounds()


def bounds() -> Bounds:
    """From the environment. Raises `Unusable`."""
    return Bounds(
        query_seconds=_number(QUERY_SECONDS, 1, 3_600, round(STANDARD.query_seconds)),
        requests=_rate(REQUESTS, 1, STANDARD.requests),
        cost=_rate(COST, LEAST_COST, STANDARD.cost),
        guesses=_rate(GUESSES, 1, STANDARD.guesses),
        subscriptions=_number(SUBSCRIPTIONS, 1, MOST, STANDARD.subscriptions),
        origins=_origins(),
        documents=_documents(),
    )


def document_id(text: bytes) -> str:
    """What a document is called by, so that whoever has its text knows it."""
    return f"sha256:{sha256(text).hexdigest()}"


def _number(variable: str, least: int, most: int, otherwise: int) -> int:
    found = os.environ.get(variable) or str(otherwise)
    if not re.fullmatch(r"\d{1,12}", found, re.ASCII) or not least <= int(found) <= most:
        raise Unusable(f"{variable} has to be a whole number from {least} to {most}, as {otherwise}.")
    return int(found)


def _rate(variable: str, least: int, otherwise: int) -> int:
    return 0 if os.environ.get(variable) == "0" else _number(variable, least, MOST, otherwise)


def _origins() -> frozenset[str]:
    named = re.split(r"[\s,]+", os.environ.get(ORIGINS, "").strip().lower())
    for one in filter(None, named):
        if not ORIGIN_FORM.fullmatch(one):
            raise Unusable(f"{ORIGINS} names origins, as https://dashboard.example.org, with spaces between. '{one}' is none.")
    return frozenset(filter(None, named))


def _documents() -> Mapping[str, str] | None:
    """A file is one document, a folder all that end in .graphql."""
    if not (named := os.environ.get(DOCUMENTS)):
        return None
    place = Path(named)
    files = sorted(place.rglob("*.graphql")) if place.is_dir() else [place]
    if not files:
        raise Unusable(f"{DOCUMENTS}: there is no document in {place}. Their names end in .graphql.")
    found = {}
    for file in files:
        try:
            text = file.read_bytes()
            found[document_id(text)] = text.decode()
        except (OSError, UnicodeDecodeError) as error:
            raise Unusable(f"{DOCUMENTS}: {file} cannot be read ({error.__class__.__name__}).") from None
    return found
