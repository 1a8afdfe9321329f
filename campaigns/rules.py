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
        title=Text("A sequence overlaps itself", "序列首尾重叠"),
        why=Text(
            "Its schedule begins it again before the last message has gone, so that one person may be in it twice at once.",
            "最后一条还没发出，下一期又开始了，同一个人可能同时在两轮里。",
        ),
        mend=Text(
            "Write `once: true` where everybody gets it once, as a welcome; else a rarer schedule, or shorter waits.",
            "只欢迎一次的写 `once: true`；否则减少期数，或缩短间隔。",
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
    yield from _of_pages()
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
    yield RuleText(
        id="audience-empty",
        title=Text("It would go to nobody", "没有人会收到"),
        why=Text(
            "The audience holds nobody, or everybody in it is left out: no consent, no address of this medium, on the suppression list.",
            "受众为空，或其中的人全部被排除：没有许可、没有该媒介的地址或在禁发名单中。",
        ),
        mend=Text(
            "Look at the conditions of `audience`, and at what the plan says of who is left out; marketing needs a recorded consent.",
            "检查 audience 的条件，以及预演中列出的排除原因；营销消息需要有记录的许可。",
        ),
        source=_SOURCE,
    )
    yield RuleText(
        id="sms-parameter",
        title=Text("A variable of a text message says more than it should", "短信变量夹带了不该有的内容"),
        why=Text(
            "A bracket, link, line break or hidden character in what a person is called would speak in the site's name; it is not sent.",
            "联系人资料中的括号、链接、换行或隐藏字符会以本站名义发出，因此不发送。",
        ),
        mend=Text("Correct the contact's data.", "更正该联系人的资料。"),
        source=_SOURCE,
    )


def _of_pages() -> Iterator[RuleText]:
    """What is said of the pages that links lead to."""
    yield RuleText(
        id="link-not-mobile",
        title=Text("A page is not made for phones", "页面没有适配手机"),
        why=Text(
            "Most mails and every WeChat message are read on a phone; without a viewport the page is shown tiny.",
            "多数邮件和全部微信消息都在手机上看；没有 viewport，页面会缩得很小。",
        ),
        mend=Text(
            'Put <meta name="viewport" content="width=device-width"> into its head.',
            '在 head 中加 <meta name="viewport" content="width=device-width">。',
        ),
        source=_SOURCE,
    )
    yield RuleText(
        id="link-not-counted",
        title=Text("A page does not load our script", "页面没有加载统计脚本"),
        why=Text("Visits and sign-ups from the campaign are not seen there.", "由群发带来的访问和注册无法统计。"),
        mend=Text("Put the script of /t.js into the page.", "在页面中加入 /t.js 脚本。"),
        source="docs/how-to/connect-the-site.md",
    )
    yield RuleText(
        id="link-loses-parameters",
        title=Text("A redirect loses the parameters", "跳转丢失参数"),
        why=Text(
            "The page is reached without the code that says where the visit comes from, so that it is booked as direct.",
            "到达页面时丢了来源标记，访问会被算作直接访问。",
        ),
        mend=Text("Keep the query in the redirect, or link to where it leads.", "跳转时保留参数，或直接链接到最终网址。"),
        source=_SOURCE,
    )
    yield RuleText(
        id="link-far-from-goal",
        title=Text("No goal within two clicks", "两次点击之内到不了目标页"),
        why=Text("Whoever must look for the way to sign up goes away.", "找不到注册入口的人会离开。"),
        mend=Text(
            "Link from the page to one of `seo.goals`, or lead to a page that does.",
            "在页面上加一个到 `seo.goals` 的链接，或改链到有入口的页面。",
        ),
        source=_SOURCE,
    )
