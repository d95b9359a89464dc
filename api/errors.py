"""What goes wrong, as GraphQL tells it: a stable code, the field, and the rule in the language of who asks.

A refusal is told as it is. What nobody foresaw is told by a number only, under which it stands in the log with its traceback.
"""

import logging
import secrets
from collections.abc import Sequence
from typing import Any

from graphql import GraphQLError
from strawberry.exceptions import MissingQueryError
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError

from api.batch import BatchRefused
from domain.model.errors import Code, Language, Refusal, Refused
from domain.store.trouble import silent_database
from projections.telemetry.metrics import REFUSALS

OF_THE_QUERY = (GraphQLError, MissingQueryError, CannotGetOperationTypeError, InvalidOperationTypeError)
"""What says of a query that it is not right, and nothing of the inside."""

logger = logging.getLogger(__name__)


def language_of(accepted: str | None) -> Language:
    """Dutch where the `Accept-Language` header prefers it to English; else English."""
    weights = {"en": 0.0, "nl": 0.0}
    for part in (accepted or "").split(","):
        tag, _, parameters = part.strip().partition(";")
        name = tag.partition("-")[0].lower()
        if name in weights:
            weights[name] = max(weights[name], _quality(parameters))
    return "nl" if weights["nl"] > weights["en"] else "en"


def _quality(parameters: str) -> float:
    name, _, value = parameters.strip().partition("=")
    if name.strip() != "q":
        return 1.0
    return float(value) if value.strip().replace(".", "", 1).isdecimal() else 0.0


def told(refused: Refused, language: Language) -> dict[str, Any]:
    """A refusal as a GraphQL error."""
    refusal = refused.refusal
    REFUSALS.labels(refusal.code).inc()
    extensions: dict[str, Any] = _extensions(refusal, language)
    if isinstance(refused, BatchRefused):
        extensions["refused"] = [
            {"index": line.line.number - 1, "id": line.id, **_extensions(line.refusal, language)} for line in refused.lines
        ]
    return {"message": refusal.text(language), "extensions": extensions}


def _extensions(refusal: Refusal, language: Language) -> dict[str, Any]:
    return {"code": refusal.code, "field": refusal.field, "rule": refusal.text(language)}


def all_told(errors: Sequence[GraphQLError], language: Language) -> list[dict[str, Any]]:
    """The errors of one answer. One failure behind many of them is logged once."""
    masked: dict[int, Refused] = {}
    answers = []
    for error in errors:
        cause = error.original_error
        if cause is None or isinstance(cause, OF_THE_QUERY):
            cause = _form(error)
        elif not isinstance(cause, Refused):
            cause = masked.setdefault(id(cause), mask(cause))
        answers.append({**error.formatted, **told(cause, language)})
    return answers


def all_said(errors: Sequence[GraphQLError], language: Language) -> list[GraphQLError]:
    """The same, as errors of GraphQL."""
    told = all_told(errors, language)
    return [
        GraphQLError(one["message"], error.nodes, error.source, error.positions, error.path, extensions=one["extensions"])
        for error, one in zip(errors, told, strict=True)
    ]


def code_of(error: Exception) -> Code:
    """The code under which an error is told."""
    cause = (error.original_error or error) if isinstance(error, GraphQLError) else error
    if isinstance(cause, Refused):
        return cause.refusal.code
    return "BAD_INPUT" if isinstance(cause, OF_THE_QUERY) else "UNAVAILABLE"


def _form(error: GraphQLError) -> Refused:
    """The query itself is not right: its syntax, its names or its variables."""
    return Refused(Refusal("BAD_INPUT", "query_form", None, {"detail": error.message}))


def mask(failure: BaseException) -> Refused:
    """A database that does not answer is told as that. Of what nobody foresaw only the id is told under which it stands in the log."""
    if (which := silent_database(failure)) is not None:
        logger.warning("the %s does not answer", which)
        return Refused(Refusal("UNAVAILABLE", "silent"))
    id = secrets.token_hex(6)
    logger.error("internal error %s", id, exc_info=failure)
    return Refused(Refusal("UNAVAILABLE", "internal", None, {"id": id}))
