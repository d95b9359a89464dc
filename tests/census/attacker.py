"""Somebody who wants to know what is hidden: with every number that was told, in all tables together, and a linear programme.

They know how the tables hang together (the initiatives of each kind and guidance, months within years, states before and after the moves,
the relationships of each curve), that nothing is below nothing, and which numbers are hidden; and ask for the least and the most that each
hidden number can be. They share no code with what hides.
"""

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple

import highspy
import numpy as np

from projections.census.tables import Tables

FAR = 1e5
OBSERVED = ("help", "friendship", "ambiguity", "ended")
COLUMNS = (*OBSERVED, "unobserved")
DIMENSIONS = ("all", "initiative", "kind", "guidance")

Key = tuple[str, str, str, str]
"""Table, row, period (or where a bin begins) and of what."""


class Published(NamedTuple):
    """Everything that was told, None for what is hidden; and which initiatives each row of a dimension holds."""

    told: dict[Key, int | None]
    rows: dict[str, dict[str, frozenset[str]]]


class Range(NamedTuple):
    least: float
    most: float


def published(tables: Tables) -> Published:
    told: dict[Key, int | None] = {}
    for by in DIMENSIONS:
        told |= {(f"states {by}", one.row, one.period, one.of): one.count for one in tables.states(by, "month")}
        told |= {(f"moves {by}", one.row, one.period, one.of): one.count for one in tables.moves(by, "year")}
    for every in ("quarter", "month"):
        told |= {(f"moves {every}", one.row, one.period, one.of): one.count for one in tables.moves("all", every)}
    for curve in tables.curves():
        for weeks, bin in zip(curve.weeks, curve.bins or [None] * len(curve.weeks), strict=True):
            told["curves all", "", str(weeks), f"{curve.of} came"] = bin.came if bin is not None else None
            told["curves all", "", str(weeks), f"{curve.of} waiting"] = bin.waiting if bin is not None else None
    return Published(told, {by: dict(tables.rows(by)) for by in DIMENSIONS})


class Programme:
    """Variables, none below nothing, and which sums of them are nothing."""

    def __init__(self) -> None:
        self._places: dict[tuple[str, ...], int] = {}
        self._bounds: list[tuple[float, float]] = []
        self._rows: list[tuple[float, dict[int, float]]] = []

    def __call__(self, *name: str) -> int:
        if name not in self._places:
            self._places[name] = len(self._bounds)
            self._bounds.append((0.0, FAR))
        return self._places[name]

    def know(self, variable: int, value: int) -> None:
        self._bounds[variable] = (float(value), float(value))

    def same(self, ones: Iterable[int], others: Iterable[int], more: float = 0.0) -> None:
        """Ones and others have one sum, or the ones up to so much `more`."""
        row: dict[int, float] = {}
        for sign, variables in ((1.0, ones), (-1.0, others)):
            for variable in variables:
                row[variable] = row.get(variable, 0.0) + sign
        self._rows.append((more, row))

    def close(self, asked: Sequence[int], width: float) -> dict[int, Range]:
        """Those of these variables that have to be within less than `width`, and where. Each answer of the solver is one world that may be;
        so the many of which two worlds differ by enough need no question of their own."""
        if not asked:
            return {}
        solver = highspy.Highs()
        solver.setOptionValue("output_flag", False)
        solver.setOptionValue("threads", 1)
        lows, highs = np.array(self._bounds).T
        solver.addVars(len(lows), np.ascontiguousarray(lows), np.ascontiguousarray(highs))
        for more, row in self._rows:
            solver.addRow(0.0, more, len(row), np.array(list(row), dtype=np.int32), np.array(list(row.values())))
        least, most = np.full(len(lows), np.inf), np.full(len(lows), -np.inf)

        def solve(costs: dict[int, float]) -> None:
            for variable, cost in costs.items():
                solver.changeColCost(variable, cost)
            solver.run()
            assert solver.getModelStatus() == highspy.HighsModelStatus.kOptimal, solver.getModelStatus()
            world = np.array(solver.getSolution().col_value)
            np.minimum(least, world, out=least)
            np.maximum(most, world, out=most)
            for variable in costs:
                solver.changeColCost(variable, 0.0)

        def unsure() -> list[int]:
            return [variable for variable in asked if most[variable] - least[variable] < width - 1e-6]

        for sign in (-1.0, 1.0):
            solve(dict.fromkeys(asked, sign))
        for part in (2, 3, 5, 7):
            for sign in (-1.0, 1.0):
                solve({variable: sign if place % part else -sign for place, variable in enumerate(unsure())})
        found = {}
        for variable in unsure():
            if most[variable] - least[variable] < width - 1e-6:
                solve({variable: 1.0})
                solve({variable: -1.0})
                if most[variable] - least[variable] < width - 1e-6:
                    found[variable] = Range(float(least[variable]), float(most[variable]))
        return found


