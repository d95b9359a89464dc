"""Answers as tables and short texts that can be read in a terminal of any width. `--json` gives the whole of what they show."""

from collections.abc import Mapping, Sequence
from typing import Any

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from domain.model.errors import Language
from projections.export.colours import COLOURS
from projections.export.dates import occurred, short
from projections.export.telling import CAUSES, holders_named
from projections.export.timeline import SIGNS
from projections.export.vocabulary import ASKS, ROLES, plain, word
from projections.export.wording import told
from projections.research.agreement import CodeAgreement
from projections.soundness import Finding
from projections.views import answers as a

BAR = 24
HEADS: dict[str, str] = {
    "id": "id", "initiative": "initiatief", "origin": "ontstaan", "started": "begonnen", "ended": "beëindigd", "at": "op", "phase": "fase",
    "help": "hulp", "friendship": "vriendschap", "ambiguity": "ambiguïteit", "confidence": "zekerheid", "relationship": "relatie",
    "moved": "bewoog", "by": "door", "occurred": "gebeurd", "what": "wat", "basis": "basis", "event": "gebeurtenis", "lens": "lens",
    "version": "versie", "description": "omschrijving", "strengths": "sterkten", "holder": "houder", "direction": "richting",
    "because": "want", "breadth": "breedte", "surprise": "verrassing", "movement": "beweging", "ambivalence": "ambivalentie",
    "made": "ruimte gemaakt", "limited": "begrensd", "openness": "openheid", "recorded": "vastgelegd", "position": "positie",
    "who": "wie", "role": "rol", "looks after": "begeleidt", "invited": "uitgenodigd", "joined": "sinds", "left": "tot",
    "auditor": "auditor", "why": "waarom", "allowed by": "toegestaan door", "until": "tot", "holds": "geldt",
    "name": "naam", "since": "sinds", "asks": "vraagt", "when": "wanneer", "relationships": "relaties", "weeks": "weken",
    "instrument": "instrument", "scale": "schaal", "score": "score", "not scored": "niet gescoord",
    "account": "verhaal", "code": "code", "coder": "codeur", "segment": "fragment", "units": "eenheden", "coders": "codeurs",
    "alpha": "alfa", "under": "onder",
}  # fmt: skip
UNSCORED = {
    "outside": ("outside the scale", "buiten de schaal"),
    "missing": ("missing", "ontbreekt"),
    "unknown": ("unknown", "onbekend"),
}
ACTIONS = {
    "read": ("read {}", "las {}"),
    "export": ("exported {}", "exporteerde {}"),
    "follow": ("began to follow {}", "begon {} te volgen"),
    "told": ("was told {}", "kreeg {} verteld"),
    "refused": ("was refused {}", "kreeg {} niet"),
    "changed": ("changed {}", "veranderde {}"),
}
LOOKED_AT = {
    "names": ("names", "namen"),
    "contact": ("contact data", "contactgegevens"),
    "notes": ("notes", "notities"),
    "voices": ("voices", "stemmen"),
    "members": ("members", "leden"),
    "accesses": ("who looked", "wie keek"),
    "calendar": ("days, in a calendar", "dagen, in een agenda"),
    "forbidden": ("what was asked", "wat gevraagd werd"),
    "unauthenticated": ("entry", "toegang"),
    "conflict": ("what does not go together", "wat niet samengaat"),
    "rate_limited": ("so much at once", "zoveel tegelijk"),
    "invited": ("who is invited", "wie is uitgenodigd"),
    "left": ("who left", "wie is weggegaan"),
    "joined": ("who came in", "wie is binnengekomen"),
    "appointed": ("who is appointed", "wie is aangesteld"),
    "link": ("how one comes in", "hoe iemand binnenkomt"),
    "released": ("who is released", "wie is ontheven"),
    "token_created": ("the tokens: one more", "de tokens: een erbij"),
    "token_revoked": ("the tokens: one revoked", "de tokens: een ingetrokken"),
    "project_made": ("what is researched: one project more", "wat er onderzocht wordt: een project erbij"),
    "project_people": ("what is researched: who asks for a project", "wat er onderzocht wordt: wie er voor een project vraagt"),
    "project_released": ("what is researched: one release more", "wat er onderzocht wordt: een uitgave erbij"),
    "project_closed": ("what is researched: one project closed", "wat er onderzocht wordt: een project gesloten"),
    "preset_changed": ("when it asks for a look", "wanneer dit om een blik vraagt"),
    "time_zone_changed": ("where its days begin", "waar haar dagen beginnen"),
    "codebook_changed": ("what codes mean", "wat codes betekenen"),
    "scale_published": ("what measures come to", "wat metingen opleveren"),
    "reminded": ("how they are reminded by mail", "hoe iemand per mail herinnerd wordt"),
    "reminded_no_more": ("how they are reminded: no more", "hoe iemand herinnerd wordt: niet meer"),
    "calendar_made": ("who has a calendar: one address more", "wie een agenda heeft: een adres erbij"),
    "calendar_ended": ("who has a calendar: one address less", "wie een agenda heeft: een adres eraf"),
    "put_aside": ("what asks for a look: something put aside", "wat om een blik vraagt: iets opzijgezet"),
    "asked_again": ("what asks for a look: something put aside no more", "wat om een blik vraagt: iets niet meer opzij"),
    "grant_asked": ("what is asked to be opened", "wat gevraagd is te openen"),
    "grant_given": ("what may be opened", "wat geopend mag worden"),
    "grant_opened": ("what is opened by a grant", "wat met toestemming geopend is"),
    "grant_ended": ("what may be opened no more", "wat niet meer geopend mag worden"),
}


