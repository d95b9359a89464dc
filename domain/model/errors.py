"""The one error tree: a refusal says which part of the input broke which rule, in words a coordinator understands.

A refusal is data (a stable code, the key of a rule and the values its sentence needs), so that the command line, GraphQL and
HTTP tell the same thing in the language of who asks. The sentences stand in `domain.model.rules`.
"""

from typing import Any, Literal

from msgspec import Struct

from domain.model.role_rules import ROLE_RULES
from domain.model.roles import Right
from domain.model.rules import RULES

Code = Literal[
    "BAD_INPUT",
    "RULE_BROKEN",
    "NOT_FOUND",
    "CONFLICT",
    "NO_CONSENT",
    "FORBIDDEN",
    "UNAUTHENTICATED",
    "TOO_COSTLY",
    "RATE_LIMITED",
    "UNAVAILABLE",
]
Language = Literal["en", "nl"]
SHOWN, NAMED = 200, 12
"""Characters of a text, and items of a list, that a sentence repeats."""


class Words(Struct, frozen=True):
    """A part of a sentence that is no value of the sender's, in both languages."""

    en: str
    nl: str


NAMED_STREAMS = {
    "relationship": Words("The relationship", "De relatie"),
    "participant": Words("The participant", "De deelnemer"),
    "initiative": Words("The initiative", "Het initiatief"),
}
"""What a stream is of, at the beginning of a sentence."""
ROLE_WORDS = {
    "coordinator": Words("a coordinator", "coördinator"),
    "auditor": Words("an auditor", "auditor"),
    "researcher": Words("a researcher", "onderzoeker"),
    "dashboard": Words("a dashboard", "dashboard"),
    "administrator": Words("an administrator", "beheerder"),
    "participant": Words("a participant", "deelnemer"),
    "operator": Words("an operator", "systeembeheerder"),
}
RIGHT_WORDS: dict[Right, Words] = {
    "look": Words("look at single contacts", "losse contacten bekijken"),
    "open": Words("see what was said, or what is read from it", "zien wat er gezegd is, of wat daaruit gelezen wordt"),
    "record": Words("record anything", "iets vastleggen"),
    "audit": Words("see the log of who looked, or ask for proofs", "het inzagelogboek zien of om bewijzen vragen"),
    "count": Words("see the numbers of the organisation", "de cijfers van de organisatie zien"),
    "research": Words("see the data of a research project", "de gegevens van een onderzoeksproject zien"),
    "manage": Words("look after members, tokens and settings", "leden, tokens en instellingen beheren"),
    "own": Words("see what is kept of a participant as their own", "als eigen gegevens zien wat er van een deelnemer bewaard wordt"),
}
"""What somebody may do, as the end of a sentence."""


def _shown(value: Any, language: Language) -> Any:
    if isinstance(value, Refusal):
        return value.text(language)
    if isinstance(value, Words):
        return value.nl if language == "nl" else value.en
    if isinstance(value, str):
        printable = "".join(c if c.isprintable() else " " if c.isspace() else "\N{REPLACEMENT CHARACTER}" for c in value[: SHOWN + 1])
        return printable if len(printable) <= SHOWN else printable[:SHOWN] + "…"
    if isinstance(value, (list, tuple)):
        named = ", ".join(str(_shown(v, language)) for v in value[:NAMED])
        rest = len(value) - NAMED
        return named if rest <= 0 else named + (f" en nog {rest} andere" if language == "nl" else f" and {rest} more")
    return value


class Refusal(Struct, frozen=True):
    """Why something is not taken. `rule` is a key of `RULES`; `field` names the part of the input, dotted, where there is one."""

    code: Code
    rule: str
    field: str | None = None
    values: dict[str, Any] = {}

    def text(self, language: Language = "en") -> str:
        """The rule in words: what was wrong and what to do."""
        sentence = RULES[self.rule][language == "nl"]
        return sentence.format(**{name: _shown(value, language) for name, value in self.values.items()})


class Refused(Exception):
    """Raised where one thing asked or recorded is refused; `refusal` says why."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.text())
        self.refusal = refusal


def bad(rule: str, field: str | None = None, **values: Any) -> Refused:
    """Input that is not of the right form."""
    return Refused(Refusal("BAD_INPUT", rule, field, values))


def broken(rule: str, field: str | None = None, **values: Any) -> Refused:
    """Input of the right form that breaks a rule of the catalogue."""
    return Refused(Refusal("RULE_BROKEN", rule, field, values))


def forbidden(role: str, right: Right) -> Refused:
    """Something that a role may not do."""
    return Refused(Refusal("FORBIDDEN", "not_allowed", None, {"role": ROLE_WORDS[role], "what": RIGHT_WORDS[right]}))


def is_audited(refusal: Refusal) -> bool:
    """Whether a refusal is written into the log of who looked: somebody asked for what they may not, or as whom they are not."""
    return refusal.code in ("FORBIDDEN", "UNAUTHENTICATED", "RATE_LIMITED") or (refusal.code == "CONFLICT" and refusal.rule in ROLE_RULES)


def missing(rule: str, field: str | None = None, **values: Any) -> Refused:
    """Something is named that does not exist."""
    return Refused(Refusal("NOT_FOUND", rule, field, values))
