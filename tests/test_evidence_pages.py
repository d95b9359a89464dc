"""The bundle of evidence over HTTP is the one that the command line writes; whoever is no auditor, or asks for else, gets none."""

import pytest
from served import Served

from domain.proofs.evidence import verify
from projections.export.bundle import Asked, bundle


def test_it_is_the_bundle_of_what_is_named(house: Served) -> None:
    found = house.client.get("/evidence.zip?relationship=lars", headers=house.auditor)
    assert (found.status_code, found.headers["content-type"], found.headers["cache-control"]) == (200, "application/zip", "no-store")
    verify(found.content)
    log, accesses = house.organisation.log, house.organisation.access_log
    assert found.content == bundle(log, accesses, (), None, Asked(["lars"]))


@pytest.mark.parametrize("asked", ["?contact=lars", "?relationship=" + "&relationship=".join(map(str, range(101)))])
def test_what_is_no_parameter_or_too_much_is_refused_in_words(house: Served, asked: str) -> None:
    found = house.client.get(f"/evidence.zip{asked}", headers=house.auditor)
    assert found.status_code == 400
    assert found.json()["errors"][0]["extensions"]["code"] == "BAD_INPUT"


def test_what_is_not_there_is_not_found(house: Served) -> None:
    assert house.client.get("/evidence.zip?relationship=nobodys", headers=house.auditor).status_code == 422


@pytest.mark.parametrize("role", ["coordinator", "dashboard", "administrator"])
def test_nobody_but_an_auditor_is_given_it(house: Served, role: str) -> None:
    token = house.organisation.tokens.create(role)  # type: ignore[arg-type]
    assert house.client.get("/evidence.zip", headers={"Authorization": f"Bearer {token}"}).status_code == 403
