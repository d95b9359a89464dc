"""The log of a process that serves or works: one JSON object a line for machines, and readable lines where a terminal watches.

Everything that is logged goes one way, also by the libraries, and loses there what may be of somebody: what an exception says (it may
repeat a name or a question) and what a library puts into its sentences (an address). What is left says where in the code, and of what kind.
"""

import logging
import re
import sys
import traceback
from typing import TextIO

from opentelemetry import trace
from structlog.contextvars import merge_contextvars
from structlog.dev import ConsoleRenderer
from structlog.processors import JSONRenderer, TimeStamper
from structlog.stdlib import ExtraAdder, ProcessorFormatter, add_log_level, add_logger_name
from structlog.typing import EventDict, Processor, WrappedLogger

OURS = ("api", "domain", "projections", "tussenruimte", "workers")
"""Packages whose sentences are known. They tell what they do, libraries only what goes wrong."""
PUT_IN = re.compile(r"%[-#0+]*[\d*]*(?:\.[\d*]+)?[a-zA-Z]")
"""Where something is put into a sentence."""


def configure(stream: TextIO | None = None) -> None:
    """Log to standard error, or another stream, from here on."""
    stream = stream or sys.stderr
    terminal = stream.isatty()
    last: Processor = ConsoleRenderer(pad_event_to=0) if terminal else JSONRenderer(sort_keys=False)
    known: list[Processor] = [
        merge_contextvars, add_log_level, add_logger_name, ExtraAdder(), TimeStamper("%H:%M:%S" if terminal else "iso", utc=not terminal),
        _sentence, _failure, _trace,
    ]  # fmt: skip
    handler = logging.StreamHandler(stream)
    handler.setFormatter(ProcessorFormatter(processors=[ProcessorFormatter.remove_processors_meta, last], foreign_pre_chain=known))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    for name in OURS:
        logging.getLogger(name).setLevel(logging.INFO)
    # What cannot be written would else be printed raw, with all that was to be said.
    logging.raiseExceptions = False


def _sentence(_: WrappedLogger, __: str, line: EventDict) -> EventDict:
    """Of a library's sentence what it has in store for everybody: the first line, without what was put into it."""
    record: logging.LogRecord = line["_record"]
    if record.name.partition(".")[0] not in OURS:
        line["event"] = PUT_IN.sub("…", str(record.msg).partition("\n")[0])
    return line


def _failure(_: WrappedLogger, __: str, line: EventDict) -> EventDict:
    """Where it went wrong, and of what kind that was."""
    found = line.pop("exc_info", None)
    line.pop("stack_info", None)
    error = found[1] if isinstance(found, tuple) else found
    if isinstance(error, BaseException):
        line["exception"] = where(error)
    return line


def where(error: BaseException) -> str:
    """An exception and those behind it: where in the code, the kind, and a code where there is one; never what it says."""
    before = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    parts = [where(before)] if before is not None else []
    parts += [where(one) for one in error.exceptions] if isinstance(error, BaseExceptionGroup) else []
    codes = (getattr(error, name, None) for name in ("sqlite_errorname", "sqlstate", "errno"))
    code = next((f" ({code})" for code in codes if code is not None), "")
    return "".join([*parts, *traceback.format_tb(error.__traceback__), f"{type(error).__module__}.{type(error).__qualname__}{code}\n"])


def _trace(_: WrappedLogger, __: str, line: EventDict) -> EventDict:
    context = trace.get_current_span().get_span_context()
    if context.is_valid:
        line["trace_id"] = trace.format_trace_id(context.trace_id)
    return line
