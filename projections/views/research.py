"""What is told to who does research: of a project's relationships, under pseudonyms, how they were read week by week.

Each question is asked of the primary at its newest state, so that what was withdrawn is told no more. No id, name, handle, day or instant
of recording leaves from here.
"""

import re
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import NamedTuple

from msgspec import Struct

from domain.model.errors import Refusal, Refused, bad
from domain.model.event import Event
from domain.model.lens import Definition
from domain.model.scale import Scale
from domain.store.accesses import viewer
from domain.store.deadline import go_on
from domain.store.projects import Project, check_asker, open_project, pseudonyms_of
from domain.store.pseudonyms import FORM
from domain.store.store import EventStore
from projections.lenses.chronicle import Chronicle
from projections.lenses.reading import SPOKEN_FOR, Accounts, Evidence
from projections.research.agreement import CodeAgreement
from projections.research.cases import Case
from projections.research.enough import Enough
from projections.research.sensitivity import Sensitivity, check, swept
from projections.research.trial import ProjectTrial, tried_together
from projections.runner import Runner
from projections.views import pseudonymous as p
from projections.views import spans
from projections.views.coding import agreement_on
from projections.views.cohort import Cohort, aside, cohort_of
from projections.views.filters import page_size
from projections.views.histories import INITIATIVES, MEMBERS
from projections.views.observation import Observation, observed
from projections.views.scope import Scope
from projections.views.snapshot import POINTS, Snapshot
from projections.views.snapshots import Snapshots
from projections.views.trials import with_weights
from projections.views.tries import Tries
from projections.views.weekly import member_told, moves_told, trajectory_of

MOST_STEP = 520
"""Weeks."""
MOST_SWEPT = 100
"""Relationships on which a lens is tried, or how much hangs on its numbers."""
BETWEEN = "/"
"""Stands in a member's key between the relationship and the handle, in neither of which it occurs."""
_PSEUDONYM = re.compile(FORM)


class _Whose(NamedTuple):
    """A holder in a relationship (None: pooled), and what they are called."""

    relationship: str
    holder: str | None
    called: str | None


class Happened(NamedTuple):
    """In which week of a relationship something happened, and how many weeks of it are told of."""

    week: int
    weeks: int


