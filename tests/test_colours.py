"""A phase has one colour, wherever it is shown."""

import re
from pathlib import Path

import pytest

from projections.export.colours import COLOURS

SHEET = (Path(__file__).parent.parent / "api" / "web" / "style.css").read_text()
ON_PAPER = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", SHEET[: SHEET.index("@media")]))
NAMED = {"UNOBSERVED": "soft"}
"""Under what name the web app has the colour of what is drawn there as an outline."""


def light(colour: str) -> float:
    """Relative luminance, as WCAG 2 defines it."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_a_phase_has_the_colour_that_it_has_in_the_web_app_on_paper() -> None:
    assert {phase: ON_PAPER[NAMED.get(phase, phase.lower())] for phase in COLOURS} == COLOURS


@pytest.mark.parametrize("phase", COLOURS)
def test_what_is_drawn_in_it_is_seen_on_white_and_on_black(phase: str) -> None:
    seen = light(COLOURS[phase]) + 0.05
    assert min(1.05 / seen, seen / 0.05) >= 3
