"""Checks header-hsts, header-csp, header-nosniff, header-frame, header-referrer: security headers, once for the site."""

from __future__ import annotations

from collections.abc import Iterator

from growth.language import Text
from seo.check import CheckMeta, Finding, Group, Limits, Needs
from seo.severity import Severity
from seo.site import Site

metas = (
    CheckMeta(
        id="header-hsts",
        group=Group.USABILITY,
        severity=Severity.NOTICE,
        needs=Needs.SITE,
        title_good=Text("Browsers are told to use https", "已启用 HSTS"),
        title_bad=Text("No Strict-Transport-Security header", "缺少 Strict-Transport-Security 响应头"),
        why=Text("The first visit over http can be caught.", "首次以 http 访问可能被劫持。"),
        mend=Text("Send Strict-Transport-Security: max-age=31536000.", "返回 Strict-Transport-Security: max-age=31536000。"),
        source="https://owasp.org/www-project-secure-headers/",
    ),
    CheckMeta(
        id="header-csp",
        group=Group.USABILITY,
        severity=Severity.NOTICE,
        needs=Needs.SITE,
        title_good=Text("A content security policy is set", "设置了内容安全策略"),
        title_bad=Text("No Content-Security-Policy header", "缺少 Content-Security-Policy 响应头"),
        why=Text("A script that is smuggled in can do anything.", "被注入的脚本可以为所欲为。"),
        mend=Text("Begin with Content-Security-Policy-Report-Only.", "先用 Content-Security-Policy-Report-Only 试行。"),
        source="https://owasp.org/www-project-secure-headers/",
    ),
    CheckMeta(
        id="header-nosniff",
        group=Group.USABILITY,
        severity=Severity.NOTICE,
        needs=Needs.SITE,
        title_good=Text("Browsers do not guess types", "禁止类型猜测"),
        title_bad=Text("No X-Content-Type-Options header", "缺少 X-Content-Type-Options 响应头"),
        why=Text("Browsers may run an uploaded file as a script.", "浏览器可能把上传的文件当脚本执行。"),
        mend=Text("Send X-Content-Type-Options: nosniff.", "返回 X-Content-Type-Options: nosniff。"),
        source="https://owasp.org/www-project-secure-headers/",
    ),
    CheckMeta(
        id="header-frame",
        group=Group.USABILITY,
        severity=Severity.NOTICE,
        needs=Needs.SITE,
        title_good=Text("Other sites cannot frame the page", "禁止被他站嵌入"),
        title_bad=Text("The page can be put into a frame by anybody", "页面可被任意网站嵌入"),
        why=Text("Clicks can be stolen (clickjacking).", "可能遭遇点击劫持。"),
        mend=Text("Send X-Frame-Options: SAMEORIGIN, or frame-ancestors.", "返回 X-Frame-Options: SAMEORIGIN 或 frame-ancestors。"),
        source="https://owasp.org/www-project-secure-headers/",
    ),
    CheckMeta(
        id="header-referrer",
        group=Group.USABILITY,
        severity=Severity.NOTICE,
        needs=Needs.SITE,
        title_good=Text("Other sites are not told full addresses", "限制了来源地址外泄"),
        title_bad=Text("No Referrer-Policy header", "缺少 Referrer-Policy 响应头"),
        why=Text("Addresses with personal parts may leak to other sites.", "带个人信息的网址可能泄露给其他网站。"),
        mend=Text(
            "Send Referrer-Policy: strict-origin-when-cross-origin.",
            "返回 Referrer-Policy: strict-origin-when-cross-origin。",
        ),
        source="https://owasp.org/www-project-secure-headers/",
    ),
)


def judge(site: Site, limits: Limits) -> Iterator[Finding]:
    """Headers of the home page that are missing; one finding each for the whole site."""
    home = site.home
    if home is None:
        return
    headers = site.sheet(home.id).get("headers", {})
    policy = headers.get("content-security-policy", "")
    there = {
        "header-hsts": "strict-transport-security" in headers or not home.url.startswith("https://"),
        "header-csp": bool(policy),
        "header-nosniff": headers.get("x-content-type-options", "").lower() == "nosniff",
        "header-frame": "x-frame-options" in headers or "frame-ancestors" in policy,
        "header-referrer": "referrer-policy" in headers,
    }
    for check, present in there.items():
        if not present:
            yield Finding(check=check, url=home.url, cause="site", detail={})
