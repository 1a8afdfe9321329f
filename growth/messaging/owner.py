"""Which sender works on a delivery, as text in its row; whether that sender still lives."""

from __future__ import annotations

from growth.jobs.identity import is_dead as process_is_dead
from growth.jobs.identity import this_process


def new_owner() -> str:
    """A name for one sender of this process."""
    who = this_process("sender")
    return f"{who.machine}:{who.pid}:{who.born}:{who.id}"


def is_dead(owner: str) -> bool:
    """Whether the sender's process is gone for certain: its machine is this one. Elsewhere only its lease tells."""
    machine, pid, born, _id = owner.split(":")
    return process_is_dead(machine=machine, pid=int(pid), born=born)
