"""Ten thousand tokens that are nearly right give entry to nobody and break nothing; and there are some among them for each thing that is
looked at.
"""

import json
from collections.abc import Iterator

import pytest
from identity_provider import elliptic, identity_provider, rsa
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.util import urlsafe_b64decode
from mutated_tokens import Given, mutated, tried
from sign_in_house import House, sign_in_house

from api.sign_in.verification import ALGORITHMS, Key

EACH = 5_000


@pytest.fixture(scope="module", params=[rsa("first"), elliptic("first")], ids=lambda key: key.alg)
def house(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[House, Given]]:
    with identity_provider(request.param, rsa("other")) as provider, sign_in_house(tmp_path_factory.mktemp("house"), provider) as found:
        yield found, Given(found, provider)


def test_none_of_ten_thousand_mutated_tokens_gives_entry_or_breaks_anything(house: tuple[House, Given]) -> None:
    found = tried(*house, EACH, seed=1)
    assert found.total() >= EACH
    assert {status for _, status in found} <= {400, 401}, found
    for token in (house[1].access, house[1].program):
        answer = house[0].browser().client.get("/graphql?query={lenses{name}}", headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code == 200, "as it was given out it holds"


def test_there_are_some_for_who_looks_at_the_signature_alone_and_for_who_looks_at_the_claims_alone(house: tuple[House, Given]) -> None:
    given = house[1]
    tokens = list(mutated(given, 600, seed=2))
    assert {way for way, token in tokens if signed_by(given.key, token)} >= {"with_other_header", "with_other_claims", "of_no_form"}
    assert {way for way, token in tokens if claims_of(token) == given.claims} >= {"by_other_algorithm", "by_own_key", "flipped_within"}


def signed_by(key: Key, token: str) -> bool:
    registry = jws.JWSRegistry(algorithms=ALGORITHMS, strict_check_header=False)
    try:
        jws.deserialize_compact(token, key, registry=registry)
    except (JoseError, ValueError):
        return False
    return True


def claims_of(token: str) -> object:
    try:
        return json.loads(urlsafe_b64decode(token.split(".")[1].encode()))
    except (ValueError, IndexError, RecursionError):
        return None
