"""Compliance: what copy, mails and text messages must and must not say, with the law of each rule. Rules are data (rules.yaml)."""

from growth.compliance.copy import Finding, Setting, lint_text, setting_of
from growth.compliance.mail import AD_MARK, MailCopy, is_marked, lint_mail, lint_markup
from growth.compliance.rules import Rule, explained, rule, rules
from growth.compliance.sms import DAYTIME, OPT_OUT, SmsCopy, lint_sms
from growth.compliance.wechat import lint_wechat, wechat_length

__all__ = [
    "AD_MARK",
    "DAYTIME",
    "OPT_OUT",
    "Finding",
    "MailCopy",
    "Rule",
    "Setting",
    "SmsCopy",
    "explained",
    "is_marked",
    "lint_mail",
    "lint_markup",
    "lint_sms",
    "lint_text",
    "lint_wechat",
    "rule",
    "rules",
    "setting_of",
    "wechat_length",
]
