"""The verbs for who audits: what was signed of the log, the proofs that go with it, and who looked.

A checkpoint and a key are printed as they stand, so that they can be written to a file and checked with any tool that knows C2SP's forms.
"""

import hashlib
from typing import Any

import click

from domain.model.errors import Language, Refusal, Refused, bad, missing
from domain.model.time import SECOND, rfc3339
from domain.store.log import Log
from domain.store.mapper import NOTHING
from projections.export import bundle, tables
from projections.export.settings import witnesses
from projections.export.tending import Organisation, opened
from projections.export.terminal import Verb, Verbs, language, looking, said, show, warn
from projections.views import proofs
from projections.views.accesses import access_page
from projections.views.answers import ConsistencyProof, InclusionProof

HEADS = {
    "event": "gebeurtenis", "position": "positie", "leaf": "blad", "proof": "bewijs", "size": "omvang",
    "old size": "oude omvang", "new size": "nieuwe omvang", "old root": "oude wortel", "new root": "nieuwe wortel",
}  # fmt: skip


@click.group("audit", cls=Verbs)
def audit() -> None:
    """Sign the log, prove what is in it, and see who looked."""


@audit.command("checkpoint")
@click.option("--access", is_flag=True, help="Of the log of who looked.")
def checkpoint(access: bool) -> None:
    """Sign the log as it stands, and print the checkpoint.

    All of it is hashed anew first: where it no longer is what was signed before, it says so and signs nothing."""
    with opened() as organisation:
        signed = (organisation.access_log if access else organisation.log).sign(whole=True)
    if signed is None:
        raise Refused(Refusal("UNAVAILABLE", "nothing_recorded"))
    as_it_stands(proofs.of_signed(signed), signed.note.decode())


@audit.command("key")
def key() -> None:
    """Print the keys that checkpoints are checked with, to be published: of the log, and of that of who looked."""
    with opened() as organisation, organisation.store.reading() as connection:
        log, accesses = (one.verifier(connection).text for one in (organisation.log, organisation.access_log))
    as_it_stands({"key": log, "accessKey": accesses}, f"{log}\n{accesses}\n")


@audit.command("prove")
@click.argument("event")
def prove(event: str) -> None:
    """Prove that an event is in the log, by its id."""
    with opened() as organisation:
        found = proofs.inclusion(organisation.log, event)
    as_it_stands(found, _inclusion(found, language()))


@audit.command("consistency")
@click.argument("old")
@click.argument("new")
def consistency(old: str, new: str) -> None:
    """Prove that the log of size NEW begins with all of the log of size OLD."""
    with opened() as organisation:
        found = proofs.consistency(organisation.log, old, new)
    as_it_stands(found, _consistency(found, language()))


@audit.command("witness")
@click.argument("file")
def witness(file: str) -> None:
    """Keep a checkpoint that came back from a witness.

    Its line is checked with the keys in the file that TUSSENRUIMTE_WITNESSES names, one a line."""
    with click.open_file(file, "rb") as source:
        raw = source.read()
    with opened() as organisation:
        signed, seen = organisation.log.witnessed(raw, witnesses())
    told = [{"name": one.name, "at": rfc3339(at * SECOND)} for one, at in sorted(seen.items(), key=lambda pair: pair[0].name)]
    as_it_stands({"size": str(signed.size), "witnesses": told}, signed.note.decode())


@audit.command("bundle")
@click.option("--since", metavar="FILE", help="The checkpoint of the last visit; else from the beginning.")
@click.option("--relationship", "relationships", multiple=True, metavar="ID", help="Only this relationship; may be said again.")
@click.option("--event", "events", multiple=True, metavar="ID", help="Only this event; may be said again.")
@click.option("--out", required=True, metavar="FILE", help="Where the bundle is written.")
def make_bundle(since: str | None, relationships: tuple[str, ...], events: tuple[str, ...], out: str) -> None:
    """Write a bundle of evidence, up to the newest checkpoint.

    It is one zip, checked at home with `python3 verify.py bundle.zip`; verify.py is in it, and needs nothing but Python."""
    kept = None
    if since is not None:
        with click.open_file(since, "rb") as source:
            kept = source.read()
    with opened() as organisation:
        made = bundle.bundle(organisation.log, organisation.access_log, witnesses(), kept, bundle.Asked(relationships, events))
        _warn_of_unsigned(organisation.log, "events", "")
        _warn_of_unsigned(organisation.access_log, "entries of who looked", " --access")
    with open(out, "wb") as target:
        target.write(made)
    hashed = hashlib.sha256(made).hexdigest()
    show({"bundle": out, "sha256": hashed, "bytes": len(made)}, lambda _: f"{out}: {len(made)} bytes, SHA-256 {hashed}")


