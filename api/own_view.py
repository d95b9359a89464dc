"""What a participant sees of what is kept of them, as HTML: their data and consents, their contacts as a story, and who looked.

Everything is said as one would say it; ids and positions are in what they can take along.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from html import escape
from typing import Any

from api.own_words import DID, LOOKERS, PLACES, SEEN, YOU, said
from domain.model.errors import Language
from domain.model.time import MINUTE, moment
from domain.store.accesses import ORGANISATION, PARTICIPANT
from projections.export.days import day_said, instant_said
from projections.export.vocabulary import ROLES
from projections.export.wording import told
from projections.views.answers import Access, Consent, Page, RecordedEvent
from projections.views.mine import Contact, Mine

EVERYTHING = "everything"
RETRACTED, AMENDED = ("tussenruimte.event_retracted.v1", "tussenruimte.event_amended.v1")


def shown(found: Mine, looks: Page, zone: str, language: Language) -> str:
    """The page of all that is theirs. `zone`: an IANA time zone, in which instants are said."""
    parts = [
        f"<p>{said('lead', language)}</p>",
        _ways(language),
        *_section("data", language, _data(found, language)),
        *_section("consents", language, _consents(found.consents, language)),
        *_section("contacts", language, _contacts(found, language)),
        *_section("looked", language, [f"<p>{said('looked_what', language)}</p>", looked(found, looks, zone, language)]),
        *_section("along", language, [
            f"<p>{said('along_what', language)}</p>",
            f'<p><a class="button second" href="/own/everything.json">{said("along_file", language)}</a></p>',
        ]),
        *_section("leave", language, [
            f"<p>{said('sure_everything', language)}</p>",
            f'<p><a class="button second" href="/own/leave?what={EVERYTHING}">{said("leave_all", language)}</a></p>',
        ]),
        f'<form method="post" action="/sign-out"><button class="plain">{said("out", language)}</button></form>',
    ]  # fmt: skip
    return "\n".join(parts)


def _ways(language: Language) -> str:
    """To the sections below what may be a long story."""
    links = "".join(f'<a class="button second" href="#{name}">{said(name, language)}</a>' for name in ("looked", "along", "leave"))
    return f'<nav class="row" aria-label="{said("ways", language)}">{links}</nav>'


def looked(found: Mine, looks: Page, zone: str, language: Language) -> str:
    """A page of who looked, and the way to who looked before."""
    if not looks.nodes:
        return f"<p>{said('nobody_looked', language)}</p>"
    homes = {contact.id: contact.initiative for contact in found.contacts}
    rows = "\n".join(_looks(visit, homes, zone, language) for visit in _visits(looks.nodes))
    more = f'<p><a href="/own/looked?before={looks.end_cursor}">{said("earlier", language)}</a></p>' if looks.has_next_page else ""
    return f'<ol class="story">{rows}</ol>{more}'


def _visits(looks: Sequence[Access]) -> list[list[Access]]:
    """What somebody looked at within a minute, together, the latest first. Only of whom the log tells apart: of a participant who
    looked at a contact it does not say which one it was."""
    visits: list[list[Access]] = []
    now: dict[tuple[str, str, str | None], list[Access]] = {}
    for one in looks:
        who = (one.by, one.role, one.on_behalf_of)
        told_apart = one.by not in LOOKERS or _is_own(one)
        if told_apart and who in now and moment(now[who][0].at) - moment(one.at) < MINUTE:
            now[who].append(one)
        else:
            visits.append([one])
            now |= {who: visits[-1]} if told_apart else {}
    return visits


def _is_own(one: Access) -> bool:
    """Whether it was they themselves: what is kept of a participant no other participant is shown."""
    return one.by == PARTICIPANT and one.place.startswith(f"{PARTICIPANT}/")


def _looks(visit: Sequence[Access], homes: Mapping[str, str], zone: str, language: Language) -> str:
    dutch, seen = language == "nl", dict[str, dict[str, None]]()
    for one in visit:
        what = DID[one.action][dutch].format(_where(one.place, homes, language))
        seen.setdefault(what, {}).update(dict.fromkeys(SEEN[kind][dutch] for kind in one.kinds))
    at, told = visit[0].at, "; ".join(f"{what}: {', '.join(kinds)}" for what, kinds in seen.items())
    sentence = escape(f"{_who(visit[0], language)} {told}")
    return f'<li><time datetime="{at}">{instant_said(at, zone, language)}</time><p class="told">{sentence}</p></li>'


def _where(place: str, homes: Mapping[str, str], language: Language) -> str:
    kind, _, id = place.partition("/")
    if kind == "relationship" and id in homes:
        return f"{PLACES[kind][language == 'nl']} {homes[id]}"
    return PLACES[kind if kind in (PARTICIPANT, ORGANISATION) else "elsewhere"][language == "nl"]


def _who(one: Access, language: Language) -> str:
    dutch = language == "nl"
    if _is_own(one):
        name = YOU[dutch]
    else:
        name = LOOKERS[one.by][dutch] if one.by in LOOKERS else f"{one.by.partition('/')[2]} ({ROLES[one.role][dutch]})"
    if one.on_behalf_of is None:
        return name
    return f"{name}, {'namens' if dutch else 'for'} {one.on_behalf_of.partition('/')[2]}"


def _section(name: str, language: Language, content: Iterable[str]) -> Iterator[str]:
    yield f'<section aria-labelledby="{name}">\n<h2 id="{name}">{said(name, language)}</h2>'
    yield from content
    yield "</section>"


def _data(found: Mine, language: Language) -> Iterator[str]:
    rows = {"name": _text(found.name), "reached": _text(found.contact), "registered": day_said(found.registered_on, language)}
    yield '<dl class="facts">'
    yield from (f"<div><dt>{said(name, language)}</dt><dd>{text}</dd></div>" for name, text in rows.items() if text)
    yield "</dl>"


def _consents(consents: Sequence[Consent], language: Language) -> Iterator[str]:
    yield '<ul class="cards">'
    for consent in consents:
        scope = consent.scope.lower()
        what, given = said(scope, language), day_said(consent.given, language)
        if consent.withdrawn is None:
            way = f'<a class="button second" href="/own/leave?what={scope}">{said("withdraw", language, what=what)}</a>'
            state = f"<span>{said('given', language, day=given)}</span><p>{way}</p>"
        else:
            state = f"<span>{said('withdrawn', language, given=given, day=day_said(consent.withdrawn, language))}</span>"
        yield f'<li><div class="card"><strong>{what}</strong>{state}</div></li>'
    yield "</ul>"


def _contacts(found: Mine, language: Language) -> Iterator[str]:
    if not found.contacts:
        yield f"<p>{said('none', language)}</p>"
        return
    yield f"<p>{said('letters', language)}</p>"
    own = {contact.id: {other.handle for other in found.contacts if other.id == contact.id} for contact in found.contacts}
    for contact in found.contacts:
        yield _head(contact, language)
        events = _Story(contact.events, own[contact.id], found.name, language)
        yield f'<ol class="story">{"".join(events.told())}</ol>'


def _head(contact: Contact, language: Language) -> str:
    name, day = escape(contact.initiative), day_said(contact.joined, language)
    until = contact.left or contact.ended_on
    if until is None:
        return f"<h3>{said('contact', language, initiative=name, day=day)}</h3>"
    return f"<h3>{said('until', language, initiative=name, day=day, until=day_said(until, language))}</h3>"


class _Story:
    """The events of a contact, as they hold now: what corrects another stands with it."""

    def __init__(self, events: Sequence[dict[str, Any]], handles: set[str], name: Any, language: Language) -> None:
        self._events = [event for event in events if event["type"] not in (RETRACTED, AMENDED)]
        self._handles, self._name, self._language = handles, name, language
        retracted = [event for event in events if event["type"] == RETRACTED]
        self._retracted = {event["data"]["event"]: event["id"] for event in retracted}
        amended = [event for event in events if event["type"] == AMENDED and event["id"] not in self._retracted]
        self._amended = {event["data"]["event"]: event for event in amended}

    def told(self) -> Iterator[str]:
        for event in self._events:
            amendment = self._amended.get(event["id"], {"id": None, "data": {}})
            now = amendment["data"].get("data")
            occurred = amendment["data"].get("occurred") or event["occurred"]
            found = RecordedEvent(
                event["id"], event["type"].split(".")[1], event["subject"], "", event.get("time"), event.get("toldby"), "0", occurred,
                event["recorded"], event.get("recordedby"), event.get("method"), event.get("perspective"),
                self._retracted.get(event["id"]), amendment["id"], _noteless(event["data"]), now and _noteless(now),
            )  # fmt: skip
            notes = "".join(self._note(note["text"]) for note in (now or event["data"]).get("notes", ()) if isinstance(note["text"], str))
            sort = "retracted" if found.retracted_by else "voiced" if found.perspective else "shared"
            sentence = f'<p class="told">{escape(told(found, self._language, self._named))}</p>'
            yield f'<li class="{sort}"><time>{day_said(occurred, self._language)}</time>{sentence}{notes}</li>'

    def _named(self, handle: str) -> str:
        return self._name if handle in self._handles and isinstance(self._name, str) else handle

    def _note(self, text: str) -> str:
        return (
            f'<figure class="note"><figcaption>{said("note", self._language)}</figcaption><blockquote>{escape(text)}</blockquote></figure>'
        )


def _noteless(data: dict[str, Any]) -> dict[str, Any]:
    """Notes that are theirs stand below the sentence; of others' it says nothing."""
    return {name: value for name, value in data.items() if name != "notes"}


def _text(value: Any) -> str:
    return escape(value) if isinstance(value, str) else ""
