"""What a verb that goes on until it is ended says to the outside: its options, and what it begins: the log, traces, a port for Prometheus.

Only such a verb imports the libraries for that, since the others start faster without.
"""

import errno
import logging
import os
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

import click

from domain.store.checks import Unusable

if TYPE_CHECKING:
    from projections.telemetry.progress import Followed

Verb = TypeVar("Verb", bound=Callable[..., Any])
logger = logging.getLogger(__name__)


def named_host(context: click.Context, parameter: click.Parameter, value: str) -> str:
    """An empty name would mean every interface there is; and some are no name at all, as one with a part of more than 63 letters."""
    if not value.strip():
        raise click.BadParameter("Name the interface to listen on; 0.0.0.0 is all of them.")
    try:
        value.encode("idna")
    except UnicodeError as error:
        raise click.BadParameter(f"This is no name of an interface ({error}). Name one, or give its address.") from None
    return value


def watchable(verb: Verb) -> Verb:
    """Give a verb the options `metrics_host` and `metrics_port`, which `watched_at` takes."""
    port = click.option(
        "--metrics-port", type=click.IntRange(0, 65_535), help="Serve metrics there without a token, for Prometheus; else only at /metrics."
    )
    host = click.option("--metrics-host", default="127.0.0.1", show_default=True, callback=named_host, help="Where --metrics-port listens.")
    return port(host(verb))


@contextmanager
def watched_at(organisation: "Followed", host: str, port: int | None) -> Iterator[None]:
    """Log, send traces where that is set, serve metrics where a port is given. Raises `Unusable`."""
    from projections.telemetry import logs, metrics, traces

    send_the_last = traces.begin()
    logs.configure()
    if port is not None:
        try:
            port = metrics.serve_metrics(organisation, host, port)
        except OSError as error:
            raise Unusable(f"Metrics cannot be served on {host}, port {port}: {error.strerror}. Choose another --metrics-port.") from None
        logger.info("metrics are served", extra={"host": host, "port": port})
    try:
        yield
    finally:
        send_the_last()


def listening(host: str, port: int) -> socket.socket:
    """Raises `Unusable`, with the option to change."""
    try:
        return socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except OSError as error:
        option = "--port" if error.errno in (errno.EADDRINUSE, errno.EACCES) else "--host"
        why = error.strerror if isinstance(error, socket.gaierror) else os.strerror(error.errno or 0)
        raise Unusable(f"It cannot be served on {host}, port {port}: {why}. Choose another {option}.") from None
