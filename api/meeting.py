"""Where a subscriber who has read the past comes together with those who are told the same from one reading.

From a meeting on nobody needs a reading of their own: who comes and the group have both been told all up to one moment. The first who
comes is whom the group begins with.
"""

import threading

from domain.model.errors import Refused
from projections.views.live import Arrived, MoveFeed, Moves, Withdrawn
from projections.views.questions import Questions
from projections.views.snapshot import Snapshot


class EventMeeting:
    """Of a feed of events: how far it is, is a position and nothing else."""

    def __init__(self) -> None:
        self.position: int | None = None

    def reach(self, position: int) -> int | None:
        """The order up to which a subscriber has heard all, who was told everything up to a position; None where the group began beyond it,
        while they were still being told."""
        if self.position is None:
            self.position = position
        return position if position >= self.position else None


class MoveMeeting:
    """Of a feed of moves: how far it is, is a position and a time, and what was told last depends on both.

    So a position does not say which moves were told, and who comes takes a step within the very snapshot in which the group takes one. What
    the group is told by that is kept for it. Each step of the group has a number. For several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._feed: MoveFeed | None = None
        self._number = 0
        self._kept: list[tuple[int, Moves]] = []

    def join(self, questions: Questions, own: MoveFeed) -> tuple[int | None, Moves]:
        """The number of the group's step to this moment, and what a subscriber's own feed says up to it; None where the group goes no
        further. Raises `Refused` where the own one does not."""
        with self._lock, questions.snapshot() as snapshot:
            moves = _whole(own, snapshot)
            if self._feed is None:
                self._feed = own
                return self._number, moves
            try:
                kept = _whole(self._feed, snapshot)
            except Refused:
                return None, moves
            self._number += 1
            self._kept.append((self._number, kept))
            return self._number, moves

    def step(self) -> list[tuple[int, Moves]]:
        """What came to be known to the group since it last asked, by the numbers of its steps. Raises `Refused` as the feed does."""
        with self._lock:
            kept, self._kept = self._kept, []
            if not kept and self._feed is not None:
                self._number += 1
                kept.append((self._number, self._feed.step()))
            return kept


def _whole(feed: MoveFeed, snapshot: Snapshot) -> Moves:
    """All that is known to a feed within a snapshot."""
    found: list[Arrived | Withdrawn] = []
    while True:
        step = feed.step_within(snapshot)
        found += step.found
        if not step.more:
            return Moves(found, step.upto, False, step.next_at)
