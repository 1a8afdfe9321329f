"""A marketer's desk worked at by real processes, and the judge over what the mail server got (trust: invariants I1, I2, I6)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from growth import clock
from growth.sandbox import Part
from tests.campaigns.desk import MONTHLY, Desk
from tests.forked import Forked, Starter, wait_until

#: no advertisement, so that neither consent nor cap nor quiet hours have a say
NEWS = MONTHLY.replace("channel: newsletter", "purpose: service\nchannel: newsletter").replace(
    'schedule: {every: month, day: 1, at: "10:00"}\n', ""
)
STATES_OF_AN_END = {"accepted", "delivered", "bounced", "rejected", "uncertain", "skipped"}


def crowd(count: int) -> str:
    """A table of so many people who agreed."""
    return "email,name,email_consent\n" + "".join(f"p{number}@example.com,人{number},yes\n" for number in range(count))


@dataclass
class Office:
    """`say` waits for a command, `start` does not; `clock` is wrong by as much as `turn_clock` says."""

    desk: Desk
    starter: Starter
    clock: Path

    @property
    def root(self) -> Path:
        """The workspace."""
        return self.desk.database.workspace.root

    def start(self, *words: str, **more: Any) -> Forked:
        """``growth WORDS``, running."""
        return self.starter(*words, root=self.root, clock=self.clock if self.clock.exists() else None, **more)

    def say(self, *words: str, code: int | None = 0, **more: Any) -> Forked:
        """``growth WORDS``, ended with `code`."""
        done = self.start(*words, **more)
        assert code is None or done.code == code, done.out + done.err
        assert done.code is not None
        return done

    def turn_clock(self, **span: float) -> None:
        """From here on the clock of processes is wrong by so much; where it had a file when they started."""
        self.clock.with_suffix(".new").write_text(str(timedelta(**span).total_seconds()))
        self.clock.with_suffix(".new").rename(self.clock)

    def show(self, moment: datetime) -> None:
        """From here on the clock of processes shows that moment, and goes on from there."""
        self.turn_clock(seconds=(moment - clock.now()).total_seconds())

    def got(self) -> Counter[str]:
        """What the mail server took, by address: its own log."""
        return Counter(self.desk.got)

    def wait_for_mails(self, count: int, *processes: Forked) -> None:
        """Until the server took so many, or every process has ended."""
        log = self.desk.sandbox.log
        wait_until(lambda: len(log.entries(Part.MAIL)) >= count or all(each.ended for each in processes), f"{count} mails")

    def send(self, *more: str, period: str = "2026-11", code: int | None = 0, **how: Any) -> dict[str, Any]:
        """``growth campaign send``, to its end; the document it prints."""
        done = self.say("campaign", "send", "monthly", "--period", period, "--json", "--quiet", *more, code=code, **how)
        found: dict[str, Any] = done.json
        return found

    def status(self, period: str = "2026-11") -> dict[str, Any]:
        """``growth campaign status``."""
        found: dict[str, Any] = self.desk.campaign("status", "monthly", "--period", period)[1]
        return found

    def uncertain(self, period: str = "2026-11") -> list[Mapping[str, Any]]:
        """The doubts, each with its row."""
        found: list[Mapping[str, Any]] = self.desk.say(
            "campaign", "deliveries", "monthly", "--period", period, "--state", "uncertain", "--jsonl"
        )[1]
        return found

    def judge(self, *, people: int, in_doubt: int, period: str = "2026-11") -> dict[str, int]:
        """Nobody twice, nobody lost, every doubt listed and no more than were in flight, nothing open; the counts."""
        got, found = self.got(), self.status(period)
        counts: dict[str, int] = found["counts"]
        assert [address for address, times in got.items() if times > 1] == []
        assert sum(counts.values()) == found["recipients"] == people
        assert {state for state, count in counts.items() if count} <= STATES_OF_AN_END
        assert counts["uncertain"] <= in_doubt
        handed = counts["accepted"] + counts["delivered"] + counts["bounced"]
        # who is accepted got it; who is in doubt may or may not
        assert handed <= len(got) <= handed + counts["uncertain"]
        assert len(self.uncertain(period)) == counts["uncertain"]
        assert found["state"] == "finished"
        return counts