def _warn_of_unsigned(log: Log, what: str, which: str) -> None:
    with log.database.reading() as connection:
        newest, head = log.checkpoint(connection), log.head(connection)
    if (signed := newest.size if newest is not None else 0) < head:
        warn(f"Of {head} {what} {signed} are signed; the others are not in it. `tussenruimte audit checkpoint{which}` signs them.")


@audit.command("access", cls=Verb)
@click.argument("id", required=False, metavar="[RELATIONSHIP|PARTICIPANT]")
@click.option("--first", type=int, default=50, show_default=True, help="How many at most, 1 to 1000.")
@click.option("--after", type=click.IntRange(0, 2**63 - 1), metavar="CURSOR", help="Go on where a page ended.")
def access(id: str | None, first: int, after: int | None) -> None:
    """List who looked at a relationship, or at a participant; or all, with who was refused and who changed who may do what.

    Of a participant with all of their relationships. To look here is written down too."""
    with looking(), opened() as organisation:
        relationship, participant = _place(organisation, id) if id is not None else (None, None)
        page = access_page(organisation.store, first, after, relationship, participant)
        if participant is not None and organisation.erasing.ledger.of(participant) is not None:
            warn("They were erased: who looked at them can no longer be told by their id. Ask of a relationship instead.")
    show(page, lambda language: tables.accesses(page, language))


def _place(organisation: Organisation, said: str) -> tuple[str | None, str | None]:
    """A relationship or a participant, whichever there is. Raises `Refused`."""
    kind, _, named = said.rpartition("/")
    asked = organisation.questions
    relationship = named if kind in ("", "relationship") and asked.relationships([named]) else None
    participant = named if kind in ("", "participant") and asked.participants([named], NOTHING) else None
    if relationship is not None and participant is not None:
        raise bad("which_place", "id", id=named)
    if relationship is None and participant is None:
        raise missing("unknown_place", "id", id=said)
    return relationship, participant


@audit.command("program")
def program() -> None:
    """Print verify.py, which needs nothing but Python.

    It is in every bundle; whoever does not trust who made that takes it from a copy of this program that they trust."""
    click.echo(bundle.program(), nl=False)


def as_it_stands(answer: Any, text: str) -> None:
    """Print JSON where that was asked, else a text with its own line ends, however wide the terminal is."""
    if said("json"):
        show(answer, lambda _: text)
    else:
        click.echo(text, nl=False)


def _inclusion(found: InclusionProof, language: Language) -> str:
    rows = [("event", found.event), ("position", found.position), ("size", found.size), ("leaf", found.leaf), *_hashes(found.proof)]
    return _listed(rows, language) + f"\n{found.envelope}\n\n{found.checkpoint}"


def _consistency(found: ConsistencyProof, language: Language) -> str:
    roots = [("old size", found.old), ("old root", found.old_root), ("new size", found.new), ("new root", found.new_root)]
    return _listed([*roots, *_hashes(found.proof)], language)


def _hashes(proof: list[str]) -> list[tuple[str, str]]:
    return [("" if number else "proof", hashed) for number, hashed in enumerate(proof)]


def _listed(rows: list[tuple[str, str]], language: Language) -> str:
    heads = [HEADS.get(name, "") if language == "nl" else name for name, _ in rows]
    wide = max(map(len, heads)) + 2
    return "".join(f"{head:{wide}}{value}\n" for head, (_, value) in zip(heads, rows, strict=True))
