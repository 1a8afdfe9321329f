"""``python -m growth.jobs.leash PARENT COMMAND…``: become COMMAND, and be told to stop if PARENT dies, however it dies.

On Linux the kernel sends the signal (prctl(2), PR_SET_PDEATHSIG), and keeps to it over exec. Elsewhere the command runs without it.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1


def main(arguments: list[str]) -> None:
    """Set the signal, make sure that the parent lives still, become the command."""
    parent, *command = arguments
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != int(parent):
        sys.exit(0)
    os.execv(command[0], command)  # noqa: S606 - our own command, no shell meant


if __name__ == "__main__":
    main(sys.argv[1:])
