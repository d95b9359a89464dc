"""The verbs that take coded texts to programs for qualitative analysis, and bring back what was coded there."""

import re
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import msgspec
from rich.console import RenderableType

from domain.model.codebook import Codebook, codebook_from_yaml
from domain.model.errors import Language, bad
from domain.store.checks import Unusable
from domain.store.disk import put
from domain.store.own_codebook import replace_codebook
from domain.store.staging import Line
from projections.export import objects, refi_qda
from projections.export.asking import questions
from projections.export.refi_qda import Coding, Source
from projections.export.tables import headed
from projections.export.tending import opened
from projections.export.terminal import BY, Verb, Verbs, acting, language, looking, said, show, warn
from projections.export.vocabulary import plain
from projections.views.answers import RecordedEvent
from projections.views.filters import PAGE_LIMIT, RelationshipFilter
from projections.views.questions import Questions


@click.group("coding", cls=Verbs)
def coding() -> None:
    """Take coded texts out and in, as REFI-QDA projects."""


@coding.command("export", cls=Verb)
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--initiative", metavar="ID", help="Only of this initiative.")
def give_out(file: Path, initiative: str | None) -> None:
    """Write the texts of accounts, with their codes, into a .qdpx file.

    It is opened text, as confidential as the people in it."""
    with questions() as asked, asked.snapshot() as snapshot:
        sources, book = [source for source, _ in _sources(asked, initiative)], snapshot.codebook()
    try:
        put(file, [refi_qda.packed(sources, initiative or "accounts", book)])
    except FileExistsError:
        raise Unusable(f"{file} is there already. Nothing is written over another: name a new file.") from None
    answer = {"file": str(file), "sources": len(sources), "codings": sum(len(source.codings) for source in sources)}
    show(answer, lambda _: f"{file}: {answer['sources']} texts, {answer['codings']} codings")


@coding.command("import", cls=Verb)
@click.argument("file", type=click.Path(path_type=Path))
def take_in(file: Path) -> None:
    """Record what was coded in a .qdpx file that was exported here.

    What stands here already is left out. All is one batch: taken together, or not at all."""
    content = file.read_bytes()
    with opened() as organisation:
        with looking():
            known = {source.guid: (source, event) for source, event in _sources(organisation.questions, None)}
        there = {coding.guid for source, _ in known.values() for coding in source.codings}
        found = [(known.get(guid), one) for guid, one in refi_qda.unpacked(content) if one.guid not in there]
        lines = [_line(*place, one) for place, one in found if place is not None]
        numbered = [(Line(str(file), number), msgspec.json.encode(line)) for number, line in enumerate(lines, 1)]
        outcome = organisation.store.recording.record(numbered, recorded_by=BY)
        organisation.runner.catch_up()
    if elsewhere := len(found) - len(lines):
        warn(f"{elsewhere} codings are of texts that are not here, and were left out.")
    answer = objects.of_import(outcome, [str(file)], language())
    for line in () if said("json") else answer["refused"]:
        warn(": ".join(part for part in (str(file), line["id"], line["field"], line["rule"]) if part))
    show(answer, lambda _: f"recorded {outcome.recorded}, already there {outcome.already}, refused {len(outcome.refused)}")
    if outcome.refused:
        sys.exit(1)


@coding.command("codebook", cls=Verb)
@click.argument("file", required=False)
def codebook(file: str | None) -> None:
    """Show what the codes mean, and under which other code one stands.

    With FILE, a YAML, that becomes the codebook, as a whole. It has a name for each code, of up to 40 characters; what it means, and the
    code that it is a part of, may each be left out:

    \b
    codes:
      warmth:
        description: Whatever tells of being fond of each other.
      treat:
        description: Something small is given, made or shared.
        under: warmth
      weather: {}

    It stands in the clear: nobody's words belong in it."""
    if file is None:
        with questions() as asked, asked.snapshot() as snapshot:
            book = snapshot.codebook()
    else:
        with click.open_file(file, "rb") as source:
            book = codebook_from_yaml(source.read())
        with opened(new=True) as organisation:
            replace_codebook(organisation.store.database, organisation.store.accesses, book, acting())
    show(book, lambda language: _table(book, language))


def _table(book: Codebook, language: Language) -> RenderableType:
    table = headed(language, "code", "under", "description")
    for name, one in sorted(book.codes.items()):
        table.add_row(plain(name), plain(one.under or ""), plain(one.description))
    return table


def _line(source: Source, account: RecordedEvent, one: Coding) -> dict[str, Any]:
    """A coding as an event. Raises `Refused` where it lies outside the text."""
    data: dict[str, Any] = {"account": source.account, "code": one.code, "coder": one.coder}
    if one.start is not None and one.end is not None:
        if one.end > len(source.text):
            raise bad("qda_outside", None, account=source.account, end=one.end, length=len(source.text))
        data["segment"] = {"note": source.note, "start": one.start, "end": one.end}
    return {
        "specversion": "1.0",
        "id": f"coding-{uuid.UUID(one.guid).hex}",
        "source": "urn:tussenruimte:refi-qda",
        "type": "tussenruimte.account_coded.v1",
        "subject": f"relationship/{source.relationship}",
        "occurred": one.made or account.occurred,
        "perspective": account.perspective,
        "data": data,
    }


def _sources(asked: Questions, initiative: str | None) -> Iterator[tuple[Source, RecordedEvent]]:
    """The texts of accounts that stand and can be opened, with their codes; a code of the whole stands at the first text."""
    for id in _ids(asked, initiative):
        events = [event for event in asked.histories([id])[id] if event.retracted_by is None]
        codes = [(event.id, event.occurred, _held(event)) for event in events if event.type == "account_coded"]
        for event in events:
            if event.type == "account_given":
                for number, note in enumerate(_held(event).get("notes", [])):
                    if isinstance(note["text"], str):
                        mine = tuple(_coding(*code) for code in codes if _is_of(code[2], event.id, number))
                        yield Source(id, event.id, number, note["text"], mine), event


def _held(event: RecordedEvent) -> dict[str, Any]:
    found = event.data if event.amended is None else event.amended
    return found if isinstance(found, dict) else {}


def _is_of(code: dict[str, Any], account: str, note: int) -> bool:
    return code.get("account") == account and code.get("segment", {"note": 0})["note"] == note


def _coding(id: str, occurred: str, data: dict[str, Any]) -> Coding:
    part = data.get("segment", {})
    # An event that came from such a file has the GUID that it had there.
    came = re.fullmatch("coding-([0-9a-f]{32})", id)
    own = str(uuid.UUID(came[1])) if came else refi_qda.guid("coding", id)
    day = occurred if len(occurred) == 10 and occurred.replace("-", "").isdecimal() else None
    return Coding(own, data["code"], data["coder"], part.get("start"), part.get("end"), day)


def _ids(asked: Questions, initiative: str | None) -> Iterator[str]:
    after = None
    while True:
        page = asked.relationship_page(PAGE_LIMIT, after, RelationshipFilter(initiative=initiative))
        yield from (one.id for one in page.nodes)
        if not page.has_next_page:
            return
        after = page.end_cursor
