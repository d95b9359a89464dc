"""The front door: settings, the one place where the parts are put together, and the command line.

Only this module knows both the api and the workers. The verbs that ask stand in `projections.export.asking`, those that carry events in
and out in `carrying`, those for lenses in `lensing`, for tokens, erasures and retention in `tending`, for settings in `choosing`, for
projects in `researching`, for who audits in `auditing`; here are the verbs that look after the whole and serve it.
"""

import gc
import os
import platform
import signal
import sqlite3
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

import click

from domain.model.errors import Refused, is_audited
from domain.store.checks import Unusable, check_databases, check_files, check_keys, check_places, check_replica
from domain.store.database import ACCESSES, OWN, STORE_VERSION
from domain.store.erasure_file import ErasureFile
from domain.store.erasures import Erasures
from domain.store.grants import Grants
from domain.store.key_places import KEY_TABLES
from domain.store.log import ORIGIN, Log
from domain.store.organisations import check_placed, organisations
from domain.store.own_settings import OwnSettings
from domain.store.places import on_postgres, on_sqlite
from domain.store.postgres import migrate as migrate_database
from domain.store.projects import Projects
from domain.store.reminders import Reminders
from domain.store.roster import Roster
from domain.store.store import EventStore
from domain.store.tokens import Tokens
from domain.store.turning import Spans
from projections import soundness
from projections.census.cells import Rule
from projections.census.releases import Releases
from projections.erasing import Erasing
from projections.export import asking, checkup, entering, tables, tending
from projections.export.bounds import bounds
from projections.export.mail import Mail
from projections.export.settings import Counting, Files, Settings, databases, files_of, root_key, settings, witnesses
from projections.export.sign_in import LINK_MINUTES, is_loopback, sign_in_address
from projections.export.terminal import TOLD, Verbs, acting, looking, said, show, told, warn, watched
from projections.export.verbs import DAILY, TENDING
from projections.membership import Membership
from projections.releasing import Releasing
from projections.retention import Retention
from projections.runner import Runner
from projections.set_aside import SET_ASIDE
from projections.telemetry.command import listening, named_host, watchable, watched_at
from projections.views.analyses import Analyses
from projections.views.attention import Attention
from projections.views.histories import Histories
from projections.views.questions import Questions
from projections.views.reminding import Reminding
from projections.views.research import Research
from projections.views.trajectories import Trajectories
from workers import rebuilds
from workers.loops import LOOPS

if TYPE_CHECKING:
    from domain.store.signals import Signals

GRACE_SECONDS = 20
LIBRARIES = ("tussenruimte", "eventsourcing", "msgspec", "cryptography", "fastapi", "strawberry-graphql")


# The parts put together


class Organisation:
    """The parts of one organisation."""

    def __init__(
        self,
        store: EventStore,
        signals: "Signals | None" = None,
        erasures: ErasureFile | None = None,
        spans: Spans | None = None,
        origin: str = ORIGIN,
        counting: Counting | None = None,
        mail: Mail | None = None,
    ) -> None:
        self.store = store
        self.log = Log(store.database, store.keys, store.clock, f"{origin}/{store.organisation}")
        self.access_log = Log(store.database, store.keys, store.clock, f"{origin}/{store.organisation}/access", ACCESSES)
        self.signals, self.mail = signals, mail
        self.spans = spans or Spans()
        if signals is not None:
            store.recording.on_recorded(signals.announce)
        self.runner = Runner(store, [Histories(), Trajectories(), Attention()])
        self.questions = Questions(store, self.runner)
        self.projects = Projects(store)
        counting = counting or Counting()
        self.research = Research(store, self.runner, counting.fewest)
        self.releasing = Releasing(store, self.research, counting.fewest)
        self.analyses = Analyses(self.research)
        self.census = Releases(store, self.runner, Rule(counting.fewest), counting.lens)
        self.retention = Retention(store, self.runner)
        self.settings = OwnSettings(store.database, store.accesses)
        self.reminders = Reminders(store)
        self.reminding = Reminding(store, self.questions)
        self.roster = Roster(store.database, store.accesses, store.clock)
        self.erasing = Erasing(Erasures(store, erasures), store, self.runner, self.roster)
        self.tokens = Tokens(store.database, store.clock)
        self.grants = Grants(store.database, self.roster, self.tokens, store.accesses, store.clock)
        self.membership = Membership(store, self.roster, self.tokens, self.questions, self.runner)

    def close(self) -> None:
        if self.signals is not None:
            self.signals.close()
        self.runner.close()
        self.store.close()


def clock() -> int:
    """UTC microseconds."""
    return time.time_ns() // 1_000


def open_store(chosen: Settings, new: bool) -> EventStore:
    """The store that the settings name. Raises one of `TOLD`."""
    place, organisation = chosen.place, chosen.organisation
    if isinstance(place, Files):
        check_files(place.path, organisation, new)
        store = on_sqlite(place.path, root_key(chosen), organisation, clock)
    else:
        check_databases(place.url, place.keys_url, organisation)
        check_placed(place.url, place.others, organisation)
        if place.read_url:
            check_replica(place.read_url)
        store = on_postgres(place.url, place.keys_url, root_key(chosen), organisation, clock, place.read_url)
    try:
        check_keys(store)
    except BaseException:
        store.close()
        raise
    return store


