"""A marketer's desk for tests: a workspace with people, the command line over it, and the sandbox's mailbox and SMS gateway."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from growth.cli.words import run
from growth.contacts import import_contacts
from growth.db import Database
from growth.sandbox import Sandbox
from growth.sandbox.keys import ALIYUN_ID
from tests.conftest import NOW

SITE = """
site:
  name: 诚信贷
  url: https://www.example.com/
  company: 诚信数据科技有限公司
  icp: 京ICP备00000000号
public_url: https://go.example.com/
"""
MONTHLY = """
medium: email
channel: newsletter
schedule: {every: month, day: 1, at: "10:00"}
audience: {segment: subscribers}
content:
  subject: "{{ contact.name or '您好' }}，本月更新"
  body: |
    ## 本月更新

    {{ contact.name or '您好' }}，请看[更新]({{ site.url }}news)。
"""
NOTICE = """
medium: sms
purpose: service
channel: sms
audience: {all: [{tag: 在还}]}
content:
  template_code: SMS_100001
  params: {name: "{{ contact.name }}"}
  text: "【诚信贷】{{ contact.name }}您好，您本期账单已生成，请登录网站或公众号查看还款日。如已还清请忽略。客服400-000-0000"
send: {window: "00:00-23:59"}
"""
CHANNELS = "channels:\n  newsletter: {medium: email}\n  sms: {medium: sms}\n"
SEGMENTS = "segments:\n  subscribers: {all: [{field: email, exists: true}]}\n"
PEOPLE = """email,phone,name,tags,email_consent,sms_consent
a@example.com,13800138000,张三,在还,yes,yes
b@example.com,13800138001,,在还,yes,
c@example.com,13800138002,王五,,no,no
d@example.com,13800138003,赵六,在还,,
,13800138004,钱七,在还,,
"""


@dataclass
class Desk:
    """The command line over one workspace; `say` returns exit code, what was printed (parsed where it is JSON) and stderr."""

    database: Database
    sandbox: Sandbox
    capsys: pytest.CaptureFixture[str]

    def say(self, *arguments: str) -> tuple[int, Any, str]:
        self.capsys.readouterr()
        code = run(["-C", str(self.database.workspace.root), "--lang", "en", "--quiet", *arguments])
        told = self.capsys.readouterr()
        lines = [line for line in told.out.splitlines() if line]
        if "--json" in arguments and lines:
            return code, json.loads(told.out), told.err
        if "--jsonl" in arguments:
            return code, [json.loads(line) for line in lines], told.err
        return code, told.out, told.err

    def campaign(self, *arguments: str) -> tuple[int, Any, str]:
        """``growth campaign … --json``."""
        return self.say("campaign", *arguments, "--json")

    def write(self, name: str, text: str) -> None:
        """Change a file of the workspace."""
        path = self.database.workspace.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")

    def bring(self, table: str, name: str = "people.csv") -> None:
        """Import people."""
        path = Path(self.database.workspace.root / name)
        path.write_text(table, "utf-8")
        import_contacts(self.database, path, now=NOW)

    @property
    def got(self) -> list[str]:
        """Who got a mail, one entry a mail."""
        return sorted(address for mail in self.sandbox.mailbox.messages() for address in mail.recipients)


def settings(sandbox: Sandbox) -> str:
    """Provider settings that point at the sandbox."""
    return (
        f'email: {{from: "诚信贷 <news@example.com>", price: 0.01 CNY, smtp: {{host: 127.0.0.1, port: {sandbox.smtp_port}, tls: none}}}}\n'
        f"sms: {{signature: 诚信贷, price: 0.05 CNY, "
        f"aliyun: {{access_key_id: {ALIYUN_ID}, access_key_secret: '${{SECRET}}', endpoint: '{sandbox.url}'}}}}\n"
    )


MakeDesk = Callable[..., Desk]
