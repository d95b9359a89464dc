"""An event as a sentence that a coordinator would say, in English or in Dutch.

What stands between brackets in a sentence is said where the event holds the field it speaks of (`name?` where it has no value to
show). Texts of notes are never said here: a story is shown to a room, and they were not written for one.
"""

import re
from collections.abc import Callable
from typing import Any

from domain.model.errors import Language
from projections.export.days import day_said
from projections.export.vocabulary import joined, role, where, who, word
from projections.views.answers import RecordedEvent

SENTENCES: dict[str, tuple[str, str]] = {
    "match_made": (
        "matched: {members}[; term {term}][; {rhythm_days}][; asked by {asked_by}][; grew from {grew_from}]",
        "gekoppeld: {members}[; termijn {term}][; {rhythm_days}][; aangevraagd door {asked_by}][; voortgekomen uit {grew_from}]",
    ),
    "contact_emerged": (
        "contact emerged[: {members}][ · {setting}][open_to_all? · open to all][known_before? · known before][; grew from {grew_from}]",
        "contact ontstond[: {members}][ · {setting}][open_to_all? · open voor allen][known_before? · kenden elkaar al]"
        "[; voortgekomen uit {grew_from}]",
    ),
    "introduction_held": ("introduced: {with}", "kennismaking: {with}"),
    "member_joined": ("{handle} joined[ ({roles})]", "{handle} kwam erbij[ ({roles})]"),
    "member_left": ("{handle} left", "{handle} ging weg"),
    "meeting_held": (
        "met[: {present}][ with {others}][ · {place}][ · {activity}][ · {mood}][ · help {help}][ · something personal told by {shared}]",
        "ontmoeting[: {present}][ met {others}][ · {place}][ · {activity}][ · {mood}][ · hulp {help}]"
        "[ · iets persoonlijks verteld door {shared}]",
    ),
    "meeting_missed": (
        "a meeting was missed[, cancelled by {cancelled_by}] (notice: {notice})",
        "een ontmoeting ging niet door[, afgezegd door {cancelled_by}] (bericht: {notice})",
    ),
    "help_asked": ("{by} asked[ {to}] for help: {kind}", "{by} vroeg[ {to}] om hulp: {kind}"),
    "help_offered": ("{by} offered[ {to}] help: {kind}", "{by} bood[ {to}] hulp aan: {kind}"),
    "moment_noted": ("a moment between {between}: {what}", "een moment tussen {between}: {what}"),
    "help_given": ("{giver} helped {receiver}[: {kind}]", "{giver} hielp {receiver}[: {kind}]"),
    "roles_reversed": (
        "roles reversed between {between}[ (expected: {expected})]",
        "rollen omgekeerd tussen {between}[ (verwacht: {expected})]",
    ),
    "roles_restored": ("roles restored", "rollen hersteld"),
    "role_taken": ("{handle} took the role {role}[formal?, formally]", "{handle} nam de rol {role}[formal?, formeel]"),
    "role_laid_down": ("{handle} laid down the role {role}", "{handle} legde de rol {role} neer"),
    "rhythm_changed": (
        "the rhythm became {rhythm_days}[, agreed by {agreed_by}]",
        "het ritme werd {rhythm_days}[, afgesproken door {agreed_by}]",
    ),
    "term_ended": ("the term ended: {continuation}", "de termijn eindigde: {continuation}"),
    "term_extended": ("the term was extended[ until {until}]", "de termijn werd verlengd[ tot {until}]"),
    "boundary_agreed": (
        "agreed: {kind}, between {parties}[tacit?, tacitly] (prompted by {prompted_by})",
        "afspraak: {kind}, tussen {parties}[tacit?, stilzwijgend] (aanleiding: {prompted_by})",
    ),
    "boundary_lifted": ("an agreement was lifted", "een afspraak verviel"),
    "left_open": ("left open for {holder}[: {about}][, by {by}]", "opengelaten voor {holder}[: {about}][, door {by}]"),
    "settled": ("what stood open was settled", "wat openstond is uitgemaakt"),
    "account_given": (
        "account of {holder}[: {named}][ · help {help}][ · friendship {friendship}][beside? · beside the earlier one]",
        "verhaal van {holder}[: {named}][ · hulp {help}][ · vriendschap {friendship}][beside? · naast het eerdere]",
    ),
    "account_coded": ("the account of {holder} was coded[: {code}]", "het verhaal van {holder} is gecodeerd[: {code}]"),
    "measure_taken": ("measured[ with {holder}][: {instrument}]", "gemeten[ bij {holder}][: {instrument}]"),
    "surprise_noticed": ("{holder} was surprised[, about {about}]", "{holder} was verrast[, over {about}]"),
    "tension_felt": ("{holder} felt tension[: {kind}]", "{holder} voelde spanning[: {kind}]"),
    "tension_eased": ("a tension eased[, by {how}]", "een spanning nam af[, door {how}]"),
    "check_in_held": (
        "check-in with {with}: {asked_about}[; next on {next_on}]",
        "gesprek met {with}: {asked_about}[; volgende op {next_on}]",
    ),
    "room_made": ("room made by {by}: {instrument}, {way}", "ruimte gemaakt door {by}: {instrument}, {way}"),
    "relationship_ended": (
        "the relationship ended ({mode})[, by {ended_by}][farewell?, with a farewell]",
        "de relatie eindigde ({mode})[, door {ended_by}][farewell?, met een afscheid]",
    ),
    "relationship_resumed": ("the relationship was resumed", "de relatie werd hervat"),
    "event_retracted": ("{event} was retracted", "{event} is herroepen"),
    "event_amended": ("{event} was amended", "{event} is gewijzigd"),
}
CLOSED = (
    "about", "asked_about", "asked_by", "continuation", "expected", "how", "kind", "mode", "mood", "named", "notice",
    "prompted_by", "way", "what",
)  # fmt: skip
"""The fields that hold a word of a closed list."""
SHUT: dict[str, tuple[str, str]] = {
    "sealed": ("sealed: not to be opened here", "verzegeld: hier niet te openen"),
    "damaged": ("damaged: no longer to be read", "beschadigd: niet meer te lezen"),
    "erased": ("erased on {on}", "gewist op {on}"),
}
_OPTIONAL = re.compile(r"\[(?:(\w+)\?)?([^]]*)\]")
_FIELD = re.compile(r"{(\w+)}")


