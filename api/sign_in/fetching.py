"""Asking the provider over HTTPS: rarely, and never longer or more than expected, since whoever asks here waits meanwhile.

The standard library does it. What is asked of is set by the operator, so that no address comes from a sender; a redirect is not followed.
"""

import time
from collections.abc import Mapping
from http.client import HTTPException, HTTPMessage
from typing import IO, TypeVar
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import HTTPRedirectHandler, Request, build_opener

import msgspec

from projections.export.sign_in import safe

STEP_SECONDS = 4.0
"""For so long is waited for the connection, and for each part of the answer."""
WHOLE_SECONDS = 8.0
MOST_BYTES = 256 * 1024
Form = TypeVar("Form")


class Unreached(Exception):
    """The provider does not answer as it should, or not now."""


class Declined(Exception):
    """The provider answers that it will not."""


class _Staying(HTTPRedirectHandler):
    def redirect_request(self, req: Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str) -> None:
        return None


_opener = build_opener(_Staying)


def fetched(address: str, form: type[Form], sent: Mapping[str, str] | None = None, authorization: str | None = None) -> Form:
    """The JSON at an address; with what is `sent` to it as a form. Raises `Unreached` or `Declined`."""
    if not safe(address):
        raise Unreached(f"{address} begins with neither https:// nor, for this machine itself, http://")
    headers = {"Accept": "application/json", **({"Authorization": authorization} if authorization else {})}
    request = Request(address, urlencode(sent).encode() if sent is not None else None, headers)
    try:
        body = _body(request)
    except HTTPError as error:
        with error:
            if sent is not None and 400 <= error.code < 500:
                raise Declined(f"{address} answers {error.code}") from None
            raise Unreached(f"{address} answers {error.code}") from None
    except (OSError, HTTPException) as error:
        raise Unreached(f"{address} does not answer ({type(error).__name__})") from error
    try:
        return msgspec.json.decode(body, type=form)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Unreached(f"{address} answers with something else") from error


def _body(request: Request) -> bytes:
    limit = time.monotonic() + WHOLE_SECONDS
    body = bytearray()
    with _opener.open(request, timeout=STEP_SECONDS) as response:
        while part := response.read1(MOST_BYTES):
            body += part
            if len(body) > MOST_BYTES:
                raise Unreached(f"{request.full_url} answers with more than {MOST_BYTES} bytes")
            if time.monotonic() > limit:
                raise Unreached(f"{request.full_url} answers too slowly")
    return bytes(body)