class Asked(Struct, frozen=True):
    """A project at one moment, and what can be asked of it."""

    snapshot: Snapshot
    project: Project
    cohort: Cohort

    def study(self) -> p.Study:
        shown, project = self.cohort.is_shown, self.project
        relationships, persons = (len(self.cohort.ids), self.cohort.persons) if shown else (None, None)
        withheld = None if shown else p.TOO_FEW
        lenses = None if project.lenses is None else list(project.lenses)
        return p.Study(project.id, project.purpose, project.since, project.until, relationships, persons, withheld, lenses)

    def page(self, first: int, after: str | None) -> p.Page:
        size = page_size(first)
        if after is not None and not _PSEUDONYM.fullmatch(after):
            raise bad("cursor", "after")
        rest = (pseudonym for pseudonym in self.cohort.ids if after is None or pseudonym > after)
        found = list(islice(rest, size + 1)) if self.cohort.is_shown else []
        return p.Page(self.relationships(found[:size]), len(found) > size)

    def relationships(self, pseudonyms: Sequence[str]) -> list[p.Relationship]:
        """Those of these relationships that are in it."""
        named = {name: self.cohort.ids[name] for name in pseudonyms if name in self.cohort.ids} if self.cohort.is_shown else {}
        seen = self._observed(list(named.values()))
        homes, members = self._initiatives({one.initiative for one in seen.values()}), self._members(seen)
        self.snapshot.seen.tells_who(f"relationship/{id}" for id in seen)
        return [
            p.Relationship(id, name, homes[seen[id].initiative], seen[id].origin, seen[id].length, seen[id].censoring, members[id])
            for name, id in named.items()
        ]

    def trajectories(self, keys: Sequence[str], step: int, lens: str | None, holder: str | None) -> dict[str, p.Trajectory]:
        """The readings of a holder of these relationships, and of these members; none of those that are not in it, or where nobody is
        called like the holder. Raises `Refused`."""
        check_step(step)
        name, definition = lens_for(self.snapshot, self.project, lens)
        whose = self._whose(keys, holder)
        seen = self._observed(sorted({one.relationship for one in whose.values()}))
        if sum(len(seen[one.relationship].grid(step)) for one in whose.values()) > POINTS:
            raise Refused(Refusal("TOO_COSTLY", "query_points", "stepWeeks", {"limit": POINTS}))
        bodies = self._bodies(list(seen), name, definition)
        return {
            key: trajectory_of(bodies[one.relationship], definition, one.holder, one.called, seen[one.relationship], step)
            for key, one in whose.items()
        }

    def moves(self, keys: Sequence[str], lens: str | None, holder: str | None) -> dict[str, list[p.Move]]:
        """The moves of the same, while they were observed. Raises `Refused`."""
        name, definition = lens_for(self.snapshot, self.project, lens)
        whose = self._whose(keys, holder)
        seen = self._observed(sorted({one.relationship for one in whose.values()}))
        bodies = self._bodies(list(seen), name, definition)
        return {key: moves_told(bodies[one.relationship], one.holder, one.called, seen[one.relationship]) for key, one in whose.items()}

    def measures(self, keys: Sequence[str]) -> dict[str, list[p.Measure]]:
        """What was measured while these relationships were observed, where there is a scale for it; of members who have pseudonyms here."""
        held = [key for key in keys if key in self.cohort.members] if self.cohort.is_shown else []
        seen = self._observed(held)
        for id in seen:
            self.snapshot.seen.note(f"relationship/{id}", "voice")
        told = self.snapshot.told(list(seen), None)
        own = self.snapshot.scales()
        return {id: [one for event in _measured(told[id], seen[id].upto) for one in self._measure(id, event, seen[id], own)] for id in seen}

    def _measure(self, id: str, event: Event, seen: Observation, own: Sequence[Scale]) -> Iterator[p.Measure]:
        found = spans.measure(event, own)
        if found.scale is not None and found.mode is not None:
            called = self._called(id, found.holder)
            yield p.Measure(
                seen.weeks.of(event.at), called, found.scale, found.mode, [p.Score(one.name, one.value) for one in found.scores]
            )

    def codes(self, keys: Sequence[str]) -> dict[str, list[p.Code]]:
        """The codes of what was said while these relationships were observed, each once an account: not who coded, nor the words."""
        held = [key for key in keys if key in self.cohort.members] if self.cohort.is_shown else []
        seen = self._observed(held)
        for id in seen:
            self.snapshot.seen.note(f"relationship/{id}", "voice")
        told = self.snapshot.told(list(seen), None)
        return {id: list(dict.fromkeys(self._codes(id, told[id], seen[id]))) for id in seen}

    def _codes(self, id: str, told: Chronicle, seen: Observation) -> Iterator[p.Code]:
        accounts = {step.event.id: step.event for step in told.steps if step.event.kind.name == "account_given"}
        once = dict.fromkeys((one.account, one.code) for one in spans.codes(told))
        for account, code in once:
            if account in accounts and (event := accounts[account]).at <= seen.upto:
                yield p.Code(seen.weeks.of(event.at), self._called(id, event.perspective), code)

    def agreement(self) -> list[CodeAgreement] | None:
        """How far coders agree on what was said in these relationships while they were observed; None where nothing is told of them. Of a
        code that was given in relationships of too few, nothing is."""
        if not self.cohort.is_shown:
            return None
        ids = list(self.cohort.ids.values())
        for id in ids:
            self.snapshot.seen.note(f"relationship/{id}", "voice")
        return agreement_on(self.snapshot, {id: one.upto for id, one in self._observed(ids).items()}, self.cohort.is_of_enough)

    def _called(self, id: str, holder: str | None) -> str | None:
        is_member = holder is not None and holder not in SPOKEN_FOR
        return self.cohort.names.member(id, holder) if is_member and holder else holder

    def lenses(self) -> list[p.Lens]:
        """Those that the organisation published are in it in all versions."""
        return [p.Lens(lens.name, lens.version, lens.description) for lens in self.snapshot.lenses()]

    def sensitivity(self, lens: str | None, spread: float, draws: int, seed: int) -> Sensitivity | None:
        """Of so many relationships at the most, at the ends of the weeks that are told of each; None where these are of too few. Raises
        `Refused`."""
        check(spread, draws)
        definition = with_weights(*lens_for(self.snapshot, self.project, lens))
        if not self.cohort.is_shown:
            return None
        if (cases := self._cases()) is None:
            return None
        return swept(cases, definition, spread, draws, seed, len(self.cohort.ids), go_on, self.cohort.is_of_enough)

    def trial(self, lens: Definition) -> ProjectTrial | None:
        """A lens that need not be published, beside the one that is asked through where none is named, on the same relationships; None
        where these are of too few. Raises `Refused`, also where the project was bound to lenses: another is none of them."""
        if self.project.lenses is not None:
            raise _bound(self.project)
        name, other = lens_for(self.snapshot, self.project, None)
        if not self.cohort.is_shown or (cases := self._cases()) is None:
            return None
        enough = Enough([self.cohort.people(case.id) for case in cases], self.cohort.fewest)
        names = f"{lens.name}@{lens.version}", f"{name}@{self.snapshot.version(name, other)}"
        return tried_together(cases, (lens.name, lens), (name, other), names, len(self.cohort.ids), enough, go_on)

    def _cases(self) -> list[Case] | None:
        """The relationships on which lenses are tried, each at the ends of its weeks that are told; None where they are of too few."""
        # The first in the order of pseudonyms, whatever is drawn: two samples that differ in one relationship would tell of that one.
        seen = self._observed(list(islice(self.cohort.ids.values(), MOST_SWEPT)))
        for id in seen:
            self.snapshot.seen.note(f"relationship/{id}", "voice")
        told = self.snapshot.told(list(seen), None)
        cases = [Case(id, told[id], one.instants(one.grid(1)), one.upto) for id, one in seen.items() if len(one.grid(1))]
        return cases if self.cohort.is_of_enough(case.id for case in cases) else None

    def lens(self, asked: str | None) -> tuple[str, str]:
        """The name of a lens and its version. Raises `Refused`."""
        name, definition = lens_for(self.snapshot, self.project, asked)
        return name, self.snapshot.version(name, definition)

    def first_weeks(self, pseudonyms: Sequence[str], happened: Callable[[Event], bool]) -> list[Happened | None]:
        """When something happened first in each relationship, while it was observed; None where it did not."""
        ids = [self.cohort.ids[name] for name in pseudonyms]
        seen, told = self._observed(ids), self.snapshot.told(ids, None)
        self.snapshot.seen.tells_who(f"relationship/{id}" for id in ids)
        first = {id: next((step.event.at for step in told[id].steps if happened(step.event)), None) for id in ids}
        return [
            None if (at := first[id]) is None or at > (one := seen[id]).upto else Happened(one.weeks.of(at), len(one.grid(1))) for id in ids
        ]

    def _bodies(self, ids: Sequence[str], name: str, lens: Definition) -> dict[str, Evidence | Accounts]:
        for id in ids:
            self.snapshot.seen.note(f"relationship/{id}", "voice")
        return self.snapshot.bodies(ids, name, lens, None)

    def _whose(self, keys: Sequence[str], holder: str | None) -> dict[str, _Whose]:
        """Whose reading is meant by each key of what is in it."""
        if not self.cohort.is_shown:
            return {}
        is_member = holder is not None and holder not in SPOKEN_FOR
        if is_member and not re.fullmatch(FORM, holder or ""):
            raise bad("research_holder", "holder", holder=holder)
        called = self.cohort.names.member
        found: dict[str, _Whose] = {}
        for key in keys:
            id, _, own = key.partition(BETWEEN)
            members = self.cohort.members.get(id, {})
            if own or is_member:
                found.update((key, _Whose(id, one, called(id, one))) for one in members if one == own or called(id, one) == holder)
            elif members:
                found[key] = _Whose(id, holder, holder)
        return found

    def _observed(self, ids: Sequence[str]) -> dict[str, Observation]:
        return observed(self.snapshot, self.project, self.cohort.names, ids)

    def _initiatives(self, ids: set[str]) -> dict[str, p.Initiative]:
        these, value = self.snapshot.connection.among("id", sorted(ids))
        query = f"SELECT id, kind, guidance, contact FROM {self.snapshot.table(INITIATIVES)} i WHERE {these}"
        rows = self.snapshot.connection.execute(query, (value,))
        return {id: p.Initiative(self.cohort.names.initiative(id), *said) for id, *said in rows}

    def _members(self, seen: Mapping[str, Observation]) -> dict[str, list[p.Member]]:
        """Who was a member while it was observed, in the order of pseudonyms: that of joining would say who came first."""
        these, value = self.snapshot.connection.among("relationship", list(seen))
        query = f"SELECT relationship, handle, participant, side, joined, left_on FROM {self.snapshot.table(MEMBERS)} m WHERE {these}"
        found: dict[str, list[p.Member]] = {id: [] for id in seen}
        for id, handle, person, side, joined, left in self.snapshot.connection.execute(query, (value,)):
            called = self.cohort.names.member(id, handle), self.cohort.person(person)
            found[id] += member_told(id + BETWEEN + handle, *called, side, joined, left, seen[id])
        return {id: sorted(members, key=lambda member: member.pseudonym) for id, members in found.items()}


