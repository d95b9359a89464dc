"""Small pages that are written here as they are sent: they work without a script, and look like the web app, whose style sheet they take.

All else that is in them they bring along; nothing comes from elsewhere.
"""

import base64
from hashlib import sha256
from html import escape

from starlette.requests import Request
from starlette.responses import HTMLResponse

from api.errors import language_of
from domain.model.errors import Language

CHOSEN = "tr_language"
"""The cookie with the language that somebody chose: that word and nothing of them."""
SPEAK = "/sign-in/language"
"""Where it is chosen."""
OTHER: dict[Language, tuple[Language, str]] = {"en": ("nl", "Nederlands"), "nl": ("en", "English")}


def language(request: Request) -> Language:
    """In which somebody reads: as they chose, else as their browser asks."""
    chosen = request.cookies.get(CHOSEN)
    return "nl" if chosen == "nl" else "en" if chosen == "en" else language_of(request.headers.get("accept-language"))


def address(request: Request) -> str:
    """Of a page, on this site."""
    return f"{request.url.path}?{request.url.query}" if request.url.query else request.url.path


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(sha256(text.encode()).digest()).decode()}'"


def headers(script: str = "") -> dict[str, str]:
    """What every page is sent with: its look comes from this site, nothing from anywhere else, and only the script that is in it runs."""
    scripts = f" script-src {_hash(script)};" if script else ""
    return {
        "Content-Security-Policy": (
            f"default-src 'none'; style-src 'self'; img-src 'self';{scripts} form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
        ),
        # Nothing of it goes elsewhere; and with none at all a browser sends a form without saying that a page of this site does.
        "Referrer-Policy": "same-origin",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-store",
        "Vary": "Accept-Language, Cookie",
    }


def page(
    language: Language, title: str, body: str, status: int = 200, head: str = "", script: str = "", again: str | None = None
) -> HTMLResponse:
    """A page of which `title`, `body` and `head` are HTML already. `again`: the address at which it is found again, in the other language
    too; None where it is what came of a form."""
    run = f"<script>{script}</script>\n" if script else ""
    switch = _switch(language, again) if again is not None else ""
    text = (
        f'<!doctype html>\n<html lang="{language}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">\n<title>{title} · Tussenruimte</title>\n'
        f'<link rel="icon" href="/app/icon.svg" type="image/svg+xml">\n<link rel="stylesheet" href="/app/style.css">\n{head}'
        '</head>\n<body>\n<header class="head"><a class="mark" href="/sign-in"><img src="/app/icon.svg" alt="" width="28" height="28">'
        f'<span>Tussenruimte</span></a>{switch}</header>\n<main class="page plain">\n<h1>{title}</h1>\n{body}\n</main>\n'
        f"{run}</body>\n</html>\n"
    )
    return HTMLResponse(text, status, headers(script))


def _switch(language: Language, again: str) -> str:
    other, called = OTHER[language]
    return (
        f'<form class="who" method="post" action="{SPEAK}"><input type="hidden" name="back" value="{escape(again)}">'
        f'<button class="plain" name="language" value="{other}" lang="{other}">{called}</button></form>'
    )
