"""Trusted documents: where they are set, nothing else is executed, so that whoever has a token asks only what is known beforehand.

They are named as GraphQL over HTTP names persisted documents: `documentId`, with `sha256:` before the hash of the text. Who sends the text
of one of them in full sends the same.
"""

from collections.abc import Mapping

from domain.model.errors import Refusal, Refused, bad
from projections.export.bounds import document_id


class Documents:
    """What is executed: what is asked, or one of the documents that are trusted, where these are set."""

    def __init__(self, trusted: Mapping[str, str] | None) -> None:
        self._trusted = trusted

    def text(self, query: str | None, id: str | None) -> str:
        """The text that is meant. Raises `Refused`."""
        if id is None and query is None:
            raise bad("request_form", "query", detail="`query` is missing")
        if self._trusted is None:
            if query is None:
                raise bad("no_documents", "documentId")
            return query
        found = self._trusted.get(id if id is not None else document_id((query or "").encode(errors="replace")))
        if found is None:
            raise Refused(Refusal("FORBIDDEN", "untrusted", "documentId" if id is not None else "query"))
        return found
