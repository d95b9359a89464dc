"""The verbs that need no more than an organisation that is opened, in the order in which `--help` lists them: those of a day's work, and
those of whoever looks after the platform."""

from collections.abc import Sequence

import click

from projections.export import (
    analysing,
    asking,
    auditing,
    carrying,
    choosing,
    coding,
    entering,
    lensing,
    members,
    researching,
    scaling,
    tending,
)

carrying.give_out.add_command(researching.export_research)
DAILY: Sequence[click.Command] = (
    carrying.take_in, carrying.give_out, carrying.save, carrying.bring_back, *asking.ASKING, lensing.lens, scaling.scale, coding.coding,
)  # fmt: skip
TENDING: Sequence[click.Command] = (
    entering.sign_in, members.member, members.grant, tending.token, researching.project, analysing.analyse, tending.erase,
    tending.retention, choosing.own_settings, auditing.audit,
)  # fmt: skip
