"""GraphiQL, to try questions in a browser: the page and everything it loads come from this server, and nothing of anybody is in it.

It asks for a token itself, and sends it with each question; without one, the session of the browser says who asks.
"""

import json
from pathlib import Path

from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

HERE = Path(__file__).parent / "graphiql"
QUESTIONS = ("course", "lately", "live", "coordinator", "auditor", "researcher", "dashboard")
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; connect-src 'self'; img-src 'self' data:;"
    " font-src 'self' data:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
KEPT = {"Content-Security-Policy": POLICY, "X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin"}


class _Files(StaticFiles):
    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        response.headers.update(KEPT)
        return response


def graphiql_pages() -> list[BaseRoute]:
    """The page under `/graphiql/`, with the questions that it begins with."""
    questions = json.dumps([{"query": (HERE / "questions" / f"{name}.graphql").read_text()} for name in QUESTIONS]).encode()

    async def begun(_: object) -> Response:
        return Response(questions, media_type="application/json", headers=KEPT)

    return [Route("/graphiql/questions.json", begun), Mount("/graphiql", _Files(directory=HERE, html=True))]
