"""Whoever asks is told who they are here, in which role, and what they may."""

from typing import Any

import pytest
from test_scopes import WHO, House, house

from domain.model.roles import RIGHTS, ROLES, Reach, Role

__all__ = ["house"]
VIEWER = "{ viewer { role id name recordedBy initiatives organisation may } }"


def viewer(house: House, who: dict[str, str]) -> Any:
    return house.ask(who, VIEWER)["data"]["viewer"]


def test_a_coordinator_is_told_what_they_look_after(house: House) -> None:
    assert viewer(house, house.member("anna")) == {
        "role": "coordinator", "id": "anna", "name": "anna", "recordedBy": "coordinator/anna", "initiatives": ["buddies"],
        "organisation": "buurtmaat", "may": ["look", "open", "record", "count"],
    }  # fmt: skip


def test_a_program_is_no_member_and_bounded_as_its_token_is(house: House) -> None:
    token = house.organisation.tokens.create("coordinator", name="sync", reach=Reach(initiatives=("coffee",)))
    told = viewer(house, {"Authorization": f"Bearer {token}"})
    assert (told["id"], told["name"], told["recordedBy"], told["initiatives"]) == (None, "sync", "system/sync", ["coffee"])
    assert viewer(house, house.program("coordinator"))["initiatives"] is None


@pytest.mark.parametrize("role", [role for role in ROLES if role not in ("researcher", "participant")])
def test_everybody_is_told_what_their_role_may(house: House, role: Role) -> None:
    told = viewer(house, house.program(role))
    assert (told["role"], set(told["may"])) == (role, RIGHTS[role])


def test_a_participant_and_a_researcher_are_told_who_they_are(house: House) -> None:
    member = house.organisation.roster.invite_participant("alice", WHO)
    token = house.organisation.tokens.made_for("participant", 60, "program", member=member.id)
    told = viewer(house, {"Authorization": f"Bearer {token}"})
    assert (told["role"], told["id"], told["recordedBy"], told["may"]) == ("participant", member.id, "participant/alice", ["own"])
    house.organisation.projects.create("study", "To learn.", WHO)
    assert viewer(house, house.program("researcher", Reach(project="study")))["may"] == ["count", "research"]


def test_with_what_was_granted_one_may_look_and_open_and_nothing_else(house: House) -> None:
    token = house.organisation.tokens.made_for("auditor", 60, "grant", name="eva", reach=Reach(initiatives=("buddies",), opens=True))
    told = viewer(house, {"Authorization": f"Bearer {token}"})
    assert (told["initiatives"], told["may"]) == (["buddies"], ["look", "open"])


def test_who_shows_no_token_that_holds_is_nobody(house: House) -> None:
    assert house.code({"Authorization": "Bearer nobody"}, VIEWER) == "UNAUTHENTICATED"
