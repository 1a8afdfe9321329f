"""The kinds of calendar entries in words."""

from __future__ import annotations

from growth.language import Text

_KINDS = {
    "campaign": Text("Campaign", "群发"),
    "activity": Text("Activity", "活动"),
    "task": Text("Task", "任务"),
    "renewal": Text("Renewal", "到期"),
    "report": Text("Report", "报告"),
    "job": Text("Job", "作业"),
}


def kind_words(kind: str) -> str:
    """A kind as people read it; one that is not listed is shown as it is."""
    return str(_KINDS.get(kind, kind))
