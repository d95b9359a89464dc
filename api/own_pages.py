"""The pages of a participant who signed in: what is kept of them, who looked at it, all of it to take along, and a way out in two clicks.

They are there without a script, in English and in Dutch. What is asked and done here is what `own`, `withdrawMine` and `eraseMine` ask and
do in the schema.
"""

import json
from collections.abc import Awaitable, Callable, Iterable
from html import escape
from typing import Any
from urllib.parse import parse_qs

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from api.context import Organisation, scope_of, thread
from api.exchange import STATUS, body_of
from api.own import own_erased, own_id, own_withdrawn
from api.plain_page import language as language_of
from api.plain_page import page
from api.refused import note_errors
from api.scalars import ConsentScope
from domain.model.errors import Language, Refused, bad
from projections.export.dates import occurred, short
from projections.export.tables import looked
from projections.export.wording import told
from projections.views.accesses import access_page
from projections.views.answers import RecordedEvent
from projections.views.mine import Mine, mine

Page = Callable[[Request], Awaitable[Response]]
LOOKS = 100
"""How many entries of the log the page shows; all of them are asked for in the schema."""
EVERYTHING = "everything"
TEXTS: dict[str, tuple[str, str]] = {
    "title": ("What is kept of you", "Wat er van u bewaard wordt"),
    "reached": ("Reached by: {contact}", "Bereikbaar via: {contact}"),
    "consents": ("What you agreed to", "Waarmee u akkoord ging"),
    "record": ("that what happens in your contacts is recorded", "dat wat er in uw contacten gebeurt wordt vastgelegd"),
    "research": ("that researchers learn from it, without your name", "dat onderzoekers ervan leren, zonder uw naam"),
    "share": ("that it is shared with partners of the organisation", "dat het met partners van de organisatie wordt gedeeld"),
    "withdraw": ("Withdraw", "Intrekken"),
    "withdrawn": ("withdrawn on {day}", "ingetrokken op {day}"),
    "contacts": ("Your contacts", "Uw contacten"),
    "contact": ("{initiative}, since {day}", "{initiative}, sinds {day}"),
    "until": ("{initiative}, from {day} until {until}", "{initiative}, van {day} tot {until}"),
    "none": ("None.", "Geen."),
    "looked": ("Who looked", "Wie heeft gekeken"),
    "along": ("Take all of it along (JSON)", "Alles meenemen (JSON)"),
    "leave": ("Have all of it destroyed", "Alles laten vernietigen"),
    "sure": ("Is it meant?", "Weet u het zeker?"),
    "sure_consent": (
        "From now on you no longer agree {what}. You need not say why. What was recorded before stays, until you have it destroyed.",
        "Vanaf nu gaat u er niet meer mee akkoord {what}. U hoeft niet te zeggen waarom. Wat eerder is vastgelegd blijft, tot u het laat "
        "vernietigen.",
    ),
    "sure_everything": (
        "Your name, how you can be reached, all that was written about you and all that you said is destroyed. It cannot be undone. You "
        "need not say why. Days and kinds of meetings stay with those whom you met, without you.",
        "Uw naam, hoe u bereikbaar bent, alles wat over u geschreven is en alles wat u zei wordt vernietigd. Dat kan niet ongedaan gemaakt "
        "worden. U hoeft niet te zeggen waarom. Dagen en soorten van ontmoetingen blijven bij wie u ontmoette, zonder u.",
    ),
    "yes": ("Yes", "Ja"),
    "no": ("No, go back", "Nee, terug"),
    "done": ("It is done", "Het is gebeurd"),
    "gone": (
        "All that named you or told about you is destroyed. Days and kinds of meetings stay with those whom you met, without you.",
        "Alles wat u noemde of over u vertelde is vernietigd. Dagen en soorten van ontmoetingen blijven bij wie u ontmoette, zonder u.",
    ),
    "refused": ("This cannot be done", "Dit kan niet"),
    "back": ("Go back", "Ga terug"),
    "going": (
        "What was kept of you opens no more. The rest follows within a day.",
        "Wat er van u bewaard werd gaat niet meer open. De rest volgt binnen een dag.",
    ),
}


def own_pages(organisation: Organisation) -> list[BaseRoute]:
    """The pages under `/own`, behind the gate."""
    desk = _Desk(organisation)
    return [
        Route("/own", _told_in_words(organisation, desk.show), methods=["GET"]),
        Route("/own/everything.json", _told_in_words(organisation, desk.along), methods=["GET"]),
        Route("/own/leave", _told_in_words(organisation, desk.ask), methods=["GET"]),
        Route("/own/leave", _told_in_words(organisation, desk.leave), methods=["POST"]),
    ]


def _told_in_words(organisation: Organisation, shown: Page) -> Page:
    """A page that says in words why something is refused."""

    async def answer(request: Request) -> Response:
        try:
            return await shown(request)
        except Refused as error:
            await note_errors(organisation, [error])
            language, status = language_of(request), STATUS[error.refusal.code]
            back = f'<p><a href="/sign-in">{_told("back", language)}</a></p>'
            return page(language, _told("refused", language), f"<p>{escape(error.refusal.text(language))}</p>{back}", status)

    return answer