def open_organisation(chosen: Settings, outdated: bool = False, new: bool = False) -> Organisation:
    """Open an organisation's files. `outdated`: even with views of an older form. `new`: made where there are none.

    Raises one of `TOLD`."""
    required = chosen.sources["erasures"] != "default"
    erasures = ErasureFile(chosen.erasures, chosen.organisation, required) if chosen.erasures is not None else None
    store, signals = open_store(chosen, new), signals_of(chosen)
    organisation = Organisation(store, signals, erasures, chosen.spans, chosen.origin, chosen.counting, chosen.mail)
    try:
        organisation.erasing.ledger.replay()
        if not outdated:
            if organisation.runner.outdated():
                raise Unusable("The views have the form of an older version. Run `tussenruimte migrate`.")
            # What a copy has brought back, or a kill left, is not shown before it is gone for good.
            organisation.erasing.go_on()
    except BaseException:
        organisation.close()
        raise
    return organisation


def signals_of(chosen: Settings) -> "Signals | None":
    """What wakes other processes, where Redis is set."""
    if chosen.redis is None:
        return None
    # Only here, since its library is slow to load.
    from domain.store.signals import Signals

    return Signals(chosen.redis, chosen.organisation)


@contextmanager
def opened(outdated: bool = False, new: bool = False) -> Iterator[Organisation]:
    organisation = open_organisation(settings(), outdated, new)
    try:
        yield organisation
    except Refused as error:
        if is_audited(error.refusal):
            organisation.store.accesses.refuse(acting(), error.refusal.code.lower())
        raise
    finally:
        organisation.close()


@contextmanager
def questions() -> Iterator[Questions]:
    with looking(), opened() as organisation:
        yield organisation.questions


# The command line


