"""The story of one relationship as a terminal shows it: how each holder's readings ran, and what happened, in order.

Neither lens overrules the other and no holder does, so all stand side by side. Members are named by handle: a story is shown to
a room, and who somebody is was not told for one.
"""

from collections.abc import Iterator, Sequence

from msgspec import Struct
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from domain.model.errors import Language, missing
from domain.model.time import day, instant, span
from projections.export import telling, timeline
from projections.export.dates import occurred
from projections.export.telling import holders_named
from projections.export.vocabulary import plain, word
from projections.export.wording import roles
from projections.views import answers as a
from projections.views.questions import Questions

CAUTION = {
    "en": "A reading says how this history can be read, never who somebody is: no label on a person, no score, no ranking.",
    "nl": "Een lezing zegt hoe deze geschiedenis gelezen kan worden, nooit wie iemand is: geen etiket, geen score, geen rangorde.",
}


class Story(Struct, frozen=True):
    """Everything of a relationship that its story needs. `moves` under each lens, by holder (None: pooled)."""

    relationship: a.Relationship
    initiative: a.Initiative
    members: list[a.Member]
    terms: list[a.Term]
    agreements: list[a.Agreement]
    reversals: list[a.Reversal]
    openings: list[a.Opening]
    tensions: list[a.Tension]
    history: list[a.RecordedEvent]
    moves: dict[str, dict[str | None, list[a.Move]]]


def gather(questions: Questions, id: str, lens: str | None, holder: str | None, known_at: int | None) -> Story:
    """Ask all of it. Without a lens both that are shipped, without a holder everybody who has a view. Raises `Refused`."""
    found = questions.relationships([id]).get(id)
    if found is None:
        raise missing("unknown_relationship", "id", id=id)
    history = questions.histories([id], known_at)[id]
    members = questions.members([id], known_at)[id]
    spoken = (event.perspective for event in history if event.perspective is not None)
    views = dict.fromkeys([None, *(member.handle for member in members), "coordinator", *spoken])
    moves = {
        name: {one: questions.moves_of([id], name, one, None, known_at)[id] for one in (views if holder is None else [holder])}
        for name in (["evidence", "accounts"] if lens is None else [lens])
    }
    return Story(
        found, questions.initiatives([found.initiative])[found.initiative], members, questions.terms([id], known_at)[id],
        questions.agreements([id], known_at)[id], questions.reversals([id], known_at)[id], questions.openings([id], known_at)[id],
        questions.tensions([id], known_at)[id], history, moves,
    )  # fmt: skip


def shown(story: Story, width: int, language: Language) -> RenderableType:
    """The story in a width of 80 columns or more."""
    happenings = telling.happenings(story.history, story.relationship.started_on)
    moves = [move for held in story.moves.values() for made in held.values() for move in made]
    start = span(story.relationship.started_on).first
    scale = timeline.scale([start, *(h.at for h in happenings), *(instant(move.at)[0] for move in moves)], width - width // 4 - 1)
    title = "Wat er gebeurde, en wat het bewoog" if language == "nl" else "What happened, and what it moved"
    parts: list[RenderableType] = [
        _head(story, language),
        _chart(story, happenings, scale, width // 4, language),
        timeline.legend(language),
        Text(title, "bold"),
        telling.table(happenings, story.moves, language),
        Text(CAUTION[language], "italic"),
    ]
    return Group(*(Padding(part, (0, 0, 1, 0)) for part in parts[:-1]), parts[-1])


def _head(story: Story, language: Language) -> Text:
    relationship = story.relationship
    dutch = language == "nl"
    found = Text().append(relationship.id, "bold").append(f"   {plain(story.initiative.name)} · {word(relationship.origin, language)}")
    found.append(f" · {'sinds' if dutch else 'since'} {occurred(relationship.started_on)}")
    if relationship.ended_on is not None:
        found.append(f" · {'beëindigd' if dutch else 'ended'} {occurred(relationship.ended_on)}")
    alike: dict[str, list[a.Member]] = {}
    for member in story.members:
        alike.setdefault(_standing(member, language), []).append(member)
    for standing, members in alike.items():
        who = ", ".join(plain(member.participant) for member in members if member.participant is not None)
        found.append(f"\n  {holders_named([member.handle for member in members], [], language)}", "bold")
        found.append("  " + " · ".join(said for said in (standing, who) if said))
    return found


def _standing(member: a.Member, language: Language) -> str:
    dutch = language == "nl"
    said = [roles(member.roles, language)] if member.roles else []
    if member.left is not None:
        said.append(f"{'weggegaan' if dutch else 'left'} {occurred(member.left)}")
    if member.participant is None:
        said.append("wie dit is valt niet meer te zeggen" if dutch else "who this is can no longer be told")
    elif member.withdrawn:
        said.append("toestemming ingetrokken" if dutch else "consent withdrawn")
    return " · ".join(said)


def _chart(story: Story, happenings: Sequence[telling.Happening], scale: timeline.Scale, label: int, language: Language) -> Table:
    grid = Table.grid(padding=(0, 1, 0, 0))
    grid.add_column(width=label, no_wrap=True, overflow="ellipsis")
    grid.add_column(no_wrap=True)
    names, ticks = timeline.axis(scale, language)
    grid.add_row("", names)
    grid.add_row("", ticks)
    for lens, held in story.moves.items():
        grid.add_row(Text(lens, "bold"))
        for holders, made in telling.alike(held):
            grid.add_row("  " + holders_named(holders, list(held), language), timeline.band(scale, made, language))
    grid.add_row("")
    met = [happening.at for happening in happenings if happening.event.type == "meeting_held"]
    other = [happening.at for happening in happenings if happening.event.type != "meeting_held"]
    grid.add_row("gebeurd" if language == "nl" else "happened", timeline.ticks(scale, met, other))
    for name, line in _lines(story, scale, language):
        grid.add_row(name, line)
    return grid


def _lines(story: Story, scale: timeline.Scale, language: Language) -> Iterator[tuple[str, Text]]:
    """A line for each term, reversal, agreement and opening, from its event to what closed it."""
    dutch = language == "nl"

    def line(start: str, end: str | None, text: str, lapse: str | None = None) -> Text:
        begins = max(span(start).first, scale.start)
        return timeline.line(scale, begins, None if end is None else span(end).first, text, None if lapse is None else day(lapse))

    for term in story.terms:
        text = ", ".join(word(said, language) for said in (term.kind, term.continuation) if said is not None)
        yield "termijn" if dutch else "term", line(term.from_, term.ended_on, text, term.until if term.lapsed else None)
    for reversal in story.reversals:
        yield "rollen omgekeerd" if dutch else "roles reversed", line(reversal.from_, reversal.restored_on, " ⇄ ".join(reversal.between))
    for agreement in story.agreements:
        text = word(agreement.kind, language) + ((", stilzwijgend" if dutch else ", tacit") if agreement.tacit else "")
        yield "afspraak" if dutch else "agreement", line(agreement.from_, agreement.lifted_on, text)
    for opening in story.openings:
        text = f"{word(opening.about, language)} · {holders_named([opening.holder], [], language)}"
        yield "opengelaten" if dutch else "left open", line(opening.from_, opening.settled_on, text)
    for tension in story.tensions:
        text = f"{word(tension.kind, language)} · {holders_named([tension.holder], [], language)}"
        yield "spanning" if dutch else "tension", line(tension.from_, tension.eased_on, text)