class Research:
    """The questions of who does research in one organisation, each within the scope of whoever asks. Thread-safe.

    Of a project with fewer people than `fewest` nothing is told."""

    def __init__(self, store: EventStore, runner: Runner, fewest: int) -> None:
        self._fewest = fewest
        self._store = store
        self._snapshots = Snapshots(store, runner)
        self._tries = Tries()
        self._cohorts: dict[str, tuple[Hashable, Cohort]] = {}
        """By project, the last that was worked out, and in which state; of nobody who is out of it anything is kept."""

    @contextmanager
    def opened(self, scope: Scope) -> Iterator[tuple[Snapshot, Project]]:
        """The project of whoever asks, with all that is recorded by now. Raises `Refused`, also where the views have not taken in all of
        that: what they lack may be a withdrawal."""
        scope.need("research")
        with self._snapshots.newest(Scope(scope.organisation)) as snapshot:
            project = open_project(snapshot.connection, scope.reach.project or "")
            check_asker(project, viewer())
            if snapshot.upto < self._store.head(snapshot.connection):
                raise Refused(Refusal("UNAVAILABLE", "research_behind"))
            yield snapshot, project

    @contextmanager
    def asked(self, scope: Scope) -> Iterator[Asked]:
        """The same, with what can be asked of it. Raises `Refused`."""
        with self.opened(scope) as (snapshot, project):
            yield Asked(snapshot, project, self._cohort(snapshot, project))

    def _cohort(self, snapshot: Snapshot, project: Project) -> Cohort:
        names, unsure = pseudonyms_of(project, self._store.keys.ring()), aside(snapshot)
        state = (snapshot.state, snapshot.gone(), unsure)
        held, cohort = self._cohorts.get(project.id, (None, None))
        if cohort is None or held != state:
            cohort = cohort_of(snapshot, project, names, unsure, self._fewest)
            self._cohorts[project.id] = (state, cohort)
        return cohort

    def study(self, scope: Scope) -> p.Study:
        with self.asked(scope) as asked:
            return asked.study()

    def lenses(self, scope: Scope) -> list[p.Lens]:
        with self.asked(scope) as asked:
            return asked.lenses()

    def measures(self, keys: Sequence[str], scope: Scope) -> dict[str, list[p.Measure]]:
        with self.asked(scope) as asked:
            return asked.measures(keys)

    def codes(self, keys: Sequence[str], scope: Scope) -> dict[str, list[p.Code]]:
        with self.asked(scope) as asked:
            return asked.codes(keys)

    def agreement(self, scope: Scope) -> list[CodeAgreement] | None:
        with self.asked(scope) as asked:
            return asked.agreement()

    def sensitivity(self, scope: Scope, lens: str | None, spread: float, draws: int, seed: int) -> Sensitivity | None:
        """None where nothing is told of the project."""
        with self.asked(scope) as asked:
            return asked.sensitivity(lens, spread, draws, seed)

    def trial(self, scope: Scope, lens: Definition) -> ProjectTrial | None:
        """None where nothing is told of the project. Raises `Refused`, also where it tried enough lenses today."""
        with self.asked(scope) as asked:
            self._tries.take(asked.project.id, lens, self._store.clock())
            return asked.trial(lens)

    def page(self, scope: Scope, first: int, after: str | None) -> p.Page:
        with self.asked(scope) as asked:
            return asked.page(first, after)

    def relationships(self, pseudonyms: Sequence[str], scope: Scope) -> dict[str, p.Relationship]:
        with self.asked(scope) as asked:
            return {one.pseudonym: one for one in asked.relationships(pseudonyms)}

    def trajectories(
        self, keys: Sequence[str], scope: Scope, step: int = 1, lens: str | None = None, holder: str | None = None
    ) -> dict[str, p.Trajectory]:
        with self.asked(scope) as asked:
            return asked.trajectories(keys, step, lens, holder)

    def moves(self, keys: Sequence[str], scope: Scope, lens: str | None = None, holder: str | None = None) -> dict[str, list[p.Move]]:
        with self.asked(scope) as asked:
            return asked.moves(keys, lens, holder)


