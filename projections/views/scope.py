"""Who may see what: the one place at which a question is narrowed to what its asker may see, inside the SQL that finds the rows.

Until there are roles, whoever has a token of an organisation sees all of it.
"""

from msgspec import Struct

from projections.views.filters import Clause


class Scope(Struct, frozen=True):
    """What somebody may see. Nothing that was worked out for one scope is given to another."""

    organisation: str
    role: str = "administrator"

    def clause(self) -> Clause:
        """The conditions that a relationship `r` has to meet, for a question to add its own to.

        The organisation is none of them: the tables of a connection hold the rows of no other."""
        return Clause()