class _Desk:
    def __init__(self, organisation: Organisation) -> None:
        self._organisation = organisation

    async def show(self, request: Request) -> Response:
        language, id = language_of(request), self._own(request)
        found = await thread(self._mine, id)
        looks = await thread(access_page, self._organisation.store, LOOKS, None, None, id)
        return page(language, _told("title", language), _shown(found, looks.nodes, language))

    async def along(self, request: Request) -> Response:
        found = await thread(self._mine, self._own(request))
        kept = {"Cache-Control": "no-store", "Content-Disposition": 'attachment; filename="everything.json"'}
        return Response(json.dumps(msgspec.to_builtins(found), ensure_ascii=False, indent=2), 200, kept, "application/json")

    async def ask(self, request: Request) -> Response:
        self._own(request)
        language, what = language_of(request), _what(request.query_params.get("what"))
        said = _told("sure_everything", language)
        if what != EVERYTHING:
            said = _told("sure_consent", language, what=_told(what, language))
        meant = f'<input type="hidden" name="what" value="{what}"><button>{_told("yes", language)}</button>'
        back = f'<p><a href="/own">{_told("no", language)}</a></p>'
        return page(language, _told("sure", language), f'<p>{said}</p><form method="post" action="/own/leave">{meant}</form>{back}')

    async def leave(self, request: Request) -> Response:
        language, id = language_of(request), self._own(request)
        form = parse_qs((await body_of(request)).decode("utf-8", "replace"))
        what = _what(next(iter(form.get("what", [])), None))
        if what == EVERYTHING:
            state = (await thread(own_erased, self._organisation, id)).state
            return page(language, _told("done", language), f"<p>{_told('gone' if state == 'erased' else 'going', language)}</p>")
        await thread(own_withdrawn, self._organisation, ConsentScope[what.upper()], id)
        back = f'<p><a href="/own">{_told("title", language)}</a></p>'
        return page(language, _told("done", language), back)

    def _own(self, request: Request) -> str:
        return own_id(scope_of(self._organisation, request.state.token))

    def _mine(self, id: str) -> Mine:
        return mine(self._organisation.store, self._organisation.questions, id)


def _what(said: str | None) -> str:
    known = [scope.value.lower() for scope in ConsentScope]
    if said is None or said not in (*known, EVERYTHING):
        raise bad("wrong_word", "what", value=said or "", allowed=[*known, EVERYTHING])
    return said


def _shown(found: Mine, looks: Iterable[Any], language: Language) -> str:
    parts = [f"<p>{_text(found.name)}</p>"]
    if found.contact is not None:
        parts.append(f"<p>{_told('reached', language, contact=_text(found.contact))}</p>")
    parts.append(f"<h2>{_told('consents', language)}</h2><ul>")
    for consent in found.consents:
        what = consent.scope.lower()
        parts.append(f"<li>{_told(what, language)}: ")
        if consent.withdrawn is None:
            parts.append(f'<a href="/own/leave?what={what}">{_told("withdraw", language)}</a></li>')
        else:
            parts.append(f"{_told('withdrawn', language, day=occurred(consent.withdrawn))}</li>")
    parts.append(f"</ul><h2>{_told('contacts', language)}</h2>")
    parts += [_contact(contact, language) for contact in found.contacts] or [f"<p>{_told('none', language)}</p>"]
    rows = "".join(f"<tr><td>{short(one.at)}</td><td>{escape(': '.join(looked(one, language)))}</td></tr>" for one in looks)
    parts.append(f"<h2>{_told('looked', language)}</h2><table>{rows}</table>")
    parts.append(f'<p><a href="/own/everything.json">{_told("along", language)}</a></p>')
    parts.append(f'<p><a href="/own/leave?what={EVERYTHING}">{_told("leave", language)}</a></p>')
    return "\n".join(parts)


def _contact(contact: Any, language: Language) -> str:
    name = escape(contact.initiative)
    head = _told("contact", language, initiative=name, day=occurred(contact.joined))
    if (until := contact.left or contact.ended_on) is not None:
        head = _told("until", language, initiative=name, day=occurred(contact.joined), until=occurred(until))
    rows = "".join(_event(event, language) for event in contact.events)
    return f"<h3>{head}</h3><table>{rows}</table>"


def _event(event: dict[str, Any], language: Language) -> str:
    found = RecordedEvent(
        event["id"], event["type"].split(".")[1], event["subject"], "", event.get("time"), event.get("toldby"), "0", event["occurred"],
        event["recorded"], event.get("recordedby"), event.get("method"), event.get("perspective"), None, None, event["data"], None,
    )  # fmt: skip
    notes = [note["text"] for note in event["data"].get("notes", ()) if isinstance(note["text"], str)]
    said = "".join(f"<br>{escape(text)}" for text in notes)
    return f"<tr><td>{occurred(event['occurred'])}</td><td>{escape(told(found, language))}{said}</td></tr>"


def _text(value: Any) -> str:
    return escape(value) if isinstance(value, str) else ""


def _told(text: str, language: Language, **values: str) -> str:
    """A text with values, which are HTML already."""
    return TEXTS[text][language == "nl"].format(**values)
