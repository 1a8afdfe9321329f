"""Running a command and measuring it with all its children: time, processor, memory."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

#: seconds between two looks at the memory
LOOK_S = 0.2


@dataclass(frozen=True, slots=True)
class Cost:
    """What a command took."""

    seconds: float
    #: seconds of processor time of the command and all its children
    cpu: float
    #: the most that all its processes held at one time, MB (what they share counts once)
    peak_mb: float
    output: str
    #: seconds of processor time by process, the command itself first, as last seen
    by_process: tuple[float, ...] = ()


def measured(command: Sequence[str], *, ends: Sequence[int] = (0,), limit_s: float = 1800) -> Cost:
    """Run a command to its end. Raises RuntimeError with its last words where it ends otherwise than `ends` say."""
    begun = time.monotonic()
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        process = subprocess.Popen(command, stdout=out, stderr=err)
        peak = 0.0
        cpu: dict[int, float] = {}
        while True:
            # wait4 tells the processor time of the command and of all that it waited for itself
            pid, status, usage = os.wait4(process.pid, os.WNOHANG)
            if pid:
                break
            if time.monotonic() - begun > limit_s:
                process.kill()
            peak = max(peak, _held_kb(process.pid))
            cpu.update(_cpu_of(process.pid))
            time.sleep(LOOK_S)
        process.returncode = os.waitstatus_to_exitcode(status)
        seconds = time.monotonic() - begun
        out.seek(0)
        err.seek(0)
        if process.returncode not in ends:
            raise RuntimeError(f"{' '.join(command)} ended with {process.returncode}: {err.read().decode(errors='replace')[-2000:]}")
        return Cost(seconds, usage.ru_utime + usage.ru_stime, peak / 1024, out.read().decode(), tuple(cpu.values()))


def _held_kb(pid: int) -> float:
    """Kilobytes that a process and its children hold; pages that they share count once."""
    total = 0.0
    for each in (pid, *children(pid)):
        try:
            lines = Path(f"/proc/{each}/smaps_rollup").read_text().splitlines()
            total += next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
        except (OSError, StopIteration):
            continue
    return total


def _cpu_of(pid: int) -> dict[int, float]:
    """Seconds of processor time that a process and its children have taken, by process id."""
    found = {}
    for each in (pid, *children(pid)):
        try:
            fields = Path(f"/proc/{each}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if fields[0] != "Z":
            found[each] = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return found


def children(pid: int) -> list[int]:
    """All processes below one."""
    found = []
    try:
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in (task / "children").read_text().split():
                found += [int(child), *children(int(child))]
    except OSError:
        pass
    return found


def say(line: str) -> None:
    """Print at once."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()
