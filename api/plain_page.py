"""Small pages that are written here as they are sent: readable without a script or a style, with nothing from elsewhere in them."""

import base64
from hashlib import sha256

from starlette.requests import Request
from starlette.responses import HTMLResponse

from api.errors import language_of
from domain.model.errors import Language

STYLE = """body { margin: 0; font: 1.05rem/1.5 system-ui, sans-serif; background: #fbfaf7; color: #2b2b2b; }
main { max-width: 30rem; margin: 12vh auto; padding: 0 1.5rem; }
h1 { font-weight: 500; }
form { margin: 1rem 0; }
input { display: block; box-sizing: border-box; width: 100%; margin: .3rem 0 .8rem; padding: .5rem; font: inherit; }
button { padding: .5rem 1rem; font: inherit; cursor: pointer; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: .2rem .6rem .2rem 0; font-weight: normal; }
.opened, .by-link .pasted, .by-link .account { display: none; }
.by-link .opened { display: block; }
"""


def language(request: Request) -> Language:
    """In which somebody reads."""
    return language_of(request.headers.get("accept-language"))


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(sha256(text.encode()).digest()).decode()}'"


def headers(script: str = "") -> dict[str, str]:
    """What every page is sent with: nothing is fetched from anywhere, and only the script that is in it runs."""
    scripts = f" script-src {_hash(script)};" if script else ""
    return {
        "Content-Security-Policy": (
            f"default-src 'none'; style-src {_hash(STYLE)};{scripts} form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
        ),
        # Nothing of it goes elsewhere; and with none at all a browser sends a form without saying that a page of this site does.
        "Referrer-Policy": "same-origin",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-store",
        "Vary": "Accept-Language, Cookie",
    }


def page(language: Language, title: str, body: str, status: int = 200, head: str = "", script: str = "") -> HTMLResponse:
    """A page of which `title`, `body` and `head` are HTML already."""
    run = f"<script>{script}</script>\n" if script else ""
    text = (
        f'<!doctype html>\n<html lang="{language}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">\n<title>Tussenruimte: {title}</title>\n{head}'
        f"<style>{STYLE}</style>\n</head>\n<body>\n<main>\n<h1>{title}</h1>\n{body}\n</main>\n{run}</body>\n</html>\n"
    )
    return HTMLResponse(text, status, headers(script))