def check_step(step: int) -> None:
    """Raises `Refused` where it is no number of weeks between two readings."""
    if not 1 <= step <= MOST_STEP:
        raise bad("research_step", "stepWeeks", limit=MOST_STEP)


def fixed(snapshot: Snapshot, project: Project, asked: str) -> str:
    """A lens by its name and version. Raises `Refused`."""
    name, definition = lens_for(snapshot, project, asked)
    return f"{name}@{snapshot.version(name, definition)}"


def lens_for(snapshot: Snapshot, project: Project, asked: str | None) -> tuple[str, Definition]:
    """The lens that a project is asked through: where some were chosen, one of them, the first unless another is asked for. Raises
    `Refused`."""
    if project.lenses is None:
        return snapshot.lens(asked)
    name, definition = snapshot.lens(asked or project.lenses[0])
    if f"{name}@{snapshot.version(name, definition)}" not in project.lenses:
        raise _bound(project)
    return name, definition


def _bound(project: Project) -> Refused:
    return Refused(Refusal("FORBIDDEN", "project_lens", "lens", {"id": project.id, "lenses": project.lenses}))


def _measured(told: Chronicle, upto: int) -> list[Event]:
    return [step.event for step in told.steps if step.event.kind.name == "measure_taken" and step.event.at <= upto]
