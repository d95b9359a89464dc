"""Tokens that are nearly right: what the platform and a real provider gave out, changed in ways that were once taken for right somewhere.

`python tests/mutated_tokens.py` tries ten thousand and more of them against the whole application: none may give entry, and none may break
anything.
"""

import argparse
import hmac
import json
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from identity_provider import OWN, IdentityProvider, elliptic, identity_provider, rsa
from joserfc import jwe, jws, jwt
from joserfc.jwk import ECKey, OKPKey, RSAKey
from joserfc.util import urlsafe_b64decode, urlsafe_b64encode
from sign_in_house import ASK, House, sign_in_house

Key = RSAKey | ECKey | OKPKey
BASE64URL = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
MOST = 4_000
"""Characters of a header that are sent; more is another protocol's limit."""


class Given:
    """What was really given out for one member, and what an attacker has besides: the provider's public keys, and a key of their own."""

    def __init__(self, house: House, provider: IdentityProvider) -> None:
        self.issuer = provider.issuer
        self.key: Key = provider.keys[0]
        self.own = rsa("own")
        self.access = provider.access_token("anna@example.org")
        self.access_eve = provider.access_token("eve@example.org")
        self.id_token = provider.id_token("anna@example.org")
        self.elsewhere = provider.access_token("anna@example.org", "https://elsewhere.example")
        self.program = house.organisation.tokens.create(name="program")
        self.session = house.entered(provider, "anna", "anna@example.org").client.cookies["tr_session"]
        self.link = house.link("anna")
        self.header, self.claims = (json.loads(urlsafe_b64decode(part.encode())) for part in self.access.split(".")[:2])

    def signed(self, header: dict[str, Any], claims: Any, key: Key | None = None) -> str:
        """A token by a key, whatever its header says; by the provider's, where none is named."""
        key = self.key if key is None else key
        assert key.alg is not None
        body = f"{part(header)}.{part(claims)}"
        return f"{body}.{part(jws.JWSRegistry.algorithms[key.alg].sign(body.encode(), key))}"


def part(value: Any) -> str:
    return urlsafe_b64encode(value if isinstance(value, bytes) else json.dumps(value).encode()).decode()


def flipped(given: Given, chance: random.Random) -> str:
    """One bit, or one letter."""
    text = chance.choice((given.access, given.program, given.id_token))
    place = chance.randrange(len(text))
    other = chance.choice((chr(ord(text[place]) ^ (1 << chance.randrange(7))), chance.choice(BASE64URL + ".=+/ ")))
    return text[:place] + (other if other != text[place] else "~") + text[place + 1 :]


def flipped_within(given: Given, chance: random.Random) -> str:
    """One bit of what a part means."""
    parts = given.access.split(".")
    which = chance.randrange(3)
    raw = bytearray(urlsafe_b64decode(parts[which].encode()))
    raw[chance.randrange(len(raw))] ^= 1 << chance.randrange(8)
    parts[which] = part(bytes(raw))
    return ".".join(parts)


def cut(given: Given, chance: random.Random) -> str:
    text = chance.choice((given.access, given.program, given.session))
    return chance.choice(
        (text[: chance.randrange(len(text))], text[chance.randrange(1, len(text)) :], text + text, text + chance.choice(BASE64URL))
    )


def swapped(given: Given, chance: random.Random) -> str:
    """Parts of several tokens, in any order; never all of one that holds."""
    tokens = (given.access, given.access_eve, given.id_token, given.elsewhere)
    while True:
        chosen = [chance.choice(tokens).split(".")[chance.randrange(3)] for _ in range(chance.choice((1, 2, 3, 3, 3, 3, 4, 5)))]
        if ".".join(chosen) != given.access:
            return ".".join(chosen)


