"""What ``growth explain`` says of the campaigns' own findings; those of law and operators are compliance's."""

from __future__ import annotations

from collections.abc import Iterator

from growth.app import RuleText
from growth.language import Text

_SOURCE = "docs/how-to/run-a-campaign.md"


def rules() -> Iterator[RuleText]:
    """The rules by id."""
    yield RuleText(
        id="campaign-sequence",
        title=Text("A sequence is not carried out yet", "序列暂不执行"),
        why=Text(
            "This version sends the first message of a sequence only; the others would be missed.",
            "本版本只发送序列的第一条，其余不会发出。",
        ),
        mend=Text(
            "Make a campaign of its own for each message, with a segment that leaves out who is done.",
            "为每一条各建一个群发任务，用人群排除已完成的人。",
        ),
        source=_SOURCE,
    )
    yield RuleText(
        id="link-not-https",
        title=Text("A link is not https", "链接不是 https"),
        why=Text(
            "Mail programs and WeChat warn of it, and parameters can be read on the way.",
            "邮件客户端与微信会提示不安全，参数也可能被窃取。",
        ),
        mend=Text("Link to the https address.", "改用 https 网址。"),
        source="Gmail sender guidelines (support.google.com/a/answer/14229414)",
    )
    yield RuleText(
        id="link-unreachable",
        title=Text("A link does not answer", "链接打不开"),
        why=Text(
            "It is fetched as a phone and as WeChat; whoever follows it would land on an error.",
            "以手机和微信的身份打开过该链接，读者会看到错误页。",
        ),
        mend=Text("Correct the address, or mend the page.", "更正网址或修复页面。"),
        source=_SOURCE,
    )
    yield RuleText(
        id="provider",
        title=Text("Nobody can carry the messages", "没有可用的服务商"),
        why=Text("growth.yaml names a provider that is not there or not set up.", "growth.yaml 指定的服务商不存在或尚未配置。"),
        mend=Text(
            "Set up `email:` or `sms:` in growth.yaml; growth doctor says what is missing.",
            "在 growth.yaml 中配置 email 或 sms；growth doctor 会指出缺什么。",
        ),
        source=_SOURCE,
    )
