"""The values that GraphQL itself does not know, and the closed lists, as the schema names them.

Dates and instants travel as texts; what they mean is decided where they are used, so that a refusal can name the field.
"""

from enum import Enum
from typing import Any, NewType

import strawberry
from graphql import GraphQLError, StringValueNode, ValueNode, print_ast
from strawberry.types.scalar import ScalarDefinition

Date = NewType("Date", str)
DateTime = NewType("DateTime", str)
EDTF = NewType("EDTF", str)
JSON = NewType("JSON", object)
Position = NewType("Position", str)


def _unquoted(name: str, value: Any, node: ValueNode | None = None) -> GraphQLError:
    return GraphQLError(f"a {name} is written as a text, in quotes, and not as {value}", node)


def _written(name: str, description: str, url: str | None = None) -> ScalarDefinition:
    def text(value: Any) -> str:
        if not isinstance(value, str):
            raise _unquoted(name, value)
        return value

    def literal(node: ValueNode, _: dict[str, Any] | None = None) -> str:
        """With where in the query it stands."""
        if not isinstance(node, StringValueNode):
            raise _unquoted(name, print_ast(node), node)
        return node.value

    return strawberry.scalar(name=name, description=description, specified_by_url=url, parse_value=text, parse_literal=literal)


SCALARS: dict[object, ScalarDefinition] = {
    Date: _written("Date", "A day, ISO 8601: `2021-11-04`."),
    DateTime: _written(
        "DateTime",
        "An instant, RFC 3339 in UTC: `2021-11-04T09:30:00Z`. As an argument a plain day stands for its first instant;"
        " asking ahead of now is refused.",
        "https://www.rfc-editor.org/rfc/rfc3339",
    ),
    EDTF: _written(
        "EDTF",
        "A date as people know it, ISO 8601-2 (EDTF) level 0 or 1: a day, a month, a season, a year, about or uncertain, or an interval.",
        "https://www.loc.gov/standards/datetime/",
    ),
    JSON: strawberry.scalar(
        name="JSON",
        description="Any JSON value.",
        specified_by_url="https://www.rfc-editor.org/rfc/rfc8259",
    ),
    Position: _written("Position", "A place in the organisation's order of recording, from 1 without gaps; a whole number as text."),
}


def _value(name: str, description: str) -> Any:
    return strawberry.enum_value(name, description=description)


@strawberry.enum(description="How a relationship stands in the eyes of a lens.")
class Phase(Enum):
    UNOBSERVED = _value("UNOBSERVED", "Too little is known to say. Never a kind of ambiguity.")
    HELP = _value("HELP", "One helps and the other is helped.")
    FRIENDSHIP = _value("FRIENDSHIP", "They are friends.")
    AMBIGUITY = _value("AMBIGUITY", "Between the two: both, neither, to and fro, or left open.")
    ENDED = _value("ENDED", "The relationship has ended.")


@strawberry.enum(description="In which way a relationship is ambiguous.")
class AmbiguityKind(Enum):
    BOTH = _value("BOTH", "Help and friendship at once.")
    NEITHER = _value("NEITHER", "Neither word fits.")
    ALTERNATING = _value("ALTERNATING", "Now the one, now the other.")
    UNSURE = _value("UNSURE", "The holder cannot tell.")
    LEFT_OPEN = _value("LEFT_OPEN", "Somebody leaves it open on purpose.")
    DIFFERING = _value("DIFFERING", "The holders see it differently.")


@strawberry.enum(description="On what a reading rests.")
class Basis(Enum):
    FORMAL = _value("FORMAL", "A match, a term or an agreement.")
    CONDUCT = _value("CONDUCT", "What was done.")
    VOICED = _value("VOICED", "What somebody said or left open.")


@strawberry.enum(description="How a relationship began.")
class Origin(Enum):
    MATCHED = _value("MATCHED", "An organisation brought them together.")
    EMERGED = _value("EMERGED", "Nobody arranged it.")


@strawberry.enum(description="On which side of help a role or a member stands.")
class Side(Enum):
    GIVES = _value("GIVES", "Gives help.")
    RECEIVES = _value("RECEIVES", "Receives help.")
    BOTH = _value("BOTH", "Gives and receives.")
    NONE = _value("NONE", "Neither; the role says nothing about it.")


@strawberry.enum(description="Why a reading changed.")
class Cause(Enum):
    EVENTS = _value("EVENTS", "Something happened.")
    SILENCE = _value("SILENCE", "What was known faded, while nothing happened.")
    LAPSE = _value("LAPSE", "A fixed term ran out.")


@strawberry.enum(description="What may ask for a look.")
class AttentionKind(Enum):
    AGREEMENT_REVIEW = _value("AGREEMENT_REVIEW", "The day has come on which an agreement in force was to be looked at again.")
    CHECK_IN_DUE = _value("CHECK_IN_DUE", "The day of the next check-in has come; or, where none is named, the last was long ago.")
    LONG_SILENCE = _value("LONG_SILENCE", "They have not met for longer than is their own rhythm. Said only where they have one.")
    TENSION_STANDS = _value("TENSION_STANDS", "A tension that was felt is not eased.")
    TERM_ENDS_SOON = _value("TERM_ENDS_SOON", "A fixed term ends before long.")
    TERM_LAPSED = _value("TERM_LAPSED", "A term ran out, and was neither ended nor extended since.")


@strawberry.enum(description="What a participant consents to.")
class ConsentScope(Enum):
    RECORD = _value("RECORD", "That the platform records their relationships.")
    RESEARCH = _value("RESEARCH", "That researchers read them under a pseudonym.")
    SHARE = _value("SHARE", "That they are shared with other organisations.")


@strawberry.enum(description="Why a relationship is observed no longer in a project.")
class Censoring(Enum):
    ENDED = _value("ENDED", "It ended.")
    RUNNING = _value("RUNNING", "It goes on.")
    PERIOD_OVER = _value("PERIOD_OVER", "The period of the project is over, and it went on until then.")


@strawberry.enum(description="Why a release is another than it was.")
class Changed(Enum):
    WITHDRAWN = _value("WITHDRAWN", "One or more relationships were withdrawn since.")
    OTHERWISE = _value("OTHERWISE", "It comes out otherwise: a relationship came back, or one came and one went.")
    WITHHELD = _value("WITHHELD", "Too few people are in it by now; nothing of it is told.")
    CLOSED = _value("CLOSED", "The project is closed. What is held of it is to be deleted.")


@strawberry.enum(description="Why nothing is told of a project, or of a part of it.")
class Withheld(Enum):
    TOO_FEW = _value("TOO_FEW", "Fewer people are in it than are told of: ten, or as many as the organisation sets.")
    FEWER_THAN_GROUPS = _value("FEWER_THAN_GROUPS", "There are fewer relationships than there would be groups. Ask for fewer groups.")


@strawberry.enum(description="A day of the week.")
class Weekday(Enum):
    MONDAY = _value("MONDAY", "Monday.")
    TUESDAY = _value("TUESDAY", "Tuesday.")
    WEDNESDAY = _value("WEDNESDAY", "Wednesday.")
    THURSDAY = _value("THURSDAY", "Thursday.")
    FRIDAY = _value("FRIDAY", "Friday.")
    SATURDAY = _value("SATURDAY", "Saturday.")
    SUNDAY = _value("SUNDAY", "Sunday.")


@strawberry.enum(description="In which somebody reads.")
class Language(Enum):
    EN = _value("EN", "English.")
    NL = _value("NL", "Dutch.")
