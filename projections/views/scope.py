"""Who may see what: the one place at which pages of relationships are narrowed to what their asker may see, in the SQL that finds rows.

Until there are roles, whoever has a token of an organisation sees all of it, and questions about one relationship, events and moves ask for
no scope of their own. What is shared or kept (feeds, trajectories) is kept apart by scope already.
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
