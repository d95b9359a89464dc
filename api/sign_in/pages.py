"""The pages of signing in, in English and in Dutch: small, usable without a script, and with nothing of anybody but who is in.

A link is opened behind the `#` of its address, where only the browser sees it: the script takes it from there into the form and off the
address. Without scripts it is pasted. Who then chooses the other language has it again: it goes along behind the `#`. To open the address
does nothing by itself, so that whoever looks ahead at it does not use it up. Where nobody is signed in, the script clears what the tab
remembered of the contacts that were looked at; after signing out it has the other tabs of the browser do so too.
"""

from collections.abc import Sequence
from html import escape

from starlette.responses import HTMLResponse

from api.plain_page import page
from domain.model.errors import Language
from domain.model.time import rfc3339
from domain.store.roster import Member
from domain.store.tokens import Token
from projections.export.days import instant_said
from projections.export.vocabulary import ROLES

ENTRY = "/sign-in"
SCRIPT = """"use strict";
function opened() {
  const link = location.hash.slice(1);
  if (!link.startsWith("tr_")) return;
  history.replaceState(null, "", location.pathname);
  document.getElementById("link").value = link;
  document.querySelector("form.who").action = "/sign-in/language#" + link;
  document.body.classList.add("by-link");
}
addEventListener("hashchange", opened);
opened();
const out = "tussenruimte.signed_out";
if (!document.querySelector(".account")) {
  if (sessionStorage.getItem(out)) localStorage.setItem(out, Date.now());
  sessionStorage.clear();
}
document.querySelector("form[action='/sign-out']")?.addEventListener("submit", () => sessionStorage.setItem(out, "true"));
"""
TEXTS: dict[str, tuple[str, str]] = {
    "title": ("Sign in", "Inloggen"),
    "go": ("Sign in with {host}", "Inloggen met {host}"),
    "going": ("You are led on to {host}.", "U wordt doorgestuurd naar {host}."),
    "go_on": ("Go on to {host}", "Verder naar {host}"),
    "paste": ("Paste the link that you were given:", "Plak de link die u gekregen hebt:"),
    "no_link": (
        "Without a link, ask your organisation for an invitation. Who runs the platform makes one with <code>tussenruimte sign-in</code>.",
        "Hebt u geen link, vraag uw organisatie dan om een uitnodiging. Wie het platform beheert maakt er een met "
        "<code>tussenruimte sign-in</code>.",
    ),
    "opened": ("Your link gives entry once.", "Uw link geeft één keer toegang."),
    "enter": ("Sign in", "Inloggen"),
    "in": ("You are signed in", "U bent ingelogd"),
    "as": ("As {role}, under the name {name}, until {until} at the latest.", "Als {role}, onder de naam {name}, tot uiterlijk {until}."),
    "switch": ("Go on as {role} ({name})", "Verder als {role} ({name})"),
    "own": ("See what is kept of you", "Bekijken wat er van u bewaard wordt"),
    "app": ("To the pages", "Naar de pagina’s"),
    "ask": ("Ask questions in GraphiQL", "Vragen stellen in GraphiQL"),
    "out": ("Sign out", "Uitloggen"),
    "out_here": (
        "This signs you out here. Where you showed who you are, you may still be signed in.",
        "Dit logt u hier uit. Waar u liet zien wie u bent, bent u misschien nog ingelogd.",
    ),
    "refused": ("You are not signed in", "U bent niet ingelogd"),
    "again": ("Begin anew", "Begin opnieuw"),
}


def entry(language: Language, host: str | None) -> HTMLResponse:
    """Where nobody is signed in. `host`: of the provider, where there is one."""
    by_provider = f'<div class="pasted">{_form("/sign-in", _told("go", language, host=host))}</div>' if host is not None else ""
    without = f'<p class="pasted">{TEXTS["no_link"][language == "nl"]}</p>'
    return _page(language, "title", by_provider + _by_link(language) + without, again=ENTRY)


def account(language: Language, token: Token, others: Sequence[Member], zone: str) -> HTMLResponse:
    """Who is signed in, and as whom they could go on; a link that is opened signs in anew. `zone`: as of `instant_said`."""
    until = instant_said(rfc3339(token.expires), zone, language)
    told = _told("as", language, role=_role(token.role, language), name=escape(token.name), until=until)
    switches = "".join(
        _second("/sign-in/role", _told("switch", language, role=_role(other.role, language), name=escape(other.id)), {"member": other.id})
        for other in others
    )
    ask = f'<p><a href="/graphiql/">{_told("ask", language)}</a></p>'
    ways = {"participant": f'<p><a class="button" href="/own">{_told("own", language)}</a></p>', "dashboard": ask}
    way = ways.get(token.role, f'<p><a class="button" href="/app/">{_told("app", language)}</a></p>{ask}')
    body = f"<p>{told}</p>{way}{switches}{_second('/sign-out', _told('out', language))}<p>{_told('out_here', language)}</p>"
    return _page(language, "in", f'<div class="account">{body}</div><div class="opened">{_by_link(language)}</div>', again=ENTRY)


def going(language: Language, address: str, host: str) -> HTMLResponse:
    """On the way to the provider. It is no redirect, since after a form browsers follow one only within this site (`form-action`)."""
    link = f'<p>{_told("going", language, host=host)}</p><p><a href="{escape(address)}">{_told("go_on", language, host=host)}</a></p>'
    return _page(language, "title", link, head=f'<meta http-equiv="refresh" content="0; url={escape(address)}">')


def refused(language: Language, why: str, status: int) -> HTMLResponse:
    return _page(language, "refused", f'<p>{escape(why)}</p><p><a href="/sign-in">{_told("again", language)}</a></p>', status)


def _by_link(language: Language) -> str:
    field = (
        f'<label class="pasted" for="link">{_told("paste", language)}</label>'
        '<input class="pasted" id="link" name="link" autocomplete="off" spellcheck="false" required>'
        f'<p class="opened">{_told("opened", language)}</p>'
    )
    return f'<form method="post" action="/sign-in">{field}<button>{_told("enter", language)}</button></form>'


def _form(action: str, button: str) -> str:
    return f'<form method="post" action="{action}"><button>{button}</button></form>'


def _second(action: str, button: str, hidden: dict[str, str] | None = None) -> str:
    """What can be done too, beside what somebody came for."""
    fields = "".join(f'<input type="hidden" name="{name}" value="{escape(value)}">' for name, value in (hidden or {}).items())
    return f'<form method="post" action="{action}">{fields}<button class="second">{button}</button></form>'


def _told(text: str, language: Language, **values: str | None) -> str:
    """A text with values, which are HTML already."""
    return TEXTS[text][language == "nl"].format(**values)


def _role(role: str, language: Language) -> str:
    return ROLES[role][language == "nl"]


def _page(language: Language, title: str, body: str, status: int = 200, head: str = "", again: str | None = None) -> HTMLResponse:
    return page(language, _told(title, language), body, status, head, SCRIPT, again)