Named = Callable[[str], str] | None
"""What a member with a handle is called; None: by the handle."""


def told(event: RecordedEvent, language: Language, named: Named = None) -> str:
    """What happened, in a sentence, as it holds now; with what was corrected, and what cannot be opened."""
    data: dict[str, Any] = event.data if event.amended is None else event.amended
    said = sentence(event.type, data, event.perspective, language, named)
    return said + why_shut(data, language) + _marks(event, language, named)


def sentence(kind: str, data: dict[str, Any], holder: str | None, language: Language, named: Named = None) -> str:
    """What an event of this kind with this data says. `holder`: whose view it is."""
    data = data if holder is None else {**data, "holder": holder}

    def optional(part: re.Match[str]) -> str:
        field = part[1] or _FIELD.findall(part[2])[0]
        return part[2] if field in data and data[field] not in (None, False, []) else ""

    english, dutch = SENTENCES.get(kind, (kind, kind))
    return _OPTIONAL.sub(optional, dutch if language == "nl" else english).format_map(_Shown(data, language, named))


def why_shut(data: Any, language: Language) -> str:
    """What is said of the parts that cannot be opened; nothing where all can."""
    return "".join(f" [{reason}]" for reason in dict.fromkeys(_shut(data, language)))


def _shut(value: Any, language: Language) -> list[str]:
    if isinstance(value, list):
        return [reason for item in value for reason in _shut(item, language)]
    if not isinstance(value, dict):
        return []
    if len(value) == 1 and (sign := next(iter(value))) in SHUT:
        return [SHUT[sign][language == "nl"].format(on=value[sign])]
    # Who somebody is was not going to be said, so that nothing is missing where it cannot be.
    return [reason for name, item in value.items() if name != "participant" for reason in _shut(item, language)]


