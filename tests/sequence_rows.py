"""Sequences written as words: a letter for each week."""

from collections.abc import Sequence

import numpy as np

from projections.research.sequences import OVER, Sequences

LETTERS = "UHFAE"
"""Unobserved, help, friendship, ambiguity, ended: as in the alphabet."""


def sequences(words: Sequence[str], censoring: Sequence[str] | None = None) -> Sequences:
    """A row for each word. What ends in E ended; all else is running."""
    states = np.full((len(words), max(map(len, words), default=0)), OVER, dtype=np.int8)
    for row, word in zip(states, words, strict=True):
        row[: len(word)] = [LETTERS.index(letter) for letter in word]
    why = tuple(censoring or ("ENDED" if word.endswith("E") else "RUNNING" for word in words))
    lengths = np.array([len(word) for word in words], dtype=np.intp)
    return Sequences(tuple(f"r-{row}" for row in range(len(words))), states, lengths, why, 1, "evidence@1")


def words(found: Sequences) -> list[str]:
    return ["".join("." if state == OVER else LETTERS[state] for state in row) for row in found.states]
