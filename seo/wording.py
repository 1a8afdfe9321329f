"""What stands in the store as an id, in the words of people: kinds and verdicts of links, parts of a page, faults, reasons.

JSON keeps the ids; pages, tables of the terminal and spreadsheets show these.
"""

from __future__ import annotations

from collections.abc import Mapping

from growth.language import Text
from seo.answer import Fault
from seo.crawl.frontier import FoundBy
from seo.crawl.scope import Reason
from seo.page import LinkFault, LinkKind, Place
from seo.verdict import Verdict

_KINDS: Mapping[str, Text] = {
    LinkKind.A: Text("Link", "链接"),
    LinkKind.AREA: Text("Area of an image map", "图片热区"),
    LinkKind.IFRAME: Text("Frame", "内嵌框架"),
    LinkKind.FORM: Text("Form", "表单"),
    LinkKind.REFRESH: Text("Refresh", "自动跳转"),
    LinkKind.CANONICAL: Text("Canonical", "规范网址"),
    LinkKind.HREFLANG: Text("Other language", "其他语言版本"),
    LinkKind.NEXT: Text("Next page", "下一页"),
    LinkKind.PREV: Text("Previous page", "上一页"),
    LinkKind.AMP: Text("AMP or MIP copy", "AMP/MIP 版本"),
    LinkKind.IMG: Text("Image", "图片"),
    LinkKind.SRCSET: Text("Image (srcset)", "图片（srcset）"),
    LinkKind.CSS: Text("Style sheet", "样式表"),
    LinkKind.SCRIPT: Text("Script", "脚本"),
    LinkKind.ICON: Text("Icon", "网站图标"),
    LinkKind.MEDIA: Text("Media", "音视频"),
    LinkKind.POSTER: Text("Poster of a video", "视频封面"),
    LinkKind.CSS_URL: Text("Image of a style", "样式中的图片"),
    LinkKind.OG_IMAGE: Text("Picture for sharing", "分享图片"),
    LinkKind.OTHER: Text("Other link element", "其他 link 元素"),
    LinkKind.REDIRECT: Text("Redirect", "跳转"),
}
_VERDICTS: Mapping[str, Text] = {
    Verdict.OK: Text("Works", "正常"),
    Verdict.BROKEN: Text("Broken", "打不开"),
    Verdict.BLOCKED: Text("Not verified", "未能验证"),
    Verdict.FLAKY: Text("Failed for now", "暂时打不开"),
}
_PLACES: Mapping[str, Text] = {
    Place.HEAD: Text("Head of the document", "文档头部"),
    Place.HEADER: Text("Header", "页头"),
    Place.NAV: Text("Navigation", "导航"),
    Place.MAIN: Text("Main content", "正文"),
    Place.ASIDE: Text("Sidebar", "侧栏"),
    Place.FOOTER: Text("Footer", "页脚"),
    Place.BODY: Text("Elsewhere", "其他位置"),
}
_FAULTS: Mapping[str, Text] = {
    Fault.DNS: Text("The name does not resolve", "域名无法解析"),
    Fault.REFUSED: Text("Nobody listens", "连接被拒绝"),
    Fault.TLS: Text("The encrypted connection failed", "加密连接失败"),
    Fault.RESET: Text("The connection was cut", "连接中断"),
    Fault.TIMEOUT: Text("No answer in time", "超时"),
    Fault.TOO_LARGE: Text("Too large", "过大"),
    Fault.PRIVATE: Text("Private address", "内网地址"),
    Fault.ENCODING: Text("Broken compression", "压缩数据损坏"),
    Fault.PROTOCOL: Text("Not HTTP", "不是 HTTP"),
    Fault.OTHER: Text("No answer", "没有响应"),
    LinkFault.EMPTY: Text("No address", "没有地址"),
    LinkFault.SAME_PAGE: Text("Place on the same page", "本页锚点"),
    LinkFault.MALFORMED: Text("No address that can be read", "地址无法识别"),
    LinkFault.SCRIPT: Text("Script instead of an address", "脚本代替地址"),
    LinkFault.CONTACT: Text("Contact", "联系方式"),
    LinkFault.SCHEME: Text("Other scheme", "其他协议"),
}
_REASONS: Mapping[str, Text] = {
    Reason.ROBOTS: Text("robots.txt disallows it", "robots.txt 禁止"),
    Reason.ROBOTS_UNREACHABLE: Text("robots.txt could not be read", "robots.txt 读不到"),
    Reason.EXCLUDED: Text("seo.crawl.exclude", "配置排除（exclude）"),
    Reason.NOT_INCLUDED: Text("Not in seo.crawl.include", "不在配置范围（include）"),
    Reason.DEPTH: Text("Too deep", "层级过深"),
    Reason.BUDGET: Text("Past the limit of pages", "超过页数上限"),
    Reason.HOST_BUDGET: Text("Enough of that site for this time", "该外站本次检查已达上限"),
    Reason.TRAP: Text("Trap for crawlers", "抓取陷阱"),
    Reason.REDIRECTS: Text("Too many redirects", "跳转过多"),
    Reason.EXTERNAL: Text("Other site", "外部网站"),
    Reason.PRIVATE: Text("Private address", "内网地址"),
    Reason.LENGTH: Text("Address too long", "网址过长"),
    Reason.NAMED: Text("Named by a check", "检查项提到"),
    Reason.REFUSED: Text("The site refuses the crawl", "网站拒绝抓取"),
}
_FOUND_BY: Mapping[str, Text] = {
    FoundBy.START: Text("Start page", "起始页"),
    FoundBy.SITEMAP: Text("Sitemap", "站点地图"),
    FoundBy.EARLIER: Text("Earlier audit", "以前的审计"),
    FoundBy.LANDING: Text("Landing page or goal", "落地页或目标页"),
    FoundBy.ROBOTS: Text("robots.txt", "robots.txt"),
    FoundBy.PROBE: Text("Probe", "探测"),
    FoundBy.NAMED: Text("Named by a check", "检查项提到"),
}
_INDEXABILITY: Mapping[str, Text] = {
    "indexable": Text("Indexable", "可收录"),
    "redirect": Text("Redirected", "跳转"),
    "no-response": Text("No response", "无响应"),
    "blocked": Text("Not verified", "未能验证"),
    "error": Text("Client or server error", "客户端或服务器错误"),
    "not-html": Text("Not HTML", "不是 HTML"),
    "noindex": Text("Noindex", "noindex"),
    "canonicalised": Text("Canonicalised", "规范网址指向他页"),
}


def kind_word(kind: str) -> str:
    """A link's kind."""
    return _said(_KINDS, kind)


def verdict_word(verdict: str) -> str:
    """Whether what a link leads to works."""
    return _said(_VERDICTS, verdict)


def place_word(place: str) -> str:
    """The part of the page that a link stands in."""
    return _said(_PLACES, place)


def fault_word(fault: str) -> str:
    """Why there is no answer, or no address."""
    return _said(_FAULTS, fault)


def reason_word(reason: str) -> str:
    """Why an address was not fetched."""
    return _said(_REASONS, reason)


def found_by_word(found_by: str) -> str:
    """How an address came into the crawl: by itself, or by a link of some kind."""
    return _said(_FOUND_BY if found_by in _FOUND_BY else _KINDS, found_by)


def indexability_word(indexability: str) -> str:
    """Whether engines may take a page, and why not (`seo.listing.indexability`)."""
    return _said(_INDEXABILITY, indexability)


def _said(words: Mapping[str, Text], id: str) -> str:
    return str(words.get(id, id))