def _marks(event: RecordedEvent, language: Language, named: Named) -> str:
    dutch = language == "nl"
    marks = ""
    if event.told_by is not None:
        marks += f" ({'verteld door' if dutch else 'told by'} {who(event.told_by, language, named)})"
    if event.retracted_by is not None:
        marks += " (herroepen)" if dutch else " (retracted)"
    elif event.amended_by is not None:
        marks += " (gewijzigd)" if dutch else " (amended)"
    notes = len(event.data.get("notes") or ())
    return marks + (f" ✎ {notes}" if notes else "")


class _Shown(dict[str, str]):
    """The fields of an event as they are said, each made when a sentence asks for it."""

    def __init__(self, data: dict[str, Any], language: Language, named: Named) -> None:
        super().__init__()
        self._data = data
        self._language = language
        self._named = named

    def __missing__(self, name: str) -> str:
        value = self._data.get(name)
        if name in _SPECIAL and isinstance(value, (str, list, dict, int)):
            return _SPECIAL[name](value, self._language, self._named)
        if isinstance(value, list):
            return joined([self._one(name, item) for item in value], self._language)
        return self._one(name, value)

    def _one(self, name: str, value: Any) -> str:
        if isinstance(value, float):
            said = f"{value:g}"
            return said.replace(".", ",") if self._language == "nl" else said
        if not isinstance(value, str):
            return str(value)
        return word(value, self._language) if name in CLOSED else who(value, self._language, self._named)


def _members(value: list[dict[str, Any]], language: Language, named: Named) -> str:
    called = [(who(member["handle"], language, named), roles(member["roles"], language)) for member in value]
    return joined([f"{name} ({own})" if own else name for name, own in called], language)


def roles(value: list[str], language: Language) -> str:
    return ", ".join(role(one, language) for one in value)


def _term(value: dict[str, Any], language: Language, _: Named) -> str:
    until = f" {'tot' if language == 'nl' else 'until'} {day_said(value['until'], language)}" if value.get("until") else ""
    return word(value["kind"], language) + until


def help_said(value: list[dict[str, Any]], language: Language, named: Named = None) -> str:
    """Who helped whom with what."""
    helped = ((who(h["giver"], language, named), who(h["receiver"], language, named), word(h["kind"], language)) for h in value)
    return ", ".join(f"{giver} → {receiver} ({kind})" for giver, receiver, kind in helped)


def _shared(value: list[dict[str, Any]], language: Language, named: Named) -> str:
    return joined([who(sharing["by"], language, named) for sharing in value], language)


def _rhythm(days: int, language: Language, _: Named) -> str:
    if days == 1:
        return "elke dag" if language == "nl" else "every day"
    return f"elke {days} dagen" if language == "nl" else f"every {days} days"


def _others(number: int, language: Language, _: Named) -> str:
    one, more = ("ander", "anderen") if language == "nl" else ("other", "others")
    return f"{number} {one if number == 1 else more}"


_SPECIAL: dict[str, Callable[[Any, Language, Named], str]] = {
    "members": _members,
    "roles": lambda value, language, _: roles(value, language),
    "role": lambda value, language, _: role(value, language),
    "term": _term,
    "place": where,
    "help": help_said,
    "shared": _shared,
    "until": lambda value, language, _: day_said(value, language),
    "next_on": lambda value, language, _: day_said(value, language),
    "rhythm_days": _rhythm,
    "others": _others,
}


def one_line(name: str) -> str:
    """A name on a line of its own, whatever somebody wrote in it."""
    return " ".join("".join(character if character.isprintable() else " " for character in name).split())
