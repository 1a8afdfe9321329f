"""The words by which mailers say why a mail came back: patterns, lower case, one a line. Hard ones are looked for first."""

from __future__ import annotations

import re

#: there is no such mailbox
HARD = (
    r"user (?:is )?(?:unknown|not (?:found|exist)|doesn.?t exist)",
    r"unknown (?:user|recipient|mailbox|address|local)",
    r"no such (?:user|mailbox|recipient|address|person|domain|host)",
    r"(?:doesn.?t|does not|not) exist",
    r"not found|no mailbox|is unknown|nxdomain|unrout(?:e)?able",
    r"invalid (?:recipient|mailbox|address|user)",
    r"(?:recipient|address|mailbox|user)[^.]{0,30}(?:invalid|unknown)",
    r"(?:account|mailbox|user|address)[^.]{0,40}(?:disabled|deactivated|suspended|closed|deleted|terminated|inactive|no longer|expired)",
    r"no longer (?:valid|active|available|in use)",
    r"host unknown|not a (?:valid|known) (?:user|mailbox|recipient)",
    r"(?:用户|账号|帐号|帐户|账户|邮箱|收件人|地址|域名)[^。;;\n]{0,12}(?:不存在|无效|不正确|错误|停用|禁用|注销|冻结|未找到)",
    r"(?:无此|没有此|无该|查无此|找不到)(?:的)?(?:用户|账号|帐号|邮箱|收件人|地址|人)",
    r"不存在",
)
#: the mailbox may well be there: too fast, full, blocked, not trusted, too large, not now
SOFT = (
    r"frequen|rate.?limit|too (?:many|fast)|throttl|busy|connect(?:ion)? (?:limit|refused|reset|lost)",
    r"try (?:again )?later|tempor|gr[ea]ylist|deferred|timed? ?out|loop",
    r"quota|over ?limit|(?:mailbox|inbox|storage)[^.]{0,20}full|insufficient (?:system )?(?:storage|disk)|exceed",
    r"spam|junk|block|black ?list|denylist|reputation|polic|spf|dkim|dmarc|authenticat",
    r"access denied|not authorized|unauthori[sz]ed|rejected? (?:for|by|due)|suspicious|virus|content|too (?:large|big)|size",
    r"频率|频繁|限制|稍后|暂时|已满|超出|超过|容量|垃圾|拒收|黑名单|策略|内容|病毒|超时|繁忙",
)
#: subjects and first lines of reports
RETURNED = (
    r"undeliver|non[- ]?deliver|could not be delivered|message (?:could not|rejected)|rejected mail",
    r"delivery (?:status|has failed|failure|failed|notification|problem|incomplete)|mail delivery",
    r"failure notice|returned (?:mail|to sender)",
    r"退信|退回|无法投递|投递失败|发送失败|无法送达|未送达|投递被拒",
)
#: it is still being tried
DELAYED = (r"delayed|still (?:being )?retr|will (?:keep|be) retr|(?:no need|not necessary|do not need) to resend", r"延迟|仍在尝试")
#: who sends reports
MAILERS = (r"mailer-daemon|postmaster|mail delivery|maildelivery|mail-daemon|mdaemon|bounce", r"系统邮件|邮件系统|退信")
#: subjects of absence notes
AWAY = (
    r"^(?:re: *)?(?:auto(?:matic)?[ -]?(?:reply|response)|automatische antwort|out of (?:the )?office|on (?:vacation|leave)|vacation)",
    r"自动回复|自动答复|外出|休假|不在办公室",
)


def pattern(words: tuple[str, ...]) -> re.Pattern[str]:
    """The words as one pattern."""
    return re.compile("|".join(words), re.IGNORECASE)
