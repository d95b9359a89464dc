"""Who makes a mistake is told what was wrong, where and what to do, with nothing in the sentence that says nothing."""

import socket
from pathlib import Path

import pytest
from command_line import refused, run_within
from served import Served


def test_a_refused_line_is_told_by_the_parts_that_there_are(tmp_path: Path) -> None:
    done = run_within(tmp_path)("import", "-", given='{"a": 1}\nno json\n')
    first, second = done.err.splitlines()[-2:]
    assert first.startswith("standard input:1: a: `a` is not known here.")
    assert "/schemas" in first
    assert second.startswith("standard input:2: This line is not one JSON object")


def test_json_that_is_not_closed_is_told_as_that_and_not_by_a_name_in_it(tmp_path: Path) -> None:
    done = run_within(tmp_path)("import", "-", given='{"a": 1\n')
    assert "standard input:1: This line is not one JSON object" in done.err


@pytest.mark.parametrize(("language", "said"), [("en", "1 to 128"), ("nl", "1 tot 128")])
def test_a_name_of_an_organisation_that_cannot_be_names_the_option(tmp_path: Path, language: str, said: str) -> None:
    told = refused(run_within(tmp_path)("list", "--organisation", "Buurt Maat", "--language", language))
    assert told.startswith("Error: --organisation: ")
    assert said in told


def test_a_port_that_is_taken_and_a_host_that_is_not_here_name_the_option(tmp_path: Path) -> None:
    run = run_within(tmp_path)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        told = refused(run("serve", "--port", port))
    assert told == f"Error: It cannot be served on 127.0.0.1, port {port}: Address already in use. Choose another --port.\n"
    assert "Choose another --host." in refused(run("serve", "--host", "192.0.2.1", "--port", "0"))


@pytest.mark.parametrize("fewest", ["9", "0", "-10", "ten", "10000"])
def test_the_census_is_never_set_to_tell_of_fewer_persons_than_ten(tmp_path: Path, fewest: str) -> None:
    told = refused(run_within(tmp_path)("list", TUSSENRUIMTE_CENSUS_FEWEST=fewest))
    assert "TUSSENRUIMTE_CENSUS_FEWEST has to be a number of persons from 10 to 9999" in told


def test_the_help_of_work_says_what_each_loop_does(tmp_path: Path) -> None:
    said = run_within(tmp_path)("work", "--help").out
    loops = (
        "project     keeps",
        "watch       announces",
        "relay       sees",
        "erase       finishes",
        "epochs      turns",
        "checkpoint  signs",
    )
    for loop in loops:
        assert loop in said


def test_a_vague_date_in_a_question_is_told_to_be_for_events_only(tmp_path: Path) -> None:
    run = run_within(tmp_path)
    assert run("import", str(Path(__file__).parent.parent / "examples" / "lars.jsonl")).code == 0
    assert "only the date of an event may be vague" in refused(run("reading", "lars", "--at", "2021-06"))


def test_a_number_where_a_text_belongs_is_told_with_what_it_should_be_and_where(house: Served) -> None:
    (error,) = house.answer("{ events(atLeast: 450, first: 1) { nodes { id } } }")["errors"]
    assert "a Position is written as a text, in quotes, and not as 450" in error["message"]
    assert error["locations"] == [{"line": 1, "column": 19}]
