"""Where a subscriber who has read the past comes together with those who are told the same from one reading.

From a meeting on nobody needs a reading of their own: who comes and the group have both been told all up to one moment. The first who
comes is whom the group begins with.
"""

import threading

from domain.model.errors import Refused
from projections.views.live import MoveFeed, Moves, Step, Turn, need
from projections.views.questions import Questions
from projections.views.snapshot import Snapshot


class EventMeeting:
    """Of a feed of events: how far it is, is a position and nothing else.

    `told`: the group has told up to there, or begins there; 0 before. Who comes has to read at least so far, from whatever replica: of what
    the group tells only the rest waits for them."""

    def __init__(self) -> None:
        self.told = 0
        self._begun: int | None = None

    def reach(self, position: int) -> int | None:
        """The order up to which a subscriber has heard all, who was told everything up to a position; None where the group began beyond it,
        while they were still being told."""
        if self._begun is None:
            self._begun = self.told = position
        return position if position >= self._begun else None


class MoveMeeting:
    """Of a feed of moves: how far it is, is a position and a time, and what was told last depends on both.

    So a position does not say which moves were told, and who comes takes a step within the very snapshot in which the group takes one. What
    became known to the group by that is kept for it, and opened only when it is told. Each step in which something did has a number. For
    several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._feed: MoveFeed | None = None
        self._number = 0
        self._kept: list[tuple[int, Step]] = []

    def join(self, questions: Questions, own: MoveFeed) -> tuple[int | None, Moves]:
        """The number of the group's step to this moment, and what a subscriber's own feed says up to it; None where the group goes no
        further. Raises `Refused` where the own one does not, and `Behind` where a replica has not come as far as both of them."""
        with self._lock, questions.snapshot() as snapshot:
            need(questions, snapshot, own.position if self._feed is None else max(own.position, self._feed.position))
            moves = own.opened(snapshot, _whole(own, snapshot))
            if self._feed is None:
                self._feed = own
                return self._number, moves
            try:
                step = _whole(self._feed, snapshot)
            except Refused:
                return None, moves
            if step.found:
                self._number += 1
                self._kept.append((self._number, step))
            return self._number, moves

    def step(self) -> list[tuple[int, Moves]]:
        """What came to be known to the group since it last asked, by the numbers of its steps. Raises `Refused` as the feed does, and
        `Behind` where a replica cannot open what is kept."""
        with self._lock:
            assert self._feed is not None, "a group begins with somebody who has come to it"
            if not self._kept:
                self._number += 1
                return [(self._number, self._feed.step())]
            questions = self._feed.questions
            with questions.snapshot() as snapshot:
                need(questions, snapshot, self._kept[-1][1].upto)
                opened = [(number, self._feed.opened(snapshot, step)) for number, step in self._kept]
            self._kept = []
            return opened


def _whole(feed: MoveFeed, snapshot: Snapshot) -> Step:
    """All that is known to a feed within a snapshot."""
    found: list[Turn] = []
    while True:
        step = feed.step_within(snapshot)
        found += step.found
        if not step.more:
            return Step(found, step.upto, False, step.next_at)