def by_other_algorithm(given: Given, chance: random.Random) -> str:
    """None at all, or the public key taken for a secret."""
    algorithm = chance.choice(("none", "None", "NONE", "nOnE", "HS256", "HS384", "HS512", "RS1", "ES256K", "dir", "A256KW", "", "RS256 "))
    header = {**given.header, "alg": algorithm}
    if algorithm.startswith("HS"):
        assert isinstance(given.key, RSAKey | ECKey)
        secret = chance.choice(
            (given.key.as_pem(), given.key.as_der(), given.key.as_pem().strip(), json.dumps(given.key.as_dict()).encode())
        )
        body = f"{part(header)}.{part(given.claims)}"
        return f"{body}.{part(hmac.digest(secret, body.encode(), f'sha{algorithm[2:]}'))}"
    signature = chance.choice(("", given.access.split(".")[2], "AA", part(b"\0" * 256)))
    return f"{part(header)}.{part(given.claims)}.{signature}"


def by_own_key(given: Given, chance: random.Random) -> str:
    """A key that the token itself brings along or points to."""
    public = given.own.as_dict(private=False)
    more: list[dict[str, Any]] = [
        {}, {"jwk": public}, {"jku": "https://elsewhere.example/jwks"}, {"x5u": "https://elsewhere.example/"}, {"x5c": ["MIIB"]},
        {"kid": "own"}, {"kid": None}, {"kid": ""}, {"kid": "../../dev/null"}, {"kid": "' OR 1=1 --"}, {"kid": ["own"]}, {"kid": {"a": 1}},
        {"kid": "first\0"},
    ]  # fmt: skip
    return given.signed({**given.header, **chance.choice(more)}, given.claims, given.own)


def with_other_header(given: Given, chance: random.Random) -> str:
    """Signed by the provider's own key, for another purpose, or with what nobody understands."""
    more: list[dict[str, Any]] = [
        {"typ": "JWT"}, {"typ": None}, {"typ": "logout+jwt"}, {"typ": "at+jwt2"}, {"typ": ["at+jwt"]}, {"typ": 1}, {"crit": ["exp"]},
        {"crit": ["b64"], "b64": False}, {"b64": False}, {"jku": "https://a.example"}, {"cty": "JWT"}, {"alg": 1}, {"alg": None},
        {"alg": ["RS256"]}, {"kid": "unknown"}, {"alg": "PS256"}, {"alg": "ES256"}, {"alg": "RS512"}, {"zip": "DEF"}, {"enc": "A256GCM"},
    ]  # fmt: skip
    header = {**given.header, **chance.choice([one for one in more if one.get("alg") != given.key.alg])}
    return given.signed({name: value for name, value in header.items() if value is not None or chance.random() < 0.5}, given.claims)


def with_other_claims(given: Given, chance: random.Random) -> str:
    """Signed by the provider's own key, with claims that make it another's, or no token of now."""
    now = given.claims["iat"]
    wrong: dict[str, list[Any]] = {
        "iss": ["https://elsewhere.example", given.issuer + "/", given.issuer.upper(), [given.issuer], None],
        "aud": ["https://elsewhere.example", OWN + "/", OWN.encode().hex(), [], [["x"]], [1], {OWN: 1}, None],
        "exp": [now - 3_600, -1, "never", True, [now + 600], None],
        "nbf": [now + 3_600, "x"],
        "iat": [now + 3_600, "x", {}, None],
        "sub": [
            "",
            "eve@example.org",
            "Anna@example.org",
            "anna@example.org ",
            "anna@example.org\0",
            "é",
            "\ud800",
            "x" * 300,
            1,
            ["x"],
            None,
        ],
        "client_id": [None],
        "jti": [1, None],
    }
    name = chance.choice(list(wrong))
    claims = {**given.claims, name: chance.choice(wrong[name])}
    return given.signed(given.header, {name: value for name, value in claims.items() if value is not None or chance.random() < 0.5})