@click.group(cls=Verbs, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.pass_context
def cli(context: click.Context) -> None:
    """A record of what grows between people in volunteer initiatives, and how it may be read."""
    context.meta[asking.QUESTIONS] = questions
    context.meta[tending.ORGANISATION] = opened


for verb in DAILY:
    cli.add_command(verb)


@cli.command("rebuild")
@click.option("--all-organisations", is_flag=True, help="Of every organisation in PostgreSQL, each in a process of its own.")
@click.option("--scheduler", metavar="ADDRESS", help="Of a Dask cluster over whose workers they are shared out, as tcp://host:8786.")
def rebuild(all_organisations: bool, scheduler: str | None) -> None:
    """Read all histories anew.

    The views are made beside those there are, and swapped. The workers of a cluster have settings and a root key of their own."""
    if scheduler and (not all_organisations or said("database")):
        raise click.UsageError("--scheduler goes with --all-organisations, and the database is set where its workers run.")
    if all_organisations:
        rebuild_all(scheduler)
        return
    with opened(outdated=True) as organisation, watched() as progress:
        position = organisation.runner.rebuild(lambda done, of: progress("read anew", done, of))
    show({"position": str(position)}, lambda _: f"the views stand at position {position}")


def rebuild_all(scheduler: str | None) -> None:
    names = sorted({name for place in databases() for name in organisations(place.owned[0])})
    done = rebuilds.rebuild_all(names, scheduler, said("database"))
    whole = sum(one.error is None for one in done)
    show(done, lambda _: f"rebuilt the views of {whole} of {len(names)} organisations")
    if whole < len(names):
        sys.exit(1)


@cli.command("migrate")
def migrate() -> None:
    """Make the tables in PostgreSQL; bring what an older version made up to date."""
    for place in databases():
        events, keys = place.owned
        check_places(events, keys)
        migrate_database(events, [*OWN, *Histories.tables, *Trajectories.tables, *Attention.tables, SET_ASIDE], place.url)
        migrate_database(keys, KEY_TABLES, place.keys_url)
    with opened(outdated=True) as organisation, watched() as progress:
        outdated = organisation.runner.outdated()
        if outdated:
            organisation.runner.rebuild(lambda done, of: progress("read anew", done, of))
    views = "rebuilt" if outdated else "up to date"
    show({"store": STORE_VERSION, "views": views}, lambda _: f"store version {STORE_VERSION}, views {views}")


@cli.command("doctor")
def doctor() -> None:
    """Say what is set, and whether all is sound.

    Nothing is mended. The exit code is 1 where something is not sound."""
    chosen = settings()
    rows = [*chosen.told(), *bounds().told(), *files_of(chosen.place)]
    libraries = {found.name: found.version for found in metadata.distributions() if found.name in LIBRARIES}
    versions = {"python": platform.python_version(), "sqlite": sqlite3.sqlite_version, **libraries}
    findings = _findings(chosen)
    sound = all(finding.sound for finding in findings)
    answer = {"sound": sound, "settings": rows, "versions": versions, "findings": findings}
    show(answer, lambda _: tables.checkup(rows, versions, findings))
    if not sound:
        sys.exit(1)


def _findings(chosen: Settings) -> list[soundness.Finding]:
    try:
        files = files_of(chosen.place)
        if files and all(file["from"] == "not there" for file in files) and Path(files[0]["value"]).parent.is_dir():
            return [soundness.Finding("store", True, "nothing was recorded yet")]
        with opened(outdated=True) as organisation, watched() as progress:
            return checkup.findings(organisation, chosen, lambda done, of: progress("examine", done, of))
    except TOLD as error:
        return [soundness.Finding("store", False, told(error))]


@cli.command("serve")
@click.option("--host", default="127.0.0.1", show_default=True, callback=named_host)
@click.option("--port", type=click.IntRange(0, 65_535), default=8000, show_default=True)
@watchable
def serve(host: str, port: int, metrics_host: str, metrics_port: int | None) -> None:
    """Serve it all over HTTP until Ctrl-C."""
    # Only here, since the other verbs start three times as fast without.
    from api.app import make_app
    from api.direct import Server, configured

    limits, known = bounds(), witnesses()
    server_socket = listening(host, port)
    name = f"[{host}]" if ":" in host else host
    address = f"http://{name}:{server_socket.getsockname()[1]}"
    chosen = settings()
    organisation = open_organisation(chosen, new=True)
    application = make_app(organisation, sign_in=chosen.sign_in, bounds=limits, witnesses=known)
    with watched_at(organisation, metrics_host, metrics_port):
        organisation.runner.catch_up()
        config = configured(application, timeout_graceful_shutdown=GRACE_SECONDS)
        server = Server(config)

        def ended(*_: object) -> None:
            """The server hands a signal on when it has shut down, and nothing is left for it to end then. Before it has started, what is
            raised here may be lost in whatever runs just then: so it is told to end as well."""
            if not server.started:
                server.should_exit = True
                sys.exit()

        for ending in (signal.SIGINT, signal.SIGTERM):
            signal.signal(ending, ended)
        if not is_loopback(host) and not (chosen.sign_in.url or "").startswith("https://"):
            warn(f"{host} can be reached from elsewhere. Put TLS in front of it, and set TUSSENRUIMTE_URL: else others read along.")
        show({"address": address}, lambda _: f"Tussenruimte on {address} (GraphQL at {address}/graphql), until Ctrl-C")
        if isinstance(chosen.place, Files) and is_loopback(host) and sys.stdout.isatty() and not said("json"):
            # For who sits there. What is not a terminal may be a log, in which no secret is to stand.
            link = entering.link_for(organisation, acting(), "coordinator")
            click.echo(f"To sign in, once and within {LINK_MINUTES} minutes: {sign_in_address(chosen.sign_in.url or address, link)}")
        # What is there by now stays: each time it was looked through for garbage everybody waited, for a tenth of a second and longer.
        gc.collect()
        gc.freeze()
        server.run(sockets=[server_socket])


@cli.command("work")
@click.argument("names", nargs=-1, type=click.Choice(list(LOOPS)), metavar="[NAME]...")
@click.option("--once", is_flag=True, help="Do what there is to do now, and end.")
@watchable
def run_loops(names: tuple[str, ...], once: bool, metrics_host: str, metrics_port: int | None) -> None:
    """Run the loops that are named, or all, until Ctrl-C.

    \b
    project     keeps the views up with the events
    watch       announces the moves that no event brings about, when their time comes
    relay       sees over Redis that others hear of what is recorded
    erase       finishes erasures, and erases whoever is kept no longer
    epochs      turns the organisation's key over when it is due, lets old ones die, and sweeps what no event needs
    checkpoint  signs the log while something is recorded
    remind      sends the mail that members asked for

    Of several workers one leads each loop, and another takes over when it dies."""
    # Only here, since the other verbs start faster without.
    from workers import work

    loops = work.chosen(names, redis=settings().redis is not None and not once, mail=settings().mail is not None)
    if once:
        with opened(new=True) as organisation:
            work.once(organisation, loops)
        show({"worked": loops}, lambda _: f"Done for now: {', '.join(loops)}")
        return
    organisation = open_organisation(settings(), new=True)
    with watched_at(organisation, metrics_host, metrics_port):
        show({"working": loops}, lambda _: f"Working: {', '.join(loops)}, until Ctrl-C")
        well = work.work(organisation, loops)
    if not well:
        sys.exit(1)


for verb in TENDING:
    cli.add_command(verb)


def main() -> None:
    # What a verb begins with it has until it ends: to look through it for garbage, at the end too, takes a sixth of the time of most verbs.
    gc.freeze()
    # A stream that was closed by whoever started this is as one that nobody reads.
    sys.stdin, sys.stdout, sys.stderr = (
        stream or open(os.devnull, mode)  # noqa: SIM115
        for stream, mode in ((sys.stdin, "r"), (sys.stdout, "w"), (sys.stderr, "w"))
    )
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="replace")  # type: ignore[union-attr]
    if any(not said.isascii() and "\udc80" <= max(said) <= "\udfff" for said in sys.argv):
        click.echo("Error: what was typed is not valid UTF-8.", err=True)
        sys.exit(2)
    cli(prog_name="tussenruimte")


if __name__ == "__main__":
    main()
