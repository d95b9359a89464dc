"""The verbs that carry events in and out: `import`, `export`, `backup` and `restore`."""

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO

import click

from domain.model.envelope import EVENT_LIMIT
from domain.store import backup
from domain.store.checks import Unusable
from domain.store.erasure_file import ErasureFile
from domain.store.fresh import FreshIds
from domain.store.staging import Line
from projections.export import cloudevents, objects
from projections.export.settings import settings
from projections.export.tending import opened
from projections.export.terminal import BY, Verb, Verbs, language, looking, said, show, warn, watched

LONGEST = EVENT_LIMIT + 2


@click.command("import", cls=Verb)
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option("--keep-going", is_flag=True, help="Leave out streams with a refused line and take the rest.")
@click.option("--fresh-ids", is_flag=True, help="Replace the ids of the sender by random ones.")
@click.option("--restore", is_flag=True, help="Bring an export back into an empty platform, with its positions and instants.")
def take_in(files: tuple[str, ...], keep_going: bool, fresh_ids: bool, restore: bool) -> None:
    """Record events from files (-: standard input).

    A line holds one CloudEvent as JSON. All files are one batch: taken together, or not at all."""
    if restore and (keep_going or fresh_ids):
        raise click.UsageError("--restore brings an export back as it was: leave out --keep-going and --fresh-ids.")
    erasures = settings().erasures
    # Before the place is opened, which begins the file that is set.
    tells_erased = erasures is not None and erasures.exists()
    with opened(new=True) as organisation, watched() as progress:
        outcome = organisation.store.recording.record(
            _lines(files), recorded_by=BY, keep_going=keep_going, fresh=FreshIds() if fresh_ids else None, restore=restore,
            progress=lambda step, done: progress(step, done, None),
        )  # fmt: skip
        try:
            if restore:
                # Whoever was erased since it was exported.
                organisation.erasing.ledger.replay()
                organisation.erasing.go_on()
            organisation.runner.catch_up()
        except KeyboardInterrupt:
            warn("Interrupted when all was recorded; the views are brought up at the next question.")
    answer = objects.of_import(outcome, files, language())
    if not said("json"):
        for line in answer["refused"]:
            place = f"{'standard input' if line['file'] == '-' else line['file']}:{line['line']}"
            warn(": ".join(part for part in (place, line["id"], line["field"], line["rule"]) if part))
    show(answer, lambda _: f"recorded {outcome.recorded}, already there {outcome.already}, refused {len(outcome.refused)}")
    if outcome.recorded and restore:
        warn("The log of this platform begins anew with this restore: proofs from the platform it was exported from do not hold here.")
        if not tells_erased:
            warn("No file tells who was erased since this was exported: erase them again here. See TUSSENRUIMTE_ERASURES_FILE.")
    elif outcome.recorded and not fresh_ids:
        warn("Ids stay as they were sent, also after an erasure. Where they carry meaning, import with --fresh-ids.")
    if outcome.refused:
        sys.exit(1)


@click.command("backup", cls=Verb)
@click.argument("folder", type=click.Path(path_type=Path))
def save(folder: Path) -> None:
    """Write a backup of the organisation into a new folder.

    Events and keys as they are stored, sealed: without the root key it opens nothing. Keep it 7 days, and delete the whole folder then."""
    with opened() as organisation, watched() as progress:
        made = backup.save(organisation.store, folder, lambda step, done: progress(step, done, None))
    show({"folder": str(folder), "position": str(made.position)}, lambda _: f"saved up to position {made.position} in {folder}")


@click.command("restore", cls=Verb)
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--erasures", type=click.Path(path_type=Path), help="The file that tells who was erased; else the one that is set.")
def bring_back(folder: Path, erasures: Path | None) -> None:
    """Bring a backup back into an empty platform.

    Whoever was erased since it was made is erased again before anything is opened. Without the file that tells who, nothing is done, nor
    with a backup from before all keys of today."""
    chosen = settings()
    if isinstance(chosen.root, Path) and not chosen.root.exists():
        raise Unusable(
            f"Put the root key that the backup was made under in {chosen.root} first, or name it: another one opens nothing of it."
        )
    told = erasures if erasures is not None else chosen.erasures
    # Before the place is opened, which begins the file that is set.
    if told is None or not told.exists():
        raise Unusable(
            f"There is no file that tells who was erased since the backup{f': {told} is missing' if told is not None else ''}."
            " Name it with --erasures: on SQLite it is kept as `<database>.erasures`. If nobody was ever erased, make an empty one."
        )
    with opened(new=True) as organisation, watched() as progress:
        ledger = organisation.erasing.ledger
        known = ErasureFile(told, organisation.store.organisation).read()
        made = backup.load(organisation.store, folder, lambda step, done: progress(step, done, None), organisation.spans, known)
        ledger.replay()
        organisation.runner.rebuild(lambda done, of: progress("read anew", done, of))
        again = organisation.erasing.go_on()
    answer = {"position": str(made.position), "erasedAgain": again}
    show(
        answer,
        lambda _: f"brought back up to position {made.position}; erased again: {again}; everybody signs in anew, and needs new tokens",
    )


def _lines(files: Iterable[str]) -> Iterator[tuple[Line, bytes]]:
    """The lines of all files that are not blank. Of one too long to be an event only the beginning is kept."""
    for name in files:
        with click.open_file(name, "rb") as file:
            for number, raw in enumerate(_cut(file), 1):
                line = (raw.removeprefix(b"\xef\xbb\xbf") if number == 1 else raw).strip()
                if line:
                    yield Line(name, number), line


def _cut(file: IO[bytes]) -> Iterator[bytes]:
    while line := file.readline(LONGEST):
        rest = line
        while len(rest) == LONGEST and not rest.endswith(b"\n"):
            rest = file.readline(LONGEST)
        yield line


@click.group("export", cls=Verbs, invoke_without_command=True)
@click.option("--since", type=click.IntRange(0), default=0, metavar="POSITION", help="Only what was recorded after this position.")
@click.pass_context
def give_out(context: click.Context, since: int) -> None:
    """Write out everything that was recorded.

    CloudEvents, one JSON object a line, in the order of recording, sealed content opened: as confidential as the people in it.
    `import --restore` brings it back."""
    if context.invoked_subcommand is not None:
        return
    damaged = 0
    with looking(), opened() as organisation, watched() as progress:
        for done, line in enumerate(cloudevents.lines(organisation.store, since), 1):
            sys.stdout.buffer.write(line)
            damaged += b'{"damaged":true}' in line
            if done % 1_000 == 0:
                progress("export", done, None)
        sys.stdout.buffer.flush()
    if damaged:
        raise Unusable(f"{damaged} events hold something damaged and were written out without it. `tussenruimte doctor` says more.")
