"""Analyses as pictures: SVG that stands alone, with a title and a description, patterns beside colours, and no pseudonyms.

No picture has a better side: phases stand in one order, and squares have one colour.
"""

from collections.abc import Iterator, Sequence
from html import escape

from domain.model.errors import Language
from projections.export import sheets
from projections.export.vocabulary import word
from projections.views import analysed as a

WIDTH, HIGH, LEFT, TOP, ROW = 760, 220, 150, 84, 34
FILLS = {"UNOBSERVED": "#ffffff", "HELP": "#4f86c6", "FRIENDSHIP": "#e0912f", "AMBIGUITY": "#9a6cc2", "ENDED": "#9b9b9b"}
LINES = {
    "HELP": '<path d="M-2 2L2 -2M0 8L8 0M6 10L10 6" stroke="#fff" stroke-width="1.5" stroke-opacity=".6"/>',
    "FRIENDSHIP": '<circle cx="2" cy="2" r="1.1" fill="#fff"/><circle cx="6" cy="6" r="1.1" fill="#fff"/>',
    "AMBIGUITY": '<path d="M0 4L4 0L8 4L4 8Z" fill="none" stroke="#fff" stroke-opacity=".6"/>',
    "ENDED": '<path d="M4 0V8" stroke="#fff" stroke-width="2" stroke-opacity=".5"/>',
    "UNOBSERVED": '<circle cx="4" cy="4" r=".8" fill="#999"/>',
}
INK = "#222222"


def drawn(found: a.Analysis, language: Language) -> str:
    match found:
        case a.States():
            parts, foot = _columns([(str(one.week), one.counts) for one in found.rows], found.phases)
        case a.Around():
            parts, foot = _columns([(str(one.week), one.counts) for one in found.rows], found.phases)
        case a.Typical():
            parts, foot = _strips(found)
        case a.Awaited():
            parts, foot = _curve(found.rows)
        case a.Following():
            rates = [(one.was, one.rates) for one in found.rows]
            parts, foot = _squares(rates, found.phases, language)
        case a.Compared():
            shares = [(one.phase, None if not one.counts or not one.of else [n / one.of for n in one.counts]) for one in found.rows]
            parts, foot = _squares(shares, found.phases, language)
        case a.Indicated():
            parts, foot = _bars(found, language)
        case _:
            raise TypeError(type(found))
    patterns = "".join(
        f'<pattern id="{phase}" width="8" height="8" patternUnits="userSpaceOnUse">'
        f'<rect width="8" height="8" fill="{FILLS[phase]}"/>{line}</pattern>'
        for phase, line in LINES.items()
    )
    title, says = escape(sheets.title(found, language)), escape(sheets.says(found, language))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {foot + 30}" role="img" aria-labelledby="t d" lang="{language}"'
        f' font-family="sans-serif" font-size="12" fill="{INK}"><title id="t">{title}</title><desc id="d">{says}</desc>'
        f"<defs>{patterns}</defs>"
        f'<rect width="100%" height="100%" fill="#fff"/><text x="20" y="28" font-size="17" font-weight="bold">{title}</text>'
        f"{''.join(_legend(found.phases, language))}{''.join([] if found.withheld else parts)}</svg>\n"
    )


def _legend(phases: Sequence[str], language: Language) -> Iterator[str]:
    for place, phase in enumerate(phases):
        x = 20 + place * 145
        yield f'<rect x="{x}" y="44" width="22" height="12" fill="url(#{phase})" stroke="#888"/>'
        yield f'<text x="{x + 28}" y="54">{word(phase, language)}</text>'


def _stretch(count: int) -> float:
    return (WIDTH - LEFT - 20) / max(count, 1)


def _columns(rows: Sequence[tuple[str, Sequence[int] | None]], phases: Sequence[str]) -> tuple[list[str], int]:
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
    return [*parts, *_scale()], TOP + HIGH


def _scale() -> list[str]:
    return [f'<text x="{LEFT - 8}" y="{TOP + HIGH * (1 - part) + 4:.0f}" text-anchor="end">{part:.0%}</text>' for part in (0, 0.5, 1)]


def _strips(found: a.Typical) -> tuple[list[str], int]:
    """A row for each group: its typical trajectory, and how many it is of."""
    parts, y = [], TOP
    for place, group in enumerate(found.groups, 1):
        parts.append(f'<text x="20" y="{y + 18}">{place}: {group.relationships or "–"}</text>')
        wide = _stretch(len(group.course or ()))
        for point, phase in enumerate(group.course or ()):
            parts.append(f'<rect x="{LEFT + point * wide:.1f}" y="{y}" width="{wide + 0.05:.2f}" height="{ROW - 8}" fill="url(#{phase})"/>')
        y += ROW
    return parts, y


def _curve(rows: Sequence[a.Waiting]) -> tuple[list[str], int]:
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
    return [*found, *_scale()], TOP + HIGH


def _squares(rows: Sequence[tuple[str, Sequence[float] | None]], phases: Sequence[str], language: Language) -> tuple[list[str], int]:
    """A square for each row and column, as large in area as it is often."""
    parts, y = [], TOP + 20
    step = _stretch(len(phases))
    for place, phase in enumerate(phases):
        parts.append(f'<text x="{LEFT + (place + 0.5) * step:.1f}" y="{TOP + 10}" text-anchor="middle">{word(phase, language)}</text>')
    for phase, rates in rows:
        parts.append(f'<text x="20" y="{y + 30}">{word(phase, language)}</text>')
        if rates is None:
            parts.append(f'<text x="{LEFT}" y="{y + 30}">{sheets.HELD[language == "nl"]}</text>')
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
    return parts, y
