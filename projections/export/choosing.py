"""The verbs for what an organisation sets for itself: when something asks for a look, and where its days begin."""

import click

from domain.model.attention import ATTENTION_KINDS, AttentionKind, Choices
from domain.model.errors import bad, missing
from domain.store.own_settings import TIME_ZONE, OwnSettings
from projections.export import tables
from projections.export.objects import of_choices
from projections.export.tending import opened
from projections.export.terminal import Verbs, acting, show

SWITCHES = {"on": True, "off": False}


@click.group("settings", cls=Verbs)
def own_settings() -> None:
    """Say what asks for a look, and where days begin."""


@own_settings.command("show")
def show_settings() -> None:
    """Show what is set."""
    with opened() as organisation:
        choices = organisation.settings.choices()
    _show(choices)


@own_settings.command("set")
@click.argument("name")
@click.argument("value")
def set_setting(name: str, value: str) -> None:
    """Set one of them: VALUE is on, off or a number, for `time_zone` an IANA name.

    A number turns it on."""
    kind = next((kind for kind in ATTENTION_KINDS if kind == name), None)
    if kind is None and name != TIME_ZONE:
        raise missing("setting_unknown", "name", name=name, known=[*ATTENTION_KINDS, TIME_ZONE])
    with opened(new=True) as organisation:
        if kind is None:
            organisation.settings.choose_time_zone(value, acting())
        else:
            _choose(organisation.settings, kind, value)
        choices = organisation.settings.choices()
    _show(choices)


def _choose(settings: OwnSettings, kind: AttentionKind, value: str) -> None:
    if value not in SWITCHES and not (value.isascii() and value.isdecimal() and len(value) <= 9):
        raise bad("setting_value", "value", name=kind, value=value)
    settings.choose_preset(kind, SWITCHES.get(value, True), None if value in SWITCHES else int(value), acting())


def _show(choices: Choices) -> None:
    answer = of_choices(choices)
    show(answer, lambda language: tables.choices(answer, language))