def of_no_form(given: Given, chance: random.Random) -> str:
    """Signed by the provider's own key, where what is signed is no object; or nested, or huge, or in no alphabet."""
    deep = b"[" * chance.choice((10, 900)) + b"]" * chance.choice((0, 10, 900))
    numbers = (
        b'{"exp":1e999}',
        b'{"exp":NaN}',
        b'{"exp":' + b"9" * 1_000 + b"}",
        b'{"sub":"\xff"}',
        b"null",
        b"[]",
        b'"x"',
        b"1",
        b"",
        b"{",
        deep,
    )
    return chance.choice(
        (
            lambda: given.signed(given.header, chance.choice(numbers)),
            lambda: f"{part(chance.choice(numbers))}.{part(given.claims)}.{given.access.split('.')[2]}",
            lambda: given.signed({**given.header, "cty": "JWT"}, given.access.encode()),
            lambda: encrypted(given),
            lambda: part(deep) + "." * chance.choice((0, 1, 2, 4, 300)),
            lambda: chance.choice("aA.é\u2028\U0001f600=\t") * chance.choice((1, 60, MOST)),
            lambda: "".join(chance.choice("tr_.eyJ=\xe9\x7f\u0130") for _ in range(chance.randrange(80))),
            lambda: json.dumps({"payload": part(given.claims), "signatures": [{"protected": part(given.header)}]}),
            lambda: "",
        )
    )()


def encrypted(given: Given) -> str:
    """Sealed for the provider's own public key, as whoever knows that can."""
    registry = jwe.JWERegistry(algorithms=["RSA-OAEP-256", "ECDH-ES", "A256GCM"])
    algorithm = "RSA-OAEP-256" if isinstance(given.key, RSAKey) else "ECDH-ES"
    data = {name: value for name, value in given.key.as_dict(private=False).items() if name not in ("use", "alg")}
    key = RSAKey.import_key(data) if isinstance(given.key, RSAKey) else ECKey.import_key(data)
    return jwt.encode({"alg": algorithm, "enc": "A256GCM", "typ": "at+jwt"}, given.claims, key, registry=registry)


def given_for_else(given: Given, chance: random.Random) -> str:
    """What holds, but not here: an ID token, a token for elsewhere, somebody else's, a session or a link in a header."""
    return chance.choice(
        (given.id_token, given.elsewhere, given.access_eve, given.session, given.link, given.access.upper(), given.program.lower())
    )


WAYS: tuple[Callable[[Given, random.Random], str], ...] = (
    flipped, flipped_within, cut, swapped, by_other_algorithm, by_own_key, with_other_header, with_other_claims, of_no_form, given_for_else,
)  # fmt: skip


def mutated(given: Given, number: int, seed: int) -> Iterator[tuple[str, str]]:
    """So many tokens, by the way in which each was made."""
    chance = random.Random(seed)
    for count in range(number):
        way = WAYS[count % len(WAYS)]
        yield way.__name__, way(given, chance)


def tried(house: House, given: Given, number: int, seed: int) -> Counter[tuple[str, int]]:
    """How often each way was answered with which status: in a header, and every seventh in a cookie too."""
    found: Counter[tuple[str, int]] = Counter()
    client = house.browser().client
    for count, (way, token) in enumerate(mutated(given, number, seed)):
        sent = token[:MOST].encode("utf-8", "replace")
        answer = client.post("/graphql", json=ASK, headers={b"Authorization": b"Bearer " + sent})
        found[way, answer.status_code] += 1
        if answer.status_code == 200:
            print(f"given entry by {way}: {token}", file=sys.stderr)
        if count % 7 == 0 and token != given.session:
            cookie = b"tr_session=" + sent.replace(b";", b"").replace(b"\0", b"")
            answer = client.post("/graphql", json=ASK, headers={b"Cookie": cookie, b"Origin": OWN.encode()})
            found[f"{way} in a cookie", answer.status_code] += 1
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tokens", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    began, found = time.monotonic(), Counter[tuple[str, int]]()
    for key in (rsa("first"), elliptic("first")):
        with (
            tempfile.TemporaryDirectory() as folder,
            identity_provider(key, rsa("other")) as provider,
            sign_in_house(Path(folder), provider) as house,
        ):
            found += tried(house, Given(house, provider), asked.tokens // 2, asked.seed)
    for (way, status), count in sorted(found.items()):
        print(f"{count:6}  {status}  {way}")
    accepted = sum(count for (_, status), count in found.items() if status < 400)
    broken = sum(count for (_, status), count in found.items() if status >= 500)
    print(f"{found.total()} tries in {time.monotonic() - began:.0f} s: {accepted} accepted, {broken} server errors")
    sys.exit(bool(accepted or broken))


if __name__ == "__main__":
    main()
