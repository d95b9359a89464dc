"""The pages of a participant who signed in: what is kept of them, who looked at it, all of it to take along, and a way out in two clicks.

They are there without a script, in English and in Dutch. What is asked and done here is what `own`, `withdrawMine` and `eraseMine` ask and
do in the schema.
"""

import json
from collections.abc import Awaitable, Callable
from html import escape
from urllib.parse import parse_qs

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from api.arguments import place
from api.context import Organisation, scope_of, thread
from api.exchange import STATUS, body_of
from api.own import own_erased, own_id, own_withdrawn
from api.own_view import EVERYTHING, looked, shown
from api.own_words import said
from api.plain_page import address, page
from api.plain_page import language as language_of
from api.refused import note_errors
from api.scalars import ConsentScope, Position
from domain.model.errors import Refused, bad
from projections.views.accesses import access_page
from projections.views.answers import Page as Looks
from projections.views.mine import Mine, mine

Page = Callable[[Request], Awaitable[Response]]
LOOKS = 50
"""How many entries of the log a page shows."""


def own_pages(organisation: Organisation) -> list[BaseRoute]:
    """The pages under `/own`, behind the gate."""
    desk = _Desk(organisation)
    return [
        Route("/own", _told_in_words(organisation, desk.show), methods=["GET"]),
        Route("/own/looked", _told_in_words(organisation, desk.looked), methods=["GET"]),
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
            back = f'<p><a href="/sign-in">{said("back", language)}</a></p>'
            return page(language, said("refused", language), f"<p>{escape(error.refusal.text(language))}</p>{back}", status)

    return answer


class _Desk:
    def __init__(self, organisation: Organisation) -> None:
        self._organisation = organisation

    async def show(self, request: Request) -> Response:
        language, id = language_of(request), self._own(request)
        found, looks, zone = await thread(self._mine, id), await thread(self._looks, id, None), await thread(self._zone)
        return page(language, said("title", language), shown(found, looks, zone, language), again=address(request))

    async def looked(self, request: Request) -> Response:
        """Who looked before what stood on the page before."""
        language, id = language_of(request), self._own(request)
        before = place(Position(request.query_params.get("before", "")), "before")
        found, looks, zone = await thread(self._mine, id), await thread(self._looks, id, before), await thread(self._zone)
        back = f'<p><a href="/own">{said("own", language)}</a></p>'
        return page(language, said("looked", language), back + looked(found, looks, zone, language), again=address(request))

    async def along(self, request: Request) -> Response:
        found = await thread(self._mine, self._own(request))
        kept = {"Cache-Control": "no-store", "Content-Disposition": 'attachment; filename="everything.json"'}
        return Response(json.dumps(msgspec.to_builtins(found), ensure_ascii=False, indent=2), 200, kept, "application/json")

    async def ask(self, request: Request) -> Response:
        self._own(request)
        language, what = language_of(request), _what(request.query_params.get("what"))
        why, yes = said("sure_everything", language), said("yes_everything", language)
        if what != EVERYTHING:
            why, yes = said("sure_consent", language, what=said(what, language)), said("yes_consent", language)
        meant = f'<input type="hidden" name="what" value="{what}"><button>{yes}</button>'
        back = f'<p><a href="/own">{said("no", language)}</a></p>'
        form = f'<form method="post" action="/own/leave">{meant}</form>'
        return page(language, said("sure", language), f"<p>{why}</p>{form}{back}", again=address(request))

    async def leave(self, request: Request) -> Response:
        language, id = language_of(request), self._own(request)
        form = parse_qs((await body_of(request)).decode("utf-8", "replace"))
        what = _what(next(iter(form.get("what", [])), None))
        if what == EVERYTHING:
            state = (await thread(own_erased, self._organisation, id)).state
            return page(language, said("done", language), f"<p>{said('gone' if state == 'erased' else 'going', language)}</p>")
        await thread(own_withdrawn, self._organisation, ConsentScope[what.upper()], id)
        told = f"<p>{said('done_consent', language, what=said(what, language))}</p>"
        return page(language, said("done", language), f'{told}<p><a href="/own">{said("own", language)}</a></p>')

    def _own(self, request: Request) -> str:
        return own_id(scope_of(self._organisation, request.state.token))

    def _mine(self, id: str) -> Mine:
        return mine(self._organisation.store, self._organisation.questions, id)

    def _looks(self, id: str, before: int | None) -> Looks:
        return access_page(self._organisation.store, LOOKS, before, None, id)

    def _zone(self) -> str:
        return self._organisation.settings.choices().time_zone


def _what(said: str | None) -> str:
    known = [scope.value.lower() for scope in ConsentScope]
    if said is None or said not in (*known, EVERYTHING):
        raise bad("wrong_word", "what", value=said or "", allowed=[*known, EVERYTHING])
    return said