def head(name: str, language: Language) -> str:
    return HEADS[name] if name and language == "nl" else name


def headed(language: Language, *names: str, right: Sequence[str] = ()) -> Table:
    return columned([head(name, language) for name in names], [head(name, language) for name in right])


def columned(names: Sequence[str], right: Sequence[str] = ()) -> Table:
    """Columns under names that are in somebody's language already."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, header_style="bold", show_edge=False)
    for name in names:
        table.add_column(name, justify="right" if name in right else "left", overflow="fold")
    return table


def relationships(page: a.Page, language: Language) -> RenderableType:
    table = headed(language, "id", "initiative", "origin", "started", "ended")
    for one in page.nodes:
        table.add_row(one.id, one.initiative, word(one.origin, language), occurred(one.started_on), occurred(one.ended_on or ""))
    return _paged(table, page, language)


def _paged(table: Table, page: a.Page, language: Language) -> RenderableType:
    if not page.nodes:
        return Text("niets" if language == "nl" else "nothing", "bright_black")
    if not page.has_next_page:
        return table
    return Group(table, Text(f"\n{'Verder met' if language == 'nl' else 'More with'} --after {page.end_cursor}", "bright_black"))


def phase(name: str, kind: str | None, language: Language) -> Text:
    said = word(name, language) + (f" ({word(kind, language)})" if kind is not None else "")
    return Text(f"{SIGNS[name]} ", COLOURS[name]).append(said, f"bold {COLOURS[name]}")


def reading(found: a.Reading, language: Language) -> RenderableType:
    whole = Table.grid(padding=(0, 2, 0, 0))
    whole.add_row(head("at", language), short(found.at))
    whole.add_row("lens", f"{found.lens}@{found.lens_version}")
    whole.add_row(head("holder", language), holders_named([found.holder], [], language))
    whole.add_row(head("phase", language), phase(found.phase, found.kind, language))
    for giver, receiver in found.direction or ():
        whole.add_row(head("direction", language), f"{giver} → {receiver}")
    for name in ("help", "friendship", "ambiguity"):
        share = getattr(found, name)
        if share is not None:
            whole.add_row(head(name, language), Text(_bar(share), COLOURS[name.upper()]).append(f" {share:.2f}", "default"))
    if found.confidence is not None:
        whole.add_row(head("confidence", language), f"{_bar(found.confidence)} {found.confidence:.2f}")
    if found.basis:
        whole.add_row(head("basis", language), ", ".join(f"{word(part.basis, language)} {part.share:.0%}" for part in found.basis))
    if not found.because:
        return whole
    because = headed(language, "because", "", "basis", "help", "friendship", "openness", right=("help", "friendship", "openness"))
    for part in found.because:
        because.add_row(
            occurred(part.event.occurred), told(part.event, language), word(part.basis, language),
            *(_number(value) for value in (part.help, part.friendship, part.openness)),
        )  # fmt: skip
    return Group(whole, Text(), because)


def _bar(share: float) -> str:
    return "█" * round(share * BAR) + "░" * (BAR - round(share * BAR))


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}"


def trajectory(found: a.Trajectory, language: Language) -> RenderableType:
    numbers = ("help", "friendship", "ambiguity", "confidence")
    table = headed(language, "at", "phase", *numbers, right=numbers)
    columns = (found.help, found.friendship, found.ambiguity, found.confidence)
    for row, at in enumerate(found.at):
        table.add_row(short(at), phase(found.phase[row], None, language), *(_number(column[row]) for column in columns))
    return table


def moves(found: Sequence[a.Move], language: Language) -> Table:
    table = headed(language, "at", "relationship", "holder", "moved", "by")
    for move in found:
        moved = phase(move.was, move.was_kind, language).append(" → ", "default").append_text(phase(move.now, move.kind, language))
        cause = "; ".join(told(event, language) for event in move.triggers) or CAUSES[move.cause][language == "nl"]
        table.add_row(short(move.at), move.relationship, holders_named([move.holder], [], language), moved, cause)
    return table


def move_page(page: a.Page, language: Language) -> RenderableType:
    return _paged(moves(page.nodes, language), page, language)


def room(found: a.Room, language: Language) -> RenderableType:
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_row(head("breadth", language), f"{found.breadth:.2f}")
    surprise = {"self": found.surprise.self, "other": found.surprise.other, "unsaid": found.surprise.unsaid}
    table.add_row(head("surprise", language), ", ".join(f"{word(of, language)} {count:.2f}" for of, count in surprise.items()))
    table.add_row(head("movement", language), f"{found.movement:.2f}")
    table.add_row(head("ambivalence", language), _number(found.ambivalence) or "–")
    for name, tallies in (("made", found.made), ("limited", found.limited)):
        table.add_row(head(name, language), ", ".join(f"{word(tally.of, language)} {tally.count:.2f}" for tally in tallies) or "–")
    return table


def history(found: Sequence[a.RecordedEvent], language: Language) -> RenderableType:
    table = headed(language, "occurred", "what", "recorded", "by", "position", right=("position",))
    for event in found:
        style = "strike bright_black" if event.retracted_by is not None else ""
        what = Text(told(event, language), style)
        table.add_row(occurred(event.occurred), what, event.recorded[:10], event.recorded_by or "", event.position)
    return table


def attention(page: a.Page, language: Language) -> RenderableType:
    table = headed(language, "since", "relationship", "what", "until", "event")
    for one in page.nodes:
        table.add_row(one.since, one.relationship, ASKS[one.kind][language == "nl"], one.until or "", one.event or "")
    return _paged(table, page, language)


def choices(answer: Mapping[str, Any], language: Language) -> RenderableType:
    """When each kind asks, or that it does not."""
    table = headed(language, "name", "what", "asks", "when")
    for one in answer["presets"]:
        asks = ("yes", "ja") if one["on"] else ("no", "nee")
        times = ("{} times their rhythm", "{} keer hun ritme")[language == "nl"].format(one["times"]) if one["times"] else ""
        days = ("{} days", "{} dagen")[language == "nl"].format(one["days"]) if one["days"] else ""
        table.add_row(one["kind"].lower(), ASKS[one["kind"]][language == "nl"], asks[language == "nl"], days or times)
    begin = ("days begin as in", "dagen beginnen zoals in")[language == "nl"]
    return Group(table, Text(f"\ntime_zone: {begin} {answer['timeZone']}"))


def accesses(page: a.Page, language: Language) -> RenderableType:
    """Two columns of sentences beside the time: they break between words where one of many narrow columns would break them."""
    table = headed(language, "at", "who", "what")
    for one in page.nodes:
        table.add_row(short(one.at), *looked(one, language))
    return _paged(table, page, language)


def looked(one: a.Access, language: Language) -> tuple[str, str]:
    """Who looked, and at what."""
    behalf = "" if one.on_behalf_of is None else f"\n{'namens' if language == 'nl' else 'for'} {one.on_behalf_of}"
    kinds = ", ".join(LOOKED_AT[kind][language == "nl"] for kind in one.kinds)
    what = ACTIONS[one.action][language == "nl"].format(_reached(one, language))
    return f"{one.by} ({ROLES[one.role][language == 'nl']}){behalf}", f"{what}: {kinds}"


def _reached(access: a.Access, language: Language) -> str:
    """Where somebody looked; of a feed or of everything, how much of it they were given."""
    place = ("alles" if language == "nl" else "everything") if access.place == "organisation" else access.place
    if access.since is None:
        return place
    between = ("na positie {} tot en met {}" if language == "nl" else "after position {} up to {}").format(access.since, access.upto)
    return f"{place} {between}"


def codes(found: Sequence[a.Code], language: Language) -> RenderableType:
    table = headed(language, "at", "holder", "account", "code", "coder", "segment")
    for one in found:
        part = "" if one.segment is None else f"{one.segment.note}: {one.segment.start}–{one.segment.end}"
        table.add_row(occurred(one.occurred), one.holder, one.account or "", plain(one.code), one.coder or "", part)
    return table


def agreement(found: Sequence[CodeAgreement], language: Language) -> RenderableType:
    table = headed(language, "code", "units", "coders", "alpha", right=("units", "coders", "alpha"))
    for one in found:
        code = ("alles samen" if language == "nl" else "all together") if one.code is None else plain(one.code)
        table.add_row(code, str(one.units), str(one.coders), "" if one.alpha is None else f"{one.alpha:.3f}")
    return table


def measures(found: Sequence[a.Measure], language: Language) -> RenderableType:
    table = headed(language, "at", "holder", "instrument", "scale", "score", "not scored")
    for one in found:
        scores = ", ".join(f"{score.name} {score.value:g}" for score in one.scores if score.value is not None)
        table.add_row(occurred(one.occurred), one.holder or "", plain(one.instrument), one.scale or "", scores, _unscored(one, language))
    return table


def _unscored(measure: a.Measure, language: Language) -> str:
    """The answers of which no score is made, and why."""
    why = [(said[language == "nl"], getattr(measure, name)) for name, said in UNSCORED.items()]
    return "; ".join(f"{said}: {', '.join(map(plain, names))}" for said, names in why if names)


def lenses(found: Sequence[a.Lens], language: Language) -> RenderableType:
    table = headed(language, "lens", "version", "description")
    for lens in found:
        table.add_row(lens.name, lens.version, plain(lens.description))
    return table


def tokens(found: Sequence[Mapping[str, Any]]) -> RenderableType:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for name in ("id", "use", "role", "name", "created", "expires", "revoked"):
        table.add_column(name, overflow="fold")
    for one in found:
        table.add_row(
            one["id"], one["use"], one["role"], one["name"], *((one[name] or "")[:10] for name in ("created", "expires", "revoked"))
        )
    return table


def projects(found: Sequence[Mapping[str, Any]]) -> RenderableType:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for name in ("id", "purpose", "initiatives", "since", "until", "made", "closed"):
        table.add_column(name, overflow="fold")
    for one in found:
        homes = "all" if one["initiatives"] is None else ", ".join(one["initiatives"])
        days = ((one[name] or "")[:10] for name in ("since", "until", "made", "closed"))
        table.add_row(one["id"], plain(one["purpose"]), homes, *days)
    return table


def releases(found: Sequence[Mapping[str, Any]]) -> RenderableType:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for name in ("number", "made", "position", "lenses", "weeks", "revision", "relationships", "now"):
        table.add_column(name, overflow="fold")
    for one in found:
        row = (one[name] for name in ("revision", "relationships", "changed"))
        table.add_row(
            str(one["number"]), one["made"][:10], one["position"], ", ".join(one["lenses"]), str(one["stepWeeks"]), *map(_cell, row)
        )
    return table


def handed(found: Sequence[Mapping[str, Any]]) -> RenderableType:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for name in ("at", "given to", "on behalf of", "release", "revision", "as", "to be told"):
        table.add_column(name, overflow="fold")
    for one in found:
        row = (one[name] for name in ("recipient", "behalf", "release", "revision", "format", "tell"))
        table.add_row(one["at"][:10], *map(_cell, row))
    return table


def _cell(value: Any) -> str:
    return "" if value is None else str(value)


def members(found: Sequence[Mapping[str, Any]], language: Language) -> RenderableType:
    table = headed(language, "id", "role", "looks after", "invited", "by", "joined", "left")
    for one in found:
        after = ", ".join(one["initiatives"]) or one["project"] or ""
        days = [(one[name] or "")[:10] for name in ("invited", "joined", "left")]
        table.add_row(one["id"], one["role"], after, days[0], one["invitedBy"], *days[1:])
    return table


def grants(found: Sequence[Mapping[str, Any]], language: Language) -> RenderableType:
    table = headed(language, "id", "auditor", "what", "why", "allowed by", "until", "holds")
    for one in found:
        what = ", ".join([*one["initiatives"], *one["relationships"]])
        holds = ("yes", "ja") if one["holds"] else ("no", "nee")
        until = (one["until"] or "")[:16].replace("T", " ")
        table.add_row(one["id"], one["auditor"], what, plain(one["why"]), ", ".join(one["allowedBy"]), until, holds[language == "nl"])
    return table


def erasures(found: Sequence[Mapping[str, Any]], language: Language) -> RenderableType:
    """The certificates, a sentence each."""
    return Group(*(_erasure(one, language) for one in found))


def _erasure(answer: Mapping[str, Any], language: Language) -> RenderableType:
    who, certificate = answer["participant"], answer["certificate"] or {}
    gone, day = certificate.get("destroyed"), certificate.get("destroyed_on")
    if gone is None or day is None:
        # The certificate is of another platform, or of a version with another form.
        return Text(f"{who} is gewist." if language == "nl" else f"{who} is erased.")
    if language == "nl":
        return Text(
            f"{who} is gewist op {day}: de sleutel is weg. Verzegelde delen die niet meer opengaan: {gone['sealed']}; aanduidingen die"
            f" niet meer zeggen wie het was: {gone['handles']}; opnieuw gekeken: er is niets over."
        )
    return Text(
        f"{who} was erased on {day}: the key is destroyed. Sealed parts that open no more: {gone['sealed']}; handles that no longer say who"
        f" it was: {gone['handles']}; looked again: nothing is left."
    )


def retention(answer: Mapping[str, Any]) -> RenderableType:
    """The rule, and who is due by it."""
    if answer["months"] is None:
        return Text("No rule is set: nobody is erased unasked.")
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for name in ("due", "last ended"):
        table.add_column(name, overflow="fold")
    for one in answer["due"]:
        table.add_row(one["participant"], one["ended"])
    return Group(Text(f"Kept for {answer['months']} months after the last relationship ended; due now: {len(answer['due'])}."), table)


def checkup(settings: Sequence[Mapping[str, str]], versions: Mapping[str, str], findings: Sequence[Finding]) -> RenderableType:
    """What is set, and what was found; a sign and a word for each, so that neither colour nor font matters."""
    grid = Table.grid(padding=(0, 2, 0, 0))
    for row in settings:
        grid.add_row("", row["name"], f"{row['value']}  ({row['from']})")
    grid.add_row("", "versions", ", ".join(f"{name} {version}" for name, version in versions.items()))
    for finding in findings:
        sign, word = ("!", "weak: ") if finding.weak else ("✓", "") if finding.sound else ("✗", "unsound: ")
        grid.add_row(sign, finding.name, word + finding.detail)
    return grid
