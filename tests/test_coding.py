"""What coders read in somebody's words is apart from what that person named: sealed as theirs, weighed by no lens that does not say so."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from command_line import Run, answer, refused, run_within
from hypothesis import given as given_any
from hypothesis import strategies as st
from research_house import MEASURES, House, began, research_house, seeker
from sent_lines import account, ended, line, note, pair
from store_places import Files

from domain.model.codebook import codebook_from_yaml
from domain.model.time import DAY, day, iso_day
from domain.store.accesses import Viewer
from domain.store.own_codebook import replace_codebook
from projections.research.agreement import Coded, agreements, alpha
from projections.views import coding

UNREAD = "."


def coded(
    id: str, of: str, code: str, coder: str = "kim", holder: str = "a", on: str = "2021-05-01", stream: str = "r", **data: Any
) -> bytes:
    said = {"account": of, "code": code, "coder": coder, **data}
    return line(id, "account_coded", f"relationship/{stream}", said, on, perspective=holder)


SAID = account("said", "r", named="help", **note("Zij is altijd zo aardig.", "a"))


@pytest.fixture
def run(tmp_path: Path) -> Run:
    return run_within(tmp_path)


def given(run: Run, *lines: bytes) -> Any:
    return run("import", "-", given=b"\n".join(lines).decode())


# Agreement


def units(*coders: str) -> list[dict[int, str]]:
    """The rows of a table of reliability data, one for each coder, as units."""
    rows = [row.split() for row in coders]
    return [{coder: value for coder, value in enumerate(unit) if value != UNREAD} for unit in zip(*rows, strict=True)]


@pytest.mark.parametrize(
    ("rows", "published"),
    [
        (("0 1 0 0 0 0 0 0 1 0", "1 1 1 0 0 1 0 0 0 0"), 0.095),
        (("a a b b d c c c e d d a", "b a b b b c c c e d d d"), 0.692),
        (
            (
                "1 2 3 3 2 1 4 1 2 . . .",
                "1 2 3 3 2 2 4 1 2 5 . 3",
                ". 3 3 3 2 3 4 2 2 5 1 .",
                "1 2 3 3 2 4 4 1 2 5 1 .",
            ),
            0.743,
        ),
    ],
)
def test_alpha_is_that_of_the_published_examples(rows: tuple[str, ...], published: float) -> None:
    """K. Krippendorff, Computing Krippendorff's Alpha-Reliability (2011), parts A, B and C."""
    found = alpha(units(*rows))
    assert found is not None
    assert round(found, 3) == published


def test_there_is_no_alpha_where_nothing_can_be_agreed_on_by_chance() -> None:
    assert alpha(units("a a a", "a a a")) is None
    assert alpha(units("a b c", ". . .")) is None
    assert alpha([]) is None
    assert alpha(units("a b a", "a b a")) == 1


def test_who_read_an_account_and_gave_another_code_did_not_give_this_one() -> None:
    read = [
        ("1", "kim", "help"),
        ("1", "lou", "none"),
        ("2", "kim", "help"),
        ("2", "lou", "help"),
        ("3", "kim", "warmth"),
        ("3", "lou", "warmth"),
    ]
    whole, of_help, of_warmth = agreements([Coded("r", *one) for one in [*read, ("4", "kim", "help")]], lambda _: True, lambda: None)
    assert (of_help.code, of_help.units, of_help.coders) == ("help", 3, 2)
    assert of_help.alpha == alpha(units("1 1 0", "0 1 0"))
    assert (of_warmth.code, of_warmth.alpha) == ("warmth", 1)
    assert (whole.code, whole.units, whole.alpha) == (None, 6, alpha(units("1 1 0 0 0 1", "0 1 0 0 0 1")))


