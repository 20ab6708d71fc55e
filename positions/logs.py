"""What the program reports about itself while it runs: to standard error, as text or as JSON, one line an event.

``POSITIONS_LOG=json`` makes each line a JSON object; ``POSITIONS_LOG_LEVEL`` is one of DEBUG, INFO (the default),
WARNING and ERROR. Events carry addresses, names, numbers and reasons, never the text of an article. Messages of
unexpected errors may quote what they choked on, so that above DEBUG only an error's kind and the lines of code it came
through are logged.
"""

import logging
import os
import sys
import traceback
from collections.abc import MutableMapping
from pathlib import Path
from typing import Any

import structlog

LOGGER = "positions"
LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")
Event = MutableMapping[str, Any]


def set_up() -> None:
    """Send the program's own log to standard error, in the form that the environment asks for."""
    level = os.environ.get("POSITIONS_LOG_LEVEL", "INFO").upper()
    logger = logging.getLogger(LOGGER)
    logger.setLevel(level if level in LEVELS else "INFO")
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter(os.environ.get("POSITIONS_LOG") == "json", logger.level == logging.DEBUG))
    logger.handlers = [handler]


def formatter(as_json: bool, full: bool) -> logging.Formatter:
    """One line an event: when, how grave, where from, what, and its facts; ``full`` shows whole errors."""
    final: Any = structlog.processors.JSONRenderer(ensure_ascii=False)
    if not as_json:
        final = structlog.processors.LogfmtRenderer(key_order=["timestamp", "level", "logger", "event"])
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[
            structlog.stdlib.add_log_level,
            structlog.stdlib.add_logger_name,
            structlog.stdlib.ExtraAdder(),
            structlog.processors.TimeStamper(fmt="iso", utc=True),
        ],
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info if full else _name_error,
            final,
        ],
    )


def _name_error(_: Any, __: str, event: Event) -> Event:
    """An error as its kind and the places in the code, without its message."""
    given = event.pop("exc_info", None)
    kind, _error, trace = given if isinstance(given, tuple) else sys.exc_info() if given else (None, None, None)
    if kind is not None:
        event["error"] = kind.__name__
        event["at"] = " > ".join(f"{Path(one.filename).name}:{one.lineno}" for one in traceback.extract_tb(trace))
    return event
