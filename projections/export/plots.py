"""Analyses as pictures: SVG that stands alone, with a title and a description, patterns beside colours, and no pseudonyms.

No picture has a better side: phases stand in one order, and squares have one colour.
"""

from collections.abc import Iterator, Sequence
from html import escape
from textwrap import wrap

from domain.model.errors import Language
from projections.export import sheets
from projections.export.colours import COLOURS
from projections.export.sheets import Words
from projections.export.vocabulary import word
from projections.views import analysed as a

WIDTH, HIGH, LEFT, TOP, ROW = 760, 220, 150, 84, 34
LINE, TEXT = 17, 112
"""How high a line of text is below a picture, and of how many letters."""
LINES = {
    "HELP": '<path d="M-2 2L2 -2M0 8L8 0M6 10L10 6" stroke="#fff" stroke-width="1.5" stroke-opacity=".6"/>',
    "FRIENDSHIP": '<circle cx="2" cy="2" r="1.1" fill="#fff"/><circle cx="6" cy="6" r="1.1" fill="#fff"/>',
    "AMBIGUITY": '<path d="M0 4L4 0L8 4L4 8Z" fill="none" stroke="#fff" stroke-opacity=".6"/>',
    "ENDED": '<path d="M4 0V8" stroke="#fff" stroke-width="2" stroke-opacity=".5"/>',
    "UNOBSERVED": f'<rect width="8" height="8" fill="#fff"/><circle cx="4" cy="4" r=".8" fill="{COLOURS["UNOBSERVED"]}"/>',
}
"""What lies on the colour of a phase."""
INK = "#222222"
SINCE_START: Words = ("weeks since each began", "weken sinds elk begon")
SINCE_EVENT: Words = ("weeks since it happened", "weken sinds het gebeurde")
SHARE: Words = ("part of the relationships", "deel van de relaties")
WAITING: Words = ("part that still waits", "deel dat nog wacht")
GROUPS: Words = ("group: how many", "groep: hoeveel")
WAS: Words = ("was", "was")
NEXT: Words = ("what the next one was", "hoe de volgende was")
PARTS: Words = ("mean of all, from 0 to 1", "gemiddelde van alle, van 0 tot 1")


def drawn(found: a.Analysis, project: str, language: Language) -> str:
    parts, foot = ([], TOP) if found.withheld else _parts(found, language)
    patterns = "".join(
        f'<pattern id="{phase}" width="8" height="8" patternUnits="userSpaceOnUse">'
        f'<rect width="8" height="8" fill="{COLOURS[phase]}"/>{line}</pattern>'
        for phase, line in LINES.items()
    )
    title, says, about = sheets.title(found, language), sheets.says(found, language), sheets.about(found, project, language)
    caption, high = _caption([says, about, *sheets.held_back(found, language)], foot + 34)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {high}" role="img" aria-labelledby="t d" lang="{language}"'
        f' font-family="sans-serif" font-size="12" fill="{INK}"><title id="t">{escape(_named(title, found, project, language))}</title>'
        f'<desc id="d">{escape(f"{says} {about}")}</desc><defs>{patterns}</defs>'
        f'<rect width="100%" height="100%" fill="#fff"/><text x="20" y="28" font-size="17" font-weight="bold">{escape(title)}</text>'
        f"{''.join(_legend(found.phases, language))}{''.join(parts)}{''.join(caption)}</svg>\n"
    )


def _named(title: str, found: a.Analysis, project: str, language: Language) -> str:
    """The title with what tells this picture from others that have the same."""
    return f"{title} ({project}: {sheets.reading(found, language)})"


