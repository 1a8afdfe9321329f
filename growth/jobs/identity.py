"""Who runs this: an identity for each process of growth, and whether another one still lives.

A lease alone cannot tell a dead owner from a clock that jumped, and makes everybody wait; on the same machine the process table can.
"""

from __future__ import annotations

import os
import socket
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from secrets import token_hex


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """A process of growth. `machine` is the same for processes that see each other's pids; `born` is the kernel's start time of the pid."""

    id: str
    kind: str
    host: str
    machine: str
    pid: int
    born: str


def this_process(kind: str) -> Identity:
    """A fresh identity for this process; `kind` is ``worker``, ``scheduler``, ``web``, ``sandbox`` or ``command``."""
    pid = os.getpid()
    return Identity(id=token_hex(8), kind=kind, host=socket.gethostname(), machine=this_machine(), pid=pid, born=_born(pid) or "")


def is_dead(*, machine: str, pid: int, born: str) -> bool:
    """Whether that process is gone for certain. False where it cannot be known: another machine, another container."""
    if machine != this_machine():
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    now_born = _born(pid)
    return bool(born and now_born and now_born != born) or _is_zombie(pid)


def this_machine() -> str:
    """Host, boot and pid namespace in one short name: a pid means the same process only where all three agree."""
    parts = [socket.gethostname(), _text("/proc/sys/kernel/random/boot_id")]
    try:
        parts.append(os.readlink("/proc/self/ns/pid"))
    except OSError:
        parts.append("")
    return sha256("\n".join(parts).encode()).hexdigest()[:16]


def _born(pid: int) -> str | None:
    """Start time of `pid` in clock ticks since boot (proc(5), stat field 22); None where there is no /proc."""
    fields = _stat(pid)
    return fields[19] if len(fields) > 19 else None


def _is_zombie(pid: int) -> bool:
    fields = _stat(pid)
    return bool(fields) and fields[0] == "Z"


def _stat(pid: int) -> list[str]:
    """The fields of /proc/PID/stat from the third on; the second may hold spaces and brackets."""
    return _text(f"/proc/{pid}/stat").rpartition(")")[2].split()


def _text(path: str) -> str:
    try:
        return Path(path).read_text("utf-8", "replace")
    except OSError:
        return ""
