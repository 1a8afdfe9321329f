"""Check indexnow-key-bad: the IndexNow key file is wrong."""

from __future__ import annotations

from collections.abc import Iterator

from growth.language import Text
from seo.check import CheckMeta, Finding, Group, Limits, Needs
from seo.severity import Severity
from seo.site import Site

meta = CheckMeta(
    id="indexnow-key-bad",
    group=Group.MARKETING,
    severity=Severity.WARNING,
    needs=Needs.SITE,
    title_good=Text("The IndexNow key file is right", "IndexNow 密钥文件正确"),
    title_bad=Text("The IndexNow key file is wrong", "IndexNow 密钥文件有误"),
    why=Text("Engines refuse everything that is pushed.", "引擎会拒绝所有推送。"),
    mend=Text("Serve the key as text at /KEY.txt, without a redirect.", "在 /KEY.txt 以纯文本返回密钥，不要跳转。"),
    source="https://www.indexnow.org/documentation",
)


def judge(site: Site, limits: Limits) -> Iterator[Finding]:
    """Not 200, another text, or a redirect."""
    found = site.key_file
    if found is None:
        return
    problem = ""
    if found.get("location"):
        problem = "redirect"
    elif found["status"] != 200:
        problem = str(found["status"] or "no answer")
    elif found["text"].strip() != site.facts.indexnow_key:
        problem = "text"
    if problem:
        yield Finding(url=found["url"], cause="indexnow", detail={"status": found["status"], "found": problem})
