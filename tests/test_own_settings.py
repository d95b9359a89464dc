"""What an organisation sets for itself holds at once, stands in the log of who looked, and comes back with a backup."""

from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from command_line import Run, answer, refused, run_within
from sent_lines import Clock, initiative, opened, record
from store_places import Place
from test_scopes import House, house
from turned_stores import SPANS

from domain.model.attention import PRESETS, Choices, Preset
from domain.model.errors import Refused
from domain.store import backup
from domain.store.accesses import Viewer, entries
from domain.store.database import SETTINGS, Put
from domain.store.own_settings import TIME_ZONE, OwnSettings
from domain.store.store import EventStore

__all__ = ["house"]
WHO = Viewer("member/ada", "administrator")


@pytest.fixture
def store(opening: Callable[[], EventStore]) -> EventStore:
    return opening()


@pytest.fixture
def settings(store: EventStore) -> OwnSettings:
    return OwnSettings(store.database, store.accesses)


def test_before_anything_is_set_the_presets_hold(settings: OwnSettings) -> None:
    assert settings.choices() == Choices("Europe/Amsterdam", PRESETS)


def test_what_is_set_holds_and_a_number_outlasts_being_switched_off(settings: OwnSettings) -> None:
    settings.choose_preset("check_in_due", False, 30, WHO)
    settings.choose_preset("check_in_due", True, None, WHO)
    settings.choose_time_zone("America/Curacao", WHO)
    assert settings.choices() == Choices("America/Curacao", {**PRESETS, "check_in_due": Preset(True, 30)})


def test_every_change_stands_in_the_log_of_who_looked(store: EventStore, settings: OwnSettings) -> None:
    settings.choose_preset("long_silence", True, 3, WHO)
    settings.choose_time_zone("UTC", WHO)
    with store.reading() as connection:
        told = [(one.by, one.action, one.place, one.kinds) for one in entries(connection, None, None)]
    assert told == [
        ("member/ada", "changed", "setting/time_zone", ("time_zone_changed",)),
        ("member/ada", "changed", "setting/long_silence", ("preset_changed",)),
    ]


@pytest.mark.parametrize(
    ("kind", "number", "rule"),
    [
        ("check_in_due", 0, "preset_number"),
        ("check_in_due", 3_651, "preset_number"),
        ("long_silence", 101, "preset_number"),
        ("term_lapsed", 1, "preset_no_number"),
        ("agreement_review", 1, "preset_no_number"),
    ],
)
def test_a_number_that_cannot_be_is_refused_and_leaves_nothing(
    store: EventStore, settings: OwnSettings, kind: Any, number: int, rule: str
) -> None:
    with pytest.raises(Refused) as told:
        settings.choose_preset(kind, True, number, WHO)
    assert told.value.refusal.rule == rule
    assert told.value.refusal.text("nl") != told.value.refusal.text("en")
    with store.reading() as connection:
        assert list(entries(connection, None, None)) == []
    assert settings.choices() == Choices()


@pytest.mark.parametrize("name", ["", "Amsterdam", "Europe", "Europe/Amsterdam/", "../etc/passwd", "localtime", "Factory", "\N{SNOWMAN}"])
def test_what_is_no_time_zone_is_refused(settings: OwnSettings, name: str) -> None:
    with pytest.raises(Refused) as told:
        settings.choose_time_zone(name, WHO)
    assert told.value.refusal.rule == "time_zone"
    assert settings.choices().time_zone == "Europe/Amsterdam"


def test_a_restore_brings_the_settings_of_the_backup_and_none_of_the_empty_platform(place: Place, clock: Clock, tmp_path: Path) -> None:
    with closing(opened(place, clock=clock)) as store:
        record(store, [initiative()])
        OwnSettings(store.database, store.accesses).choose_preset("check_in_due", True, 30, WHO)
        backup.save(store, tmp_path / "copy", lambda step, count: None)
    with closing(opened(tmp_path / "other.db", clock=clock)) as store:
        settings = OwnSettings(store.database, store.accesses)
        with store.database.writing("settings") as connection:
            connection.write([Put(SETTINGS, [(TIME_ZONE, "UTC")])])
        backup.load(store, tmp_path / "copy", lambda step, count: None, SPANS)
        assert settings.choices() == Choices(presets={**PRESETS, "check_in_due": Preset(True, 30)})