def test_nothing_of_a_code_that_is_held_back_follows_from_all_codes_together() -> None:
    read = [(f"r-{n}", "said", coder, "help") for n in range(3) for coder in ("kim", "lou")]
    held = [("r-0", "other", "kim", "rare"), ("r-0", "other", "lou", "none")]
    found = agreements([Coded(*one) for one in read + held], lambda of: len(of) > 1, lambda: None)
    assert [(one.code, one.units) for one in found] == [(None, 4), ("help", 4)]
    assert (found[0].alpha, found[0].coders) == (found[1].alpha, 2)


def test_agreement_may_be_broken_off() -> None:
    def stop() -> None:
        raise TimeoutError

    with pytest.raises(TimeoutError):
        agreements([Coded("r", "1", coder, "help") for coder in ("kim", "lou")], lambda _: True, stop)


@given_any(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 3), st.sampled_from("abc")), max_size=60))
def test_counted_pairs_come_to_what_each_unit_says(read: list[tuple[int, int, str]]) -> None:
    found = agreements([Coded("r", str(a), str(coder), code) for a, coder, code in read], lambda _: True, lambda: None)
    held: dict[int, dict[int, set[str]]] = {}
    for account_, coder, code in read:
        held.setdefault(account_, {}).setdefault(coder, set()).add(code)
    each = {
        code: [{coder: code in given_ for coder, given_ in readers.items()} for readers in held.values() if len(readers) > 1]
        for code in sorted({code for *_, code in read})
    }
    for one in found:
        of = each[one.code] if one.code is not None else [unit for units_ in each.values() for unit in units_]
        assert (one.units, one.alpha) == (len(of), pytest.approx(alpha(of)))


# Recording


def test_codes_are_told_with_the_account_that_they_are_of(run: Run) -> None:
    part = {"note": 0, "start": 7, "end": 23}
    assert given(run, *pair(), SAID, coded("one", "said", "warmth", segment=part), coded("two", "said", "none", "lou")).code == 0
    first, second = answer(run("codes", "r", "--json"))
    whole = {"account": "said", "code": "warmth", "coder": "kim", "segment": part, "holder": "a", "occurred": "2021-05-01"}
    assert first == whole
    assert (second["code"], second["coder"], second["segment"]) == ("none", "lou", None)
    assert "warmth" in run("codes", "r").out
    assert [row["code"] for row in answer(run("agreement", "--json"))] == [None, "warmth"]
    assert "alles samen" in run("--language", "nl", "agreement").out
    assert "the account of a was coded: warmth" in run("history", "r").out


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        (coded("one", "nothing", "warmth"), "'nothing' is no account here that stands"),
        (coded("one", "r-match", "warmth"), "'r-match' is no account here that stands"),
        (coded("one", "said", "warmth", holder="b"), "is that of a"),
        (coded("one", "said", "warmth", segment={"note": 1, "start": 0, "end": 3}), "has 1 texts"),
        (coded("one", "said", "warmth", segment={"note": 0, "start": 3, "end": 3}), "ends after it begins"),
        (coded("one", "said", ""), "code"),
        (coded("one", "said", "warmth", on="2020-01-01"), "had not begun then"),
    ],
)
def test_what_cannot_be_coded_is_told_and_nothing_is_kept(run: Run, wrong: bytes, told: str) -> None:
    assert given(run, *pair(), SAID).code == 0
    done = given(run, wrong)
    assert done.code == 1
    assert told in done.err + done.out
    assert answer(run("codes", "r", "--json")) == []


def test_an_account_can_be_coded_after_the_end_and_retracted_with_its_codes(run: Run) -> None:
    assert (
        given(run, *pair(), SAID, ended("r", "2021-04-01"), coded("one", "said", "warmth"), coded("two", "said", "warmth", "lou")).code == 0
    )
    assert answer(run("agreement", "--json"))[1]["units"] == 1
    assert given(run, line("gone", "event_retracted", "relationship/r", {"event": "said"}, "2021-06-01")).code == 0
    assert [row["units"] for row in answer(run("agreement", "--json"))] == [0]


# Readings


READ = [
    ("reading", "r", "--at", "2021-09-01"),
    ("trajectory", "r", "--from", "2021-01-01", "--to", "2022-12-01"),
    ("moves", "r", "--to", "2023-01-01"),
]