def attack(known: Published, width: float) -> dict[Key, Range]:
    """The hidden numbers that can be placed within less than `width`, and where they have to be."""
    programme = Programme()
    hidden = {}
    for key, count in known.told.items():
        if count is None:
            hidden[key] = programme(*key)
        else:
            programme.know(programme(*key), count)
    _are_there(programme, known)
    _add_up(programme, known)
    _balance(programme, known)
    _agree(programme, known)
    close = programme.close(list(hidden.values()), width)
    return {key: close[variable] for key, variable in hidden.items() if variable in close}


def _periods(known: Published, table: str) -> list[str]:
    return sorted({period for name, _, period, _ in known.told if name == table})


def _are_there(x: Programme, known: Published) -> None:
    """Who is not told of in a month is not counted yet."""
    for month in _periods(known, "states initiative"):
        for id in known.rows["initiative"]:
            if ("states initiative", id, month, "help") not in known.told:
                for column in COLUMNS:
                    x.know(x("states initiative", id, month, column), 0)


def _add_up(x: Programme, known: Published) -> None:
    """Initiatives to kinds, guidance and all; kinds of ambiguity to ambiguity; months to quarters and years."""
    for name, row, period, of in known.told:
        family, by = name.split()
        ids = known.rows.get(by, {}).get(row, frozenset())
        if family == "states" and by != "initiative" and ":" not in of:
            x.same([x(name, row, period, of)], [x("states initiative", id, period, of) for id in ids])
        elif family == "moves":
            whose = ids or known.rows["all"][""]
            x.same([x(name, row, period, of)], [x("inner", id, month, of) for id in whose for month in _months(period)])
    for month in _periods(known, "states all"):
        if kinds := [key for key in known.told if key[0] == "states all" and key[2] == month and ":" in key[3]]:
            x.same([x("states all", "", month, "ambiguity")], [x(*key) for key in kinds])


def _months(period: str) -> list[str]:
    if "Q" in period:
        return [f"{period[:4]}-{3 * int(period[6]) - 2 + place:02}" for place in range(3)]
    return [period] if "-" in period else [f"{period}-{month:02}" for month in range(1, 13)]


def _balance(x: Programme, known: Published) -> None:
    """What stands somewhere at the start of a month is what stood there before, and what came, without what left."""
    months = _periods(known, "states initiative")
    for id in known.rows["initiative"]:
        for month, following in pairwise(months):
            for phase in OBSERVED:
                others = [of for of in OBSERVED if of != phase]
                before, after = x("states initiative", id, month, phase), x("states initiative", id, following, phase)
                came = [x("inner", id, month, f"{of}>{phase}") for of in others]
                left = [x("inner", id, month, f"{phase}>{of}") for of in others]
                x.same([before, *came, x("noticed", id, month, phase)], [after, *left, x("lost", id, month, phase)])
            noticed, lost = ([x(what, id, month, phase) for phase in OBSERVED] for what in ("noticed", "lost"))
            before, after = x("states initiative", id, month, "unobserved"), x("states initiative", id, following, "unobserved")
            x.same([before, x("begun", id, month), *lost], [after, *noticed])


def _agree(x: Programme, known: Published) -> None:
    """As many are in a curve as stand anywhere at last; what ever stood in a phase has come to it; who ended was matched, or not."""
    months = _periods(known, "states initiative")
    bins = [key for key in known.told if key[0] == "curves all"]
    if not bins or not months:
        return
    stand = {
        (month, column): [x("states initiative", id, month, column) for id in known.rows["initiative"]]
        for month in months
        for column in COLUMNS
    }
    last = {column: stand[months[-1], column] for column in COLUMNS}
    for phase in OBSERVED:
        came, waiting = ([x(*key) for key in bins if key[3] == f"{phase} {word}"] for word in ("came", "waiting"))
        x.same([*came, *waiting], [one for column in COLUMNS for one in last[column]])
        for month in months:
            x.same(came, stand[month, phase], more=FAR)
    ended, running = ([x(*key) for key in bins if key[3] == f"match {word}"] for word in ("came", "waiting"))
    x.same([*ended, x("unmatched", "ended")], last["ended"])
    x.same([*running, x("unmatched", "running")], [one for column in COLUMNS if column != "ended" for one in last[column]])
