"""Releases: a project frozen as it is known, given out as often as it is asked for, and who holds what was withdrawn since.

The same request gives the same bytes, which what is written down of a release proves by their hash, until somebody withdraws or is erased.
Then it comes out without them, under another revision, and says that it does; of whom is said nowhere.
"""

import hashlib
from collections.abc import Hashable, Iterator, Sequence
from contextlib import contextmanager
from typing import Literal

import msgspec
from msgspec import Struct

from domain.model.errors import Refusal, Refused, bad
from domain.model.lens import BUILT_IN
from domain.store.accesses import Access, viewer
from domain.store.projects import check_asker, closed_project
from domain.store.releases import Handed, Release, ReleaseRegister, Revision
from domain.store.store import EventStore
from projections.views.released import Here, Released, Told, Where
from projections.views.research import Research, check_step, fixed
from projections.views.scope import Scope

FORM = 2
"""Of the bytes of a release. It changes with them."""
MOST = 100
"""Releases of a project: each is worked out anew whenever they are listed after something was recorded."""
SEEN = ("members", "voices")
LOOKS = 5_000
"""At relationships, that are written down together."""
HERE = Here()
Why = Literal["WITHDRAWN", "OTHERWISE", "WITHHELD", "CLOSED"]
"""Why a release is not as it was: there are fewer relationships in it; it comes out otherwise; there are too few people in it now; its
project is closed."""


class Out(Struct, frozen=True):
    """A release as it comes out now (`revision`; None: nothing of it is told), among how it came out before."""

    release: Release
    revision: Revision | None
    earlier: list[Revision]
    closed: bool = False

    def why(self, held: int) -> Why | None:
        """Why it is another than the revision that somebody holds; None where it is not."""
        if self.revision is None:
            return "CLOSED" if self.closed else "WITHHELD"
        if self.revision.number == held:
            return None
        before = next((one for one in self.earlier if one.number == held), None)
        return "WITHDRAWN" if before is not None and self.revision.relationships < before.relationships else "OTHERWISE"


class Given(Struct, frozen=True):
    """A release to be given out, all of it readable as long as it is open. Of fewer people than `fewest` nothing is told."""

    out: Out
    found: Released
    fewest: int

    @property
    def revision(self) -> Revision:
        assert self.out.revision is not None
        return self.out.revision


class Holding(Struct, frozen=True):
    """What somebody was given, and why they are to be told that it is another now; None: it is not."""

    given: Handed
    why: Why | None


