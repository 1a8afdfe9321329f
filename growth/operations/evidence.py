"""What proves each figure of the operations report: its meaning, the statement that counts it again, the command that prints the same."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from growth.language import Text
from growth.reporting import Query

MEANS: dict[str, Text] = {
    "visits": Text("Visits to the site in the period; bots are left out.", "本期网站访问次数，不含机器人。"),
    "signups": Text("People who registered at the site in the period, one a user id.", "本期在网站注册的人数，每个用户编号计一次。"),
    "cost": Text(
        "What the channels cost in the period: declared rates and imported costs.", "本期各渠道费用：渠道表中声明的费用与导入的费用之和。"
    ),
    "cac": Text("What one sign-up cost on average, free channels included.", "平均每个注册的花费，免费渠道的注册也计入。"),
    "roi": Text("What came back for each yuan spent: (value - cost) / cost.", "每花一元的回报：（价值－费用）÷费用。"),
}
COMPUTED: dict[str, Text] = {
    "visits": Text("Visits counted by the site's day on which they began.", "按访问开始时网站所在时区的日期计数。"),
    "signups": Text("Sign-ups counted by the site's day on which they registered.", "按注册时网站所在时区的日期计数。"),
    "cost": Text(
        "Monthly rates spread over the days of the month, single ones over their days, plus the rows of imports and campaigns.",
        "月费按当月天数分摊，一次性费用按其有效天数分摊，再加上导入的费用与群发费用。",
    ),
    "cac": Text("Cost divided by sign-ups of the same days.", "同期费用除以同期注册数。"),
    "roi": Text(
        "Value of the period's sign-ups with all their later steps, less the cost of the period, divided by that cost.",
        "本期注册用户的价值（含其后续步骤）减去本期费用，再除以本期费用。",
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """`statements` are those that were run, by figure, values filled in."""

    statements: Mapping[str, str] = field(default_factory=dict)
    #: by figure, where another command than that of the report shows more of it
    commands: Mapping[str, str] = field(default_factory=dict)
    #: the command that prints the whole report
    command: str = ""
    notes: Mapping[str, Text | str] = field(default_factory=dict)

    def of(self, id: str, *, now: datetime) -> Query:
        """The evidence of one figure."""
        return Query(
            means=MEANS[id],
            computed=COMPUTED[id],
            sql=self.statements.get(id, ""),
            command=self.commands.get(id, self.command),
            as_of=now,
            note=self.notes.get(id, ""),
        )
