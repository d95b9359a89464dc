"""Asks whatever the schema lets ask, and the pages beside it whatever fits them or does not, and looks for what was not foreseen.

`python tests/schema_soak.py --requests 20000` is the long form: so many of GraphQL, and as many of the pages. Questions come from the
schema that the server tells of itself; half of them are brought within reach, with ids and pages that there are, so that not all are
refused.
"""

import argparse
import json
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import Any

import graphql
import schemathesis
from command_line import EXAMPLES
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from running import Running, running
from schemathesis import Case, GenerationMode
from schemathesis.graphql import nodes
from sent_lines import numbered

from domain.model.rules import RULES
from projections.export.bounds import Bounds

PAGES = Path(__file__).parent / "pages.openapi.yaml"
UNFORESEEN = RULES["internal"][0].partition("{")[0]
IDS = ("lars", "petra-maaike", "astrid-janet", "volunteer-1", "nowhere")
WORDS = {
    "Date": ("2021-01-01", "2020-02-30"),
    "DateTime": ("2021-01-01", "2022-05-01T00:00:00Z", "2030-01-01"),
    "EDTF": ("2021-05-01", "2021-05", "2021~"),
    "Position": ("0", "5", "449"),
    "JSON": ("{}", "x"),
}
QUESTIONS = 5
"""So many times as often as a recording: of these there are far more kinds."""
Answers = Counter[tuple[str, int, str]]


def prepare(house: Running) -> None:
    """The ten examples."""
    lines = [line for file in EXAMPLES for line in Path(file).read_bytes().splitlines()]
    assert not house.organisation.store.recording.record(numbered(lines), recorded_by="system/test").refused
    house.organisation.log.sign()
    for name, words in WORDS.items():
        schemathesis.graphql.scalar(name, (st.sampled_from(words) | st.text()).map(nodes.String))


class _InReach(graphql.Visitor):
    """Pages of a few, and ids of what is there."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self._number = number

    def enter_argument(self, node: graphql.ArgumentNode, *_: Any) -> graphql.ArgumentNode | Any:
        name = node.name.value
        if name in ("after", "atLeast"):
            return graphql.REMOVE
        if name == "first":
            return graphql.ArgumentNode(name=node.name, value=graphql.IntValueNode(value=str(1 + self._number % 5)))
        if name == "id":
            return graphql.ArgumentNode(name=node.name, value=graphql.StringValueNode(value=IDS[self._number % len(IDS)]))
        return None


def ask_schema(house: Running, requests: int, number: int) -> tuple[Answers, list[str]]:
    """What came of so many questions and recordings, and what was not foreseen."""
    schema = schemathesis.graphql.from_url(f"http://127.0.0.1:{house.port}/graphql", headers=house.headers)
    operations = [found.ok() for found in schema.get_all_operations()]

    def in_reach(case: Case, at: int) -> Case:
        if at % 2:
            case.body = graphql.print_ast(graphql.visit(graphql.parse(str(case.body)), _InReach(at // 2)))
        return case

    cases = [
        (one.label, st.builds(in_reach, one.as_strategy(), st.integers(0, 9)))
        for one in operations
        for _ in range(QUESTIONS if one.label.startswith("Query") else 1)
    ]
    return _asked(house, cases, requests, number)


def ask_pages(house: Running, requests: int, number: int) -> tuple[Answers, list[str]]:
    """The same of the pages."""
    schema = schemathesis.openapi.from_path(PAGES)
    schema.config.update(base_url=f"http://127.0.0.1:{house.port}")
    found = [one.ok() for one in schema.get_all_operations()]
    modes = (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)
    cases = [
        (f"{one.method.upper()} {one.path}", one.as_strategy(generation_mode=mode)) for one in found for mode in modes if _fits(one, mode)
    ]
    return _asked(house, cases, requests, number)


def _fits(operation: Any, mode: GenerationMode) -> bool:
    """There is nothing that does not fit a page to which nothing is sent."""
    return mode is GenerationMode.POSITIVE or bool(operation.query or operation.headers or operation.body)


def _asked(house: Running, cases: Iterable[tuple[str, st.SearchStrategy[Case]]], requests: int, number: int) -> tuple[Answers, list[str]]:
    answers: Answers = Counter()
    wrong: list[str] = []
    listed = list(cases)

    def asked(name: str, case: Case) -> None:
        response = case.call(headers=house.headers, timeout=120)
        answers[name, response.status_code, _code(response.content)] += 1
        if response.status_code >= 500 or UNFORESEEN in response.text:
            wrong.append(f"{name}: {response.status_code} {response.text[:300]}\n{case.as_curl_command()[:2_000]}")

    while (left := requests - answers.total()) > 0:
        # Of what takes no input there is one example, so that one round is not enough.
        for name, strategy in listed:
            _of_examples(partial(asked, name), strategy, -(-left // len(listed)), number)
        number += 1
    return answers, wrong


def _of_examples(ask: Callable[[Case], None], strategy: st.SearchStrategy[Case], examples: int, number: int) -> None:
    @seed(number)
    @settings(max_examples=examples, database=None, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
    @given(case=strategy)
    def each(case: Case) -> None:
        ask(case)

    each()


def _code(body: bytes) -> str:
    try:
        told = json.loads(body)
    except ValueError:
        return "text"
    errors = told.get("errors") if isinstance(told, dict) else None
    return str(errors[0]["extensions"]["code"]) if errors else "OK"


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--requests", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    said = parser.parse_args()
    failed = False
    for what, asked in (("schema", ask_schema), ("pages", ask_pages)):
        with tempfile.TemporaryDirectory() as folder, running(Path(folder), bounds=Bounds(requests=0, cost=0)) as house:
            prepare(house)
            answers, wrong = asked(house, said.requests, said.seed)
        codes: Counter[str] = Counter()
        for (_, _, code), count in answers.items():
            codes[code] += count
        print(f"{what}: {answers.total():,} requests, {len(wrong)} not foreseen; {dict(codes.most_common())}")
        print("\n".join(wrong[:20]))
        failed = failed or bool(wrong)
    sys.exit(failed)


if __name__ == "__main__":
    main()
