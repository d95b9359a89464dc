"""Whether tokens that were shown before still hold, for whoever is told something for long: those of the platform by its own list, and
those of the provider by whether the member is still known by them.
"""

from collections.abc import Iterable

from api.context import Organisation
from domain.store.tokens import Token


class Identified(Token, frozen=True):
    """What an access token of the provider gives entry to: a member who is known by it (`issuer` and `subject`). The list of tokens has it
    not."""

    issuer: str = ""
    subject: str = ""


def holding(organisation: Organisation, tokens: Iterable[Token]) -> frozenset[str]:
    """The ids of those of these tokens that still hold."""
    asked = list(tokens)
    own = [token.id for token in asked if not isinstance(token, Identified)]
    shown = {token.id for token in asked if isinstance(token, Identified) and _known(organisation, token)}
    return (organisation.tokens.holding(own) if own else frozenset()) | shown


def _known(organisation: Organisation, token: Identified) -> bool:
    members = organisation.roster.identified(token.issuer, token.subject)
    return token.holds(organisation.store.clock()) and any(member.id == token.member for member in members)
