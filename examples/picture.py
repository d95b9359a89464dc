"""Draws what `story` prints as a picture for the README, from standard input to standard output.

A picture in a repository is seen by many who never run the program, so it must be the real output: the tests draw it again and
compare. It loads nothing from elsewhere, fonts included. With the database of the demo:

    TERM=xterm-256color FORCE_COLOR=1 COLUMNS=100 tussenruimte story petra-maaike | python examples/picture.py > examples/story.svg
"""

import io
import sys

from rich.console import Console
from rich.terminal_theme import TerminalTheme
from rich.text import Text

WIDTH = 100
PAPER = TerminalTheme(
    (251, 250, 247),
    (43, 43, 43),
    [(43, 43, 43), (178, 60, 48), (60, 120, 60), (150, 110, 20), (40, 90, 160), (130, 70, 150), (40, 120, 130), (120, 120, 120)],
    [(128, 128, 128), (200, 80, 70), (80, 140, 80), (170, 130, 40), (60, 110, 180), (150, 90, 170), (60, 140, 150), (60, 60, 60)],
)
SVG = """\
<svg viewBox="-9 -24 {width} {height}" xmlns="http://www.w3.org/2000/svg" role="img" aria-label="What tussenruimte story prints">
<style>
.{unique_id}-matrix {{ font-family: 'DejaVu Sans Mono', Menlo, Consolas, monospace; font-size: {char_height}px; white-space: pre }}
{styles}
</style>
<defs>{lines}</defs>
<rect x="-9" y="-24" width="{width}" height="{height}" rx="8" fill="#fbfaf7"/>
{backgrounds}
<g class="{unique_id}-matrix">
{matrix}
</g>
</svg>
"""


def drawn(told: str) -> str:
    """The picture of a text with its colours as a terminal gets them."""
    console = Console(record=True, width=WIDTH, file=io.StringIO())
    console.print(Text.from_ansi(told.rstrip("\n")))
    return console.export_svg(theme=PAPER, code_format=SVG, unique_id="story")


if __name__ == "__main__":
    sys.stdout.write(drawn(sys.stdin.read()))