def _parts(found: a.Analysis, language: Language) -> tuple[list[str], int]:
    match found:
        case a.States():
            return _columns([(str(one.week), one.counts) for one in found.rows], found.phases, _axes(SINCE_START, SHARE, language))
        case a.Around():
            return _columns([(str(one.week), one.counts) for one in found.rows], found.phases, _axes(SINCE_EVENT, SHARE, language))
        case a.Typical():
            return _strips(found, language)
        case a.Awaited():
            return _curve(found.rows, _axes(SINCE_START, WAITING, language))
        case a.Following():
            rates = [(one.was, one.rates) for one in found.rows]
            return _squares(rates, found.phases, (_said(WAS, language), _said(NEXT, language)), language)
        case a.Compared():
            shares = [(one.phase, None if not one.counts or not one.of else [n / one.of for n in one.counts]) for one in found.rows]
            return _squares(shares, found.phases, (sheets.reading(found, language), sheets.other_reading(found, language)), language)
        case a.Indicated():
            return _bars(found, language)
        case _:
            raise TypeError(type(found))


def _said(words: Words, language: Language) -> str:
    return words[language == "nl"]


def _caption(texts: Sequence[str], top: int) -> tuple[list[str], int]:
    """Texts under a picture, and where the picture ends."""
    lines = [line for text in texts for line in wrap(text, TEXT)]
    found = [f'<text x="20" y="{top + place * LINE}" fill="#555">{escape(line)}</text>' for place, line in enumerate(lines)]
    return found, top + len(lines) * LINE


def _axes(along: Words, up: Words, language: Language) -> list[str]:
    """What runs along a picture with weeks, and what runs up it."""
    x, y = (LEFT + WIDTH - 20) / 2, TOP + HIGH / 2
    return [
        f'<text x="{x:.0f}" y="{TOP + HIGH + 38}" text-anchor="middle">{_said(along, language)}</text>',
        f'<text transform="translate({LEFT - 60} {y:.0f}) rotate(-90)" text-anchor="middle">{_said(up, language)}</text>',
    ]


def _legend(phases: Sequence[str], language: Language) -> Iterator[str]:
    for place, phase in enumerate(phases):
        x = 20 + place * 145
        yield f'<rect x="{x}" y="44" width="22" height="12" fill="url(#{phase})" stroke="#888"/>'
        yield f'<text x="{x + 28}" y="54">{word(phase, language)}</text>'


def _stretch(count: int) -> float:
    return (WIDTH - LEFT - 20) / max(count, 1)


