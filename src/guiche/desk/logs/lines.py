"""The two forms of a record: a line for people, and JSON for what collects logs.

Both are redacted, in UTC, and cannot be forged by what they quote: a message is one line, and the
lines of an exception are indented or escaped.
"""

import json
import logging
import sys
from datetime import UTC, datetime

from guiche.desk.logs.context import known
from guiche.desk.logs.redaction import redact

# What a terminal or a collector may take for the end of a line, or for a command.
_ESCAPES = {
    code: f"\\u{code:04x}" for code in (*range(0x20), *range(0x7F, 0xA0), 0x2028, 0x2029)
} | {ord("\n"): "\\n", ord("\r"): "\\r", ord("\t"): "\\t"}


class Stderr(logging.Handler):
    """Writes to what is standard error at that moment: who replaces it for a time, as tests of
    commands do, closes what a handler of the standard library would go on writing to."""

    def emit(self, record: logging.LogRecord) -> None:
        """One record, at once."""
        try:
            sys.stderr.write(f"{self.format(record)}\n")
            sys.stderr.flush()
        except Exception:
            self.handleError(record)


class Lines(logging.Formatter):
    """`2026-11-25T18:22:47.123Z INFO guiche.desk.worker: words [request_id=… user_id=…]`."""

    def format(self, record: logging.LogRecord) -> str:
        """The line, and those of the exception below it."""
        about = " ".join(f"{name}={value}" for name, value in known(record).items())
        message = _message(record).translate(_ESCAPES)
        line = f"{_moment(record)} {record.levelname} {record.name}: {message}"
        below = [f"  {each.translate(_ESCAPES)}" for each in self._exception(record).split("\n")]
        return "\n".join([f"{line} [{about}]" if about else line, *filter(str.strip, below)])

    def _exception(self, record: logging.LogRecord) -> str:
        """The traceback and the stack, as far as there are any, redacted."""
        parts = (
            self.formatException(record.exc_info) if record.exc_info else "",
            self.formatStack(record.stack_info) if record.stack_info else "",
        )
        return redact("\n".join(filter(None, parts)))


class Json(Lines):
    """One object a line, with these keys and no others."""

    def format(self, record: logging.LogRecord) -> str:
        """The object; in ASCII, so that nothing in it ends a line."""
        fields = {
            "at": _moment(record),
            "level": record.levelname,
            "logger": record.name,
            "message": _message(record),
            **known(record),
        }
        if exception := self._exception(record):
            fields["exception"] = exception
        return json.dumps(fields)


def _moment(record: logging.LogRecord) -> str:
    moment = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
    return moment.replace("+00:00", "Z")


def _message(record: logging.LogRecord) -> str:
    try:
        return redact(record.getMessage())
    except Exception:
        # `logging` itself would print the arguments, people and all.
        return f"{redact(str(record.msg))} (the arguments do not fit)"