def told(run: Run, lens: str) -> list[Any]:
    holders: list[list[str]] = [[], *(["--holder", holder] for holder in ("a", "b", "coordinator"))]
    return [_read(answer(run(*said, *holder, "--lens", lens, "--json"))) for said in READ for holder in holders]


def _read(found: Any) -> Any:
    """Without what differs from recording to recording."""
    if isinstance(found, dict):
        return {name: _read(value) for name, value in found.items() if name not in ("recorded", "position")}
    return [_read(one) for one in found] if isinstance(found, list) else found


def test_no_reading_of_a_shipped_lens_changes_by_a_code_in_any_way(run: Run, tmp_path: Path) -> None:
    """Codes stand at many days while what was said fades: not one look is taken for them, or it would be seen to fade sooner."""
    members = [{"handle": handle, "participant": f"r-{name}", "roles": []} for handle, name in (("a", "anna"), ("b", "bram"))]
    met = line("r-met", "contact_emerged", "relationship/r", {"initiative": "home", "members": members})
    history = [*pair()[:-1], met, SAID, account("b-said", "r", "b", "2021-04-01", named="friendship")]
    codes = [coded(f"c{day}", "said", "warmth", f"coder-{day}", on=f"2021-{day % 12 + 1:02}-{day:02}") for day in range(3, 28)]
    assert given(run, *history).code == 0
    before = [told(run, lens) for lens in ("evidence", "accounts")]
    assert given(run, *codes).code == 0
    assert [told(run, lens) for lens in ("evidence", "accounts")] == before
    assert run("rebuild").code == 0
    assert [told(run, lens) for lens in ("evidence", "accounts")] == before


def test_a_lens_of_ones_own_weighs_each_code_of_an_account_once_from_when_it_was_given(run: Run, tmp_path: Path) -> None:
    (tmp_path / "coded.yaml").write_text("name: coded\nversion: '1'\ncodes: {warmth: [0, 0.7, 0], chores: [0.2, 0, 0]}\n")
    lines = [coded("one", "said", "warmth"), coded("two", "said", "warmth", "lou"), coded("three", "said", "other")]
    assert given(run, *pair(), SAID, *lines).code == 0
    assert run("lens", "add", str(tmp_path / "coded.yaml")).code == 0
    reading = answer(run("reading", "r", "--at", "2021-03-01", "--lens", "coded", "--holder", "a", "--json"))
    weights = {one["event"]["id"]: one["friendship"] for one in reading["because"]}
    assert weights == {"r-match": 0, "said": 0, "one": 0.7}
    other = answer(run("reading", "r", "--at", "2021-03-01", "--lens", "coded", "--holder", "b", "--json"))
    assert "one" not in {one["event"]["id"] for one in other["because"]}, "it is a's, and nobody else's"
    definition = next(lens["definition"] for lens in answer(run("lens", "list", "--json")) if lens["name"] == "coded")
    assert definition["codes"] == {"warmth": [0, 0.7, 0], "chores": [0.2, 0, 0]}
    (tmp_path / "wrong.yaml").write_text("name: wrong\nversion: '1'\ncodes: {warmth: [0, 70, 0]}\n")
    assert "codes" in refused(run("lens", "add", str(tmp_path / "wrong.yaml")))