class Releasing:
    """The releases of one organisation's projects, for whoever may ask of them: `scope` names the project."""

    def __init__(self, store: EventStore, research: Research, fewest: int) -> None:
        self._store = store
        self._research = research
        self._fewest = fewest
        self.register = ReleaseRegister(store)
        self._outs: dict[tuple[str, int], tuple[Hashable, Out]] = {}
        """By project and release, how it came out last, and in which state; of nobody anything is kept."""

    def release(self, scope: Scope, lenses: Sequence[str] | None = None, step: int = 1, where: Where = HERE) -> Out:
        """Freeze a project as it is known now; one that was frozen like that already is the same release. Without `lenses` through its own,
        or those that are shipped. Raises `Refused`."""
        check_step(step)
        with self._research.opened(scope) as (snapshot, project):
            named = [] if lenses is None else [fixed(snapshot, project, lens) for lens in lenses]
            if lenses is not None and not named:
                raise bad("release_lenses", "lenses")
            read = named or project.lenses or [fixed(snapshot, project, lens) for lens in BUILT_IN]
            draft = Release(project.id, 0, snapshot.now, viewer().by, snapshot.upto, tuple(dict.fromkeys(read)), step)
            known = self.register.all(project.id)
            alike = next((one for one in known if _worked_out(one) == _worked_out(draft)), None)
            with Released(self._store, snapshot, project, alike or draft, where) as found:
                self._check_shown(found)
                if alike is not None:
                    return self._out(found)
                if len(known) >= MOST:
                    raise Refused(Refusal("TOO_COSTLY", "release_many", None, {"id": project.id, "limit": MOST}))
                first = Revision(1, snapshot.now, found.relationships, hashed(found))
        made = self.register.take_down(project.id, draft.made, draft.position, draft.lenses, step, first, viewer())
        return Out(made, first, [first])

    @contextmanager
    def given(self, scope: Scope, number: int, format: str, where: Where = HERE) -> Iterator[Given]:
        """A release to be given out. That it was is written down, and that all in it were looked at, before this ends: what was made of it
        until then is to be given to nobody where this raises. Raises `Refused`."""
        with self._research.opened(scope) as (snapshot, project):
            release = self.register.of(project.id, number)
            with Released(self._store, snapshot, project, release, where) as found:
                out = self._out(found)
                self._check_shown(found)
                given = Given(out, found, self._fewest)
                yield given
                for streams in found.streams(LOOKS):
                    self._store.accesses.write_all([(viewer(), Access(stream, SEEN, "export")) for stream in streams], snapshot.ring)
        self.register.hand(release, given.revision.number, format, viewer())

    def handed(self, scope: Scope) -> list[Holding]:
        """What of a project was given to whom, and who is to be told that something of it was withdrawn. Raises `Refused`."""
        outs = {one.release.number: one for one in self.now(scope)}
        return [Holding(one, outs[one.release].why(one.revision)) for one in self.register.handed(scope.reach.project or "")]

    def now(self, scope: Scope) -> list[Out]:
        """How each release of a project comes out now, also of one that is closed. Raises `Refused`."""
        scope.need("research")
        id = scope.reach.project or ""
        with self._store.reading() as connection:
            over = closed_project(connection, id)
        if over is not None:
            check_asker(over, viewer())
            return [Out(one, None, self.register.revisions(one), closed=True) for one in self.register.all(id)]
        with self._research.opened(scope) as (snapshot, project):
            outs = []
            for one in self.register.all(project.id):
                with Released(self._store, snapshot, project, one, HERE) as found:
                    outs.append(self._out(found))
            return outs

    def _out(self, found: Released) -> Out:
        release = found.release
        held, out = self._outs.get((release.project, release.number), (None, None))
        if out is None or held != found.state:
            now = self.register.came_out(release, found.relationships, hashed(found)) if self._is_shown(found) else None
            out = Out(release, now, self.register.revisions(release))
            self._outs[release.project, release.number] = (found.state, out)
        return out

    def _is_shown(self, found: Released) -> bool:
        return found.persons >= self._fewest

    def _check_shown(self, found: Released) -> None:
        if not self._is_shown(found):
            raise Refused(Refusal("FORBIDDEN", "release_withheld", "release", {"id": found.project.id, "fewest": self._fewest}))


def _worked_out(release: Release) -> Hashable:
    """By what it is worked out what is in a release."""
    return release.position, release.lenses, release.step


def head(release: Release) -> bytes:
    """The first line of the bytes of a release: what it is of, as JSON."""
    of = {"form": FORM, "project": release.project, "position": release.position, "lenses": release.lenses, "stepWeeks": release.step}
    return msgspec.json.encode(of, order="sorted") + b"\n"


def line(told: Told) -> bytes:
    """A line of the bytes of a release: a relationship with all its readings, as JSON."""
    found = msgspec.to_builtins(told)
    # How to ask further is nothing to hand out.
    for keyed in (found["relationship"], *found["relationship"]["members"]):
        del keyed["key"]
    return msgspec.json.encode(found, order="sorted") + b"\n"


def hashed(found: Released) -> str:
    """What the bytes of a release hash to: SHA-256, in hex."""
    digest = hashlib.sha256(head(found.release))
    for told in found:
        digest.update(line(told))
    return digest.hexdigest()
