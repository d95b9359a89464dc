"""The history of one relationship as the lenses take it: each standing event with the relationship before and after it.

Any number of lenses and holders read the same chronicle. A lapse of a term is no event; the chronicle says when one came.
"""

from collections.abc import Callable, Mapping, Sequence

from msgspec import Struct

from domain.model.event import Event
from domain.model.history import History, resolve
from domain.model.relationship import Relationship, evolve
from domain.model.words import KNOWN_ROLES, Side


class Step(Struct, frozen=True, gc=False):
    event: Event
    before: Relationship
    after: Relationship


class Chronicle(Struct, frozen=True):
    """`steps` in the order of occurring; `lapses` the instants at which a term lapsed or will, given what is known; `voices`
    whose views are recorded; `ends` whether it ever ended. `codes` of accounts stand apart: no lens comes by them unless it asks."""

    id: str
    steps: list[Step]
    lapses: list[int]
    voices: list[str]
    ends: bool
    history: History
    codes: list[Event] = []

    def at(self, instant: int) -> Relationship:
        """The relationship as it stood at an instant; an event at that instant counts."""
        state = Relationship(self.id)
        for step in self.steps:
            if step.event.at > instant:
                break
            state = step.after
        return state


def chronicle(id: str, events: Sequence[Event], sides: Callable[[str], Mapping[str, Side]]) -> Chronicle:
    """Fold the events of one relationship, given in the order of recording. `sides` gives the roles of an initiative by its id."""
    history = resolve(events)
    home = next((s.event.data.initiative for s in history.standing if s.event.kind.opens), None)
    state = Relationship(id, sides(home) if home is not None else KNOWN_ROLES)
    steps: list[Step] = []
    lapses: list[int] = []
    voices: dict[str, None] = {}
    ends = False
    codes: list[Event] = []
    for standing in history.standing:
        event = standing.event
        if event.kind.name == "account_coded":
            codes.append(event)
            continue
        # A term that is ended or extended at the very instant of its lapse did not lapse: that is known once the instant has passed.
        if state.term is not None and (lapse := state.term.lapses) is not None and state.term.ended is None and lapse < event.at:
            lapses += [lapse] if lapse not in lapses[-1:] else []
        after = evolve(state, event)
        steps.append(Step(event, state, after))
        if event.perspective is not None:
            voices[event.perspective] = None
        if after is not state:
            state = after
            ends = ends or after.ended
    if state.term is not None and state.term.ended is None and state.term.lapses is not None and state.term.lapses not in lapses[-1:]:
        lapses.append(state.term.lapses)
    return Chronicle(id, steps, lapses, list(voices), ends, history, codes)


def at_one_instant(steps: Sequence[Step]) -> list[list[Step]]:
    """The steps grouped by instant."""
    groups: list[list[Step]] = []
    for step in steps:
        if groups and groups[-1][0].event.at == step.event.at:
            groups[-1].append(step)
        else:
            groups.append([step])
    return groups
