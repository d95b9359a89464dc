"""Anything a house may do to the platform, in any order: record, hold back, correct, send again, be refused, rebuild, ask.

The oracle is the model: told what was taken in, it says what every answer has to be. What was refused has to leave nothing behind.
"""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from corrected_histories import correction, refusals, telling_instants
from histories import Line, Walk
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule
from sent_lines import record
from small_platform import Platform, oracle_moves, oracle_reading, oracle_room, oracle_spans

RELATIONSHIPS = ("r", "s")
LENSES = st.sampled_from(("evidence", "accounts"))
EITHER = st.sampled_from(RELATIONSHIPS)


class House(RuleBasedStateMachine):
    """Two relationships. Of each there is what will have happened so far (`walks`), of which some is not yet told (`held`)."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = TemporaryDirectory()
        self.platform = Platform(Path(self.folder.name, "first"))
        self.walks: dict[str, Walk] = {}
        self.held: list[Line] = []
        self.instants = [self.platform.clock.now]

    def teardown(self) -> None:
        try:
            if self.walks:
                self.restored_answers_alike()
        finally:
            self.platform.close()
            self.folder.cleanup()

    # What happens.

    @initialize(data=st.data())
    def begin(self, data: st.DataObject) -> None:
        self.platform.settle(*RELATIONSHIPS)
        for name in RELATIONSHIPS:
            self.walks[name] = Walk(data.draw, name)
            self.walks[name].open()
            for _ in range(3):
                self.walks[name].step()
        self.take([line for walk in self.walks.values() for line in walk.lines])

    def told(self, name: str) -> list[Line]:
        return [{key: value for key, value in line.items() if key not in ("position", "recorded")} for line in self.platform.told_of(name)]

    def take(self, batch: list[Line]) -> bool:
        """Record a batch, which is taken exactly if it makes valid histories; refused, it leaves nothing behind."""
        valid = not any(refusals(told) for name in RELATIONSHIPS if (told := [*self.told(name), *self.of(name, batch)]))
        before = None if valid else self.all_there_is()
        outcome = self.platform.take(batch)
        assert (not outcome.refused, outcome.recorded) == ((True, len(batch)) if valid else (False, 0))
        assert valid or self.all_there_is() == before
        self.instants.append(self.platform.clock.now)
        return valid

    @staticmethod
    def of(name: str, batch: list[Line]) -> list[Line]:
        return [line for line in batch if line["subject"] == f"relationship/{name}"]

    def all_there_is(self) -> Any:
        return self.platform.head(), self.platform.views(), self.platform.export()

    @rule(name=EITHER, steps=st.integers(1, 4), at_once=st.integers(0, 3), data=st.data())
    def go_on(self, name: str, steps: int, at_once: int, data: st.DataObject) -> None:
        """Something happens, and is told at once or held back."""
        walk = self.walks[name]
        walk.draw = data.draw
        before, count = walk.copy(), len(walk.lines)
        for _ in range(steps):
            walk.step()
        new = walk.lines[count:]
        if not at_once:
            self.held += new
        elif not self.take(new):
            self.walks[name] = before

    @precondition(lambda self: self.held)
    @rule(data=st.data())
    def tell_later(self, data: st.DataObject) -> None:
        """Some of what was held back is told, in any order."""
        batch = data.draw(st.lists(st.sampled_from(self.held), min_size=1, unique_by=lambda line: line["id"]))
        if self.take(batch):
            self.held = [line for line in self.held if line not in batch]

    @rule(name=EITHER, data=st.data())
    def correct(self, name: str, data: st.DataObject) -> None:
        self.take([correction(data.draw, self.told(name))])

    @rule(name=EITHER, data=st.data())
    def send_again(self, name: str, data: st.DataObject) -> None:
        before = self.all_there_is()
        again = data.draw(st.lists(st.sampled_from(self.told(name)), min_size=1))
        outcome = self.platform.take(again)
        assert (outcome.recorded, outcome.already, outcome.refused) == (0, len(again), [])
        assert self.all_there_is() == before

    @rule(name=EITHER, how=st.sampled_from(("other content", "unknown event", "nobody", "other version")), data=st.data())
    def be_refused(self, name: str, how: str, data: st.DataObject) -> None:
        """A good line in one batch with a bad one: both are refused."""
        before, told = self.all_there_is(), self.told(name)
        measure = {"instrument": "scale", "mode": "self", "answers": {"1": 1}}
        good = {**data.draw(st.sampled_from(told)), "id": f"{name}.again", "type": "tussenruimte.measure_taken.v1", "data": measure}
        bad = {
            "other content": {**told[0], "source": "urn:other"},
            "unknown event": {**good, "id": f"{name}.bad", "type": "tussenruimte.friendship_reached.v1"},
            "nobody": {**good, "id": f"{name}.bad", "perspective": "nobody-here"},
            "other version": {**good, "id": f"{name}.bad", "specversion": "2.0"},
        }[how]
        outcome = self.platform.take(data.draw(st.permutations([good, bad])))
        assert outcome.recorded == 0
        assert bad["id"] in [found.id for found in outcome.refused]
        assert self.all_there_is() == before

    @rule()
    def rebuild(self) -> None:
        before = self.platform.views()
        self.platform.runner.rebuild()
        assert self.platform.views() == before

    # What is asked.

    @rule(name=EITHER, lens=LENSES, now=st.booleans(), data=st.data())
    def ask(self, name: str, lens: str, now: bool, data: st.DataObject) -> None:
        known_at = None if now else data.draw(st.sampled_from(self.instants))
        self.compare(self.platform, name, lens, known_at, data)

    @staticmethod
    def compare(platform: Platform, name: str, lens: str, known_at: int | None, data: st.DataObject) -> None:
        oracle = platform.oracle(name, known_at)
        at = data.draw(st.sampled_from(telling_instants(platform.told_of(name))))
        holder = data.draw(st.sampled_from(platform.holders(name)))
        assert platform.reading(name, at, lens, holder, known_at) == oracle_reading(oracle, at, lens, holder)
        assert platform.moves(name, lens, holder, at, known_at) == oracle_moves(oracle, lens, holder, at)
        assert platform.room(name, at, known_at) == oracle_room(oracle, at)
        assert platform.spans(name, known_at) == oracle_spans(oracle)

    def restored_answers_alike(self) -> None:
        """An export brought back into an empty platform gives the same views, row by row, and the same export."""
        restored = Platform(Path(self.folder.name, "restored"))
        export = self.platform.export()
        assert len(export) == self.platform.head()
        outcome = record(restored.store, export, restore=True)
        assert (outcome.recorded, outcome.refused) == (len(export), [])
        there, back = (self.platform.views(), export), (restored.views(), restored.export())
        restored.close()
        assert back == there


TestHouse = House.TestCase
TestHouse.settings = settings(max_examples=max(1, settings().max_examples // 4), stateful_step_count=15)