def test_of_too_many_relationships_at_once_no_agreement_is_worked_out(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    assert given(run, *pair(), SAID).code == 0
    monkeypatch.setattr(coding, "MOST", 0)
    assert "Ask of one initiative" in refused(run("agreement"))


# Who is told


OURS = '{ relationship(id: "contact-0") { codes { account code coder holder } } agreement { code } }'


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with research_house(Files(tmp_path / "house.db")) as house:
        for coder in ("kim", "lou"):
            who = f"{seeker(0)}-here"
            house.record(coded(f"by-{coder}", "contact-0-said", "secret-code", coder, who, stream="contact-0"))
        yield house


def test_codes_are_sealed_for_who_may_not_open_what_was_said_and_stored_under_the_key_of_who_said_it(house: House) -> None:
    assert house.served.answer(OURS)["data"]["relationship"]["codes"][0]["code"] == "secret-code"
    shut = house.served.answer(OURS, house.who("auditor"))
    assert {one["code"] for one in shut["data"]["relationship"]["codes"]} == {"sealed"} if shut["data"] else True
    alone = house.served.answer('{ relationship(id: "contact-0") { codes { account code coder } } }', house.who("auditor"))
    assert alone["data"]["relationship"]["codes"] == [{"account": None, "code": "sealed", "coder": None}] * 2
    with house.organisation.store.reading() as connection:
        states = [bytes(state) for (state,) in connection.execute("SELECT state FROM events")]
    assert not any(b"secret-code" in state for state in states)
    house.organisation.erasing.erase(seeker(0))
    gone = house.served.answer(OURS)["data"]["relationship"]["codes"]
    assert [(one["code"], one["coder"]) for one in gone] == [("erased", None)] * 2


def test_researchers_are_told_codes_once_an_account_by_week_and_neither_words_nor_coders(house: House) -> None:
    answer = house.ask(MEASURES)
    nodes = {node["pseudonym"]: node for node in answer["relationships"]["nodes"]}
    mine = nodes.pop(house.called("contact-0"))
    (found,) = mine["codes"]
    assert found["code"] == "secret-code"
    assert found["week"] in (5, 6, 7)
    assert found["holder"] in {member["pseudonym"] for member in mine["members"] if member["side"] == "RECEIVES"}
    assert all(node["codes"] == [] for node in nodes.values())
    assert [(row["code"], row["units"]) for row in answer["agreement"]] == [(None, 0)], "of two people"
    house.project("few", initiatives=["home-two"])
    few = house.ask(MEASURES, "few")
    assert (few["relationships"]["nodes"], few["agreement"]) == ([], None)
    query = '{ relationship(id: "contact-0") { id } }'
    (error,) = house.served.answer(query, house.researcher())["errors"]
    assert error["extensions"]["code"] == "FORBIDDEN"


def test_the_codebook_is_told_to_who_may_open_accounts_and_to_researchers(house: House) -> None:
    store, who = house.organisation.store, Viewer("member/ada", "administrator")
    replace_codebook(store.database, store.accesses, codebook_from_yaml(b"codes: {tea: {description: Drinking something.}}"), who)
    told = [{"code": "tea", "description": "Drinking something.", "under": None}]
    query = "{ codebook { code description under } }"
    assert house.served.ask(query)["codebook"] == house.ask(MEASURES)["codebook"] == told
    for role in ("auditor", "dashboard", "administrator"):
        (error,) = house.served.answer(query, house.who(role))["errors"]
        assert error["extensions"]["code"] == "FORBIDDEN", role


def test_researchers_are_told_how_coders_agree_on_what_is_observed_and_of_enough_people(house: House) -> None:
    for number in range(1, 5):
        for coder in ("kim", "lou"):
            who = f"{seeker(number)}-here"
            house.record(coded(f"{number}-by-{coder}", f"contact-{number}-said", "often", coder, who, stream=f"contact-{number}"))
    codes = "{ research { agreement { code units } } }"
    assert house.ask(codes)["agreement"] == [{"code": None, "units": 0}], "eight people"
    for coder in ("kim", "lou"):
        house.record(coded(f"5-by-{coder}", "contact-5-said", "often", coder, f"{seeker(5)}-here", stream="contact-5"))
    assert house.ask(codes)["agreement"] == [{"code": None, "units": 6}, {"code": "often", "units": 6}], "and nothing of secret-code"
    # What contact-5 said came after this; the other three of those that began before it are of too few.
    house.project("short", until=iso_day(day(began(5)) + 40 * DAY))
    assert house.ask(codes, "short")["agreement"] == [{"code": None, "units": 0}]
