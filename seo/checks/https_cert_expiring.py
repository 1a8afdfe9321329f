"""Check https-cert-expiring: the certificate expires soon or is not valid."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from growth.language import Text
from seo.check import CheckMeta, Finding, Group, Limits, Needs
from seo.severity import Severity
from seo.site import Site

meta = CheckMeta(
    id="https-cert-expiring",
    group=Group.HTTP,
    severity=Severity.WARNING,
    needs=Needs.SITE,
    title_good=Text("The certificate is valid for weeks to come", "证书有效期充足"),
    title_bad=Text("The certificate expires soon or is not valid", "证书即将过期或无效"),
    why=Text("From the day it expires on browsers keep everybody out.", "过期当天起，浏览器会拦住所有访客。"),
    mend=Text("Renew it; better, let it be renewed by itself.", "尽快续期，最好设置自动续期。"),
    source="linkchecker",
    limits={"days": 21},
)


def judge(site: Site, limits: Limits) -> Iterator[Finding]:
    """Fewer than 21 days left; an error where it is invalid or for another name."""
    for origin, found in site.certificates.items():
        if not found["valid"]:
            detail = {"text": found["error"], "value": found.get("expires_at")}
            yield Finding(url=origin + "/", cause=origin, detail=detail, severity=Severity.ERROR)
        elif found.get("expires_at"):
            days = (datetime.fromisoformat(found["expires_at"]) - site.now).days
            if days < limits["days"]:
                yield Finding(url=origin + "/", cause=origin, detail={"count": days, "value": found["expires_at"]})
