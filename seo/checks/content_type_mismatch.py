"""Check content-type-mismatch: the media type does not fit the address, or is missing."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from sqlalchemy import select

from growth.language import Text
from seo.check import CheckMeta, Finding, Group, Limits, Needs
from seo.models import UrlRow
from seo.severity import Severity
from seo.site import Site

meta = CheckMeta(
    id="content-type-mismatch",
    group=Group.HTTP,
    severity=Severity.WARNING,
    needs=Needs.SITE,
    title_good=Text("Type and extension agree", "类型与扩展名一致"),
    title_bad=Text("The media type does not fit the address, or is missing", "媒体类型与扩展名不符或缺失"),
    why=Text(
        "Browsers and engines go by the type: a file may be shown as text, or not at all.",
        "浏览器和引擎按类型处理，文件可能显示成乱码或打不开。",
    ),
    mend=Text("Set Content-Type on the server.", "在服务器上设置正确的 Content-Type。"),
    source="https://developer.mozilla.org/docs/Web/HTTP/Basics_of_HTTP/MIME_types",
)


_KINDS = {
    **dict.fromkeys(("html", "htm", "shtml"), ("text/html", "application/xhtml+xml")),
    "css": ("text/css",),
    "js": ("text/javascript", "application/javascript", "application/x-javascript"),
    **dict.fromkeys(("jpg", "jpeg"), ("image/jpeg", "image/jpg", "image/webp", "image/avif")),
    "png": ("image/png", "image/webp", "image/avif"),
    "gif": ("image/gif", "image/webp"),
    "webp": ("image/webp", "image/avif"),
    "svg": ("image/svg+xml",),
    "ico": ("image/x-icon", "image/vnd.microsoft.icon", "image/png", "image/ico"),
    "pdf": ("application/pdf",),
    "xml": ("text/xml", "application/xml", "application/rss+xml", "application/atom+xml"),
    "json": ("application/json", "text/json"),
    "txt": ("text/plain",),
}


def judge(site: Site, limits: Limits) -> Iterator[Finding]:
    """Answers 200 of the site whose extension says something else than their type."""
    query = select(UrlRow).where(
        UrlRow.internal.is_(True), UrlRow.status == 200, UrlRow.kind.in_(("page", "resource")), UrlRow.fault.is_(None)
    )
    for target in site.targets(query):
        name = urlsplit(target.url).path.rpartition("/")[2]
        extension = name.rpartition(".")[2].lower() if "." in name else ""
        allowed = _KINDS.get(extension)
        if not target.media_type:
            yield Finding(url=target.url, detail={"found": "–", "value": extension})
        elif allowed and target.media_type not in allowed:
            yield Finding(url=target.url, detail={"found": target.media_type, "value": extension})
