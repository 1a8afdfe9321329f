"""Log lines of the processes: time, level where it matters, words; to stderr, where a supervisor puts the process's name before them."""

from __future__ import annotations

import logging
import sys

from growth.text import printable


class Lines(logging.Formatter):
    """``10:00:01 seo.audit 2026-W48 done``; warnings and errors say so. Control characters from outside are made harmless."""

    def format(self, record: logging.LogRecord) -> str:
        """One record as a line (a traceback as several)."""
        level = f"{record.levelname} " if record.levelno >= logging.WARNING else ""
        text = f"{self.formatTime(record, '%H:%M:%S')} {level}{record.getMessage()}"
        if record.exc_info:
            text += "\n" + self.formatException(record.exc_info)
        return "\n".join(printable(line) for line in text.split("\n"))


def log_to_stderr(*, level: int = logging.INFO) -> None:
    """Set up this process's log once."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Lines())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger("growth").setLevel(level)