def _columns(rows: Sequence[tuple[str, Sequence[int] | None]], phases: Sequence[str], axes: list[str]) -> tuple[list[str], int]:
    """A column for each week, in it the part of each phase. A week that is not told stays empty."""
    wide, parts = _stretch(len(rows)), []
    for place, (week, counts) in enumerate(rows):
        y, whole, x = float(TOP), sum(counts or ()) or 1, LEFT + place * wide
        for phase, count in zip(phases, counts or (), strict=False):
            if count:
                high = HIGH * count / whole
                parts.append(f'<rect x="{x:.1f}" y="{y:.1f}" width="{wide + 0.05:.2f}" height="{high:.1f}" fill="url(#{phase})"/>')
                y += high
        if place % max(len(rows) // 12, 1) == 0:
            parts.append(f'<text x="{x + wide / 2:.1f}" y="{TOP + HIGH + 18}" text-anchor="middle">{week}</text>')
    return [*parts, *axes, *_scale()], TOP + HIGH + 38


def _scale() -> list[str]:
    return [f'<text x="{LEFT - 8}" y="{TOP + HIGH * (1 - part) + 4:.0f}" text-anchor="end">{part:.0%}</text>' for part in (0, 0.5, 1)]


def _strips(found: a.Typical, language: Language) -> tuple[list[str], int]:
    """A row for each group: its typical trajectory, and how many it is of."""
    parts, y = [f'<text x="20" y="{TOP + 4}">{_said(GROUPS, language)}</text>'], TOP + 16
    points = found.weeks // found.step_weeks
    wide = _stretch(points)
    for place, group in enumerate(found.groups, 1):
        parts.append(f'<text x="20" y="{y + 18}">{place}: {group.relationships or _said(sheets.HELD, language)}</text>')
        for point, phase in enumerate(group.course or ()):
            parts.append(f'<rect x="{LEFT + point * wide:.1f}" y="{y}" width="{wide + 0.05:.2f}" height="{ROW - 8}" fill="url(#{phase})"/>')
        y += ROW
    for point in range(0, points, max(points // 12, 1)):
        parts.append(f'<text x="{LEFT + point * wide:.1f}" y="{y + 10}">{point * found.step_weeks}</text>')
    parts.append(f'<text x="{(LEFT + WIDTH - 20) / 2:.0f}" y="{y + 30}" text-anchor="middle">{_said(SINCE_START, language)}</text>')
    return parts, y + 30


def _curve(rows: Sequence[a.Waiting], axes: list[str]) -> tuple[list[str], int]:
    """What part still waits, in steps, with 1.96 standard errors to both sides."""
    wide = _stretch(len(rows))

    def line(parts: Sequence[float]) -> str:
        at = [TOP + HIGH * (1 - min(max(part, 0), 1)) for part in parts]
        return (
            f"M{LEFT} {TOP}"
            + "".join(f"H{LEFT + place * wide:.1f}V{y:.1f}" for place, y in enumerate(at))
            + f"H{LEFT + len(at) * wide:.1f}"
        )

    found = [f'<path d="{line([one.waiting for one in rows])}" fill="none" stroke="{INK}" stroke-width="2"/>']
    for side in (-1.96, 1.96):
        found.append(f'<path d="{line([r.waiting + side * r.error for r in rows])}" fill="none" stroke="{INK}" stroke-dasharray="3 3"/>')
    for place in range(0, len(rows), max(len(rows) // 12, 1)):
        found.append(f'<text x="{LEFT + place * wide:.1f}" y="{TOP + HIGH + 18}" text-anchor="middle">{rows[place].week}</text>')
    return [*found, *axes, *_scale()], TOP + HIGH + 38


def _squares(
    rows: Sequence[tuple[str, Sequence[float] | None]], phases: Sequence[str], sides: tuple[str, str], language: Language
) -> tuple[list[str], int]:
    """A square for each row and column, as large in area as it is often. `sides`: what rows and columns are of."""
    step, y = _stretch(len(phases)), TOP + 44
    parts = [f'<text x="20" y="{TOP + 4}" font-style="italic">{escape(f"↓ {sides[0]}   → {sides[1]}")}</text>']
    for place, phase in enumerate(phases):
        parts.append(f'<text x="{LEFT + (place + 0.5) * step:.1f}" y="{TOP + 28}" text-anchor="middle">{word(phase, language)}</text>')
    for phase, rates in rows:
        parts.append(f'<text x="20" y="{y + 30}">{word(phase, language)}</text>')
        if rates is None:
            parts.append(f'<text x="{LEFT}" y="{y + 30}">{_said(sheets.HELD, language)}</text>')
        for place, rate in enumerate(rates or ()):
            side, x = 40 * rate**0.5, LEFT + (place + 0.5) * step
            parts.append(f'<rect x="{x - side / 2:.1f}" y="{y + 25 - side / 2:.1f}" width="{side:.1f}" height="{side:.1f}" fill="#777"/>')
            parts.append(f'<text x="{x:.1f}" y="{y + 60}" text-anchor="middle">{rate:.1%}</text>')
        y += 70
    return parts, y


def _bars(found: a.Indicated, language: Language) -> tuple[list[str], int]:
    """The means that are parts of 1."""
    parts, y = [], TOP
    for name in ("entropy", "complexity"):
        value = getattr(found.means, name, 0.0)
        called = sheets.HEADS[name] if language == "nl" else name
        wide = (WIDTH - LEFT - 80) * value
        parts.append(f'<text x="20" y="{y + 18}">{called}</text><rect x="{LEFT}" y="{y}" width="{wide:.1f}" height="24" fill="#777"/>')
        parts.append(f'<text x="{LEFT + wide + 8:.1f}" y="{y + 17}">{value:.2f}</text>')
        y += ROW
    return [*parts, f'<text x="{LEFT}" y="{y + 8}">{_said(PARTS, language)}</text>'], y + 8