# Over GraphQL

ASKED = "{ settings { timeZone presets { kind on days times } } }"
CHANGE = "mutation { setPreset(kind: %s, on: %s, number: %s) { presets { kind on days times } } }"


def test_an_administrator_sets_what_coordinators_read(house: House) -> None:
    changed = house.ask(house.program("administrator"), CHANGE % ("LONG_SILENCE", "true", "4"))["data"]["setPreset"]
    house.ask(house.program("administrator"), 'mutation { setTimeZone(name: "UTC") { timeZone } }')
    found = house.ask(house.member("anna"), ASKED)["data"]["settings"]
    assert found == {"timeZone": "UTC", **changed}
    assert {"kind": "LONG_SILENCE", "on": True, "days": None, "times": 4} in found["presets"]
    assert {"kind": "TERM_LAPSED", "on": True, "days": None, "times": None} in found["presets"]


@pytest.mark.parametrize("role", ["coordinator", "auditor", "dashboard"])
def test_nobody_else_sets_anything(house: House, role: Any) -> None:
    who = house.program(role)
    for change in (CHANGE % ("TERM_LAPSED", "false", "null"), 'mutation { setTimeZone(name: "UTC") { timeZone } }'):
        assert house.code(who, change) == "FORBIDDEN"
    assert house.organisation.settings.choices() == Choices()


def test_whoever_is_signed_in_is_told_the_time_zone_and_who_looks_at_contacts_the_presets(house: House) -> None:
    for role, sees in (("dashboard", False), ("auditor", True), ("coordinator", True), ("administrator", True)):
        who = house.program(role)  # type: ignore[arg-type]
        assert house.ask(who, "{ settings { timeZone } }")["data"] == {"settings": {"timeZone": "Europe/Amsterdam"}}
        assert ("errors" not in house.ask(who, ASKED)) is sees
    assert house.code({"Authorization": "Bearer nobody"}, "{ settings { timeZone } }") == "UNAUTHENTICATED"


def test_what_cannot_be_set_is_refused_by_its_name(house: House) -> None:
    administrator = house.program("administrator")
    for change, field in ((CHANGE % ("TERM_LAPSED", "true", "3"), "number"), ('mutation { setTimeZone(name: "x") { timeZone } }', "name")):
        (error,) = house.ask(administrator, change)["errors"]
        assert (error["extensions"]["code"], error["extensions"]["field"]) == ("BAD_INPUT", field)


# On the command line


@pytest.fixture
def run(tmp_path: Path) -> Run:
    return run_within(tmp_path)


def test_settings_are_shown_and_set_on_the_command_line(run: Run) -> None:
    assert answer(run("settings", "set", "time_zone", "America/Curacao", "--json"))["timeZone"] == "America/Curacao"
    for value, expected in (("off", (False, 28)), ("40", (True, 40)), ("off", (False, 40)), ("on", (True, 40))):
        told = answer(run("settings", "set", "term_ends_soon", value, "--json"))
        (preset,) = [one for one in told["presets"] if one["kind"] == "TERM_ENDS_SOON"]
        assert (preset["on"], preset["days"]) == expected
    assert answer(run("settings", "show", "--json")) == told
    shown = run("settings", "show", "--language", "nl").out
    assert "2 keer hun ritme" in shown
    assert "America/Curacao" in shown
    assert "veranderde setting/time_zone: waar haar dagen beginnen" in " ".join(run("audit", "access", "--language", "nl").out.split())


@pytest.mark.parametrize(
    ("said", "text"),
    [
        (("nothing", "on"), "There is no setting 'nothing'."),
        (("check_in_due", "often"), "'often' is no value for `check_in_due`"),
        (("check_in_due", "-1"), "No such option"),
        (("check_in_due", "0"), "from 1 to 3650"),
        (("term_lapsed", "3"), "has no number"),
        (("time_zone", "off"), "There is no time zone 'off'."),
    ],
)
def test_what_cannot_be_set_is_told_in_a_line(run: Run, said: tuple[str, str], text: str) -> None:
    run("settings", "set", "time_zone", "UTC")  # With which the platform begins.
    assert text in refused(run("settings", "set", *said), 2 if said[1].startswith("-") else 1)
