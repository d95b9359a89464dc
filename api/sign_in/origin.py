"""Whether it is a page of this very site that asks: a browser sends a cookie along whoever made it ask, and says in two headers who did.

A program sends neither a cookie nor these headers, and is not asked for them.
"""

from urllib.parse import urlsplit

from starlette.datastructures import Headers


def same_origin(headers: Headers, own: str | None) -> bool:
    """Whether a page of `own` asks, or, where no address is set, one of the host that is asked. Where no header says so, it is not."""
    site, origin = headers.get("sec-fetch-site"), headers.get("origin")
    if site not in (None, "same-origin"):
        return False
    if origin is None:
        return site is not None
    return origin == own if own is not None else urlsplit(origin).netloc == headers.get("host")


def unasked(headers: Headers) -> bool:
    """Whether what is fetched was asked for by a page of another site. An address that somebody typed or kept was asked for by nobody."""
    return headers.get("sec-fetch-site") in ("cross-site", "same-site")
