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
from seo.robots import RobotsFault
from seo.sitemap import SitemapFault
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
    LinkFault.CONTROL: Text("Button, not a link", "按钮，不是链接"),
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
#: what the detail of a finding calls what was found, where that is an id
_FOUND: Mapping[str, Text] = {
    # canonical, JSON-LD, sharing, IndexNow
    "empty": Text("nothing in it", "内容为空"),
    "unparsable": Text("no address that can be read", "地址无法识别"),
    "fragment": Text("an address with a #fragment", "带 #锚点 的地址"),
    "outside head": Text("outside of head", "不在 head 内"),
    "page 1": Text("the first page of the list", "列表第 1 页"),
    "no @context": Text("no @context", "缺少 @context"),
    "no @type": Text("no @type", "缺少 @type"),
    "nested too deeply": Text("nested too deeply", "嵌套过深"),
    "not an object": Text("not an object", "不是对象"),
    "broken": Text("broken", "打不开"),
    "redirect": Text("redirected", "跳转"),
    "text": Text("another text", "内容不符"),
    "no answer": Text("no answer", "没有响应"),
    # states of a target
    "error": Text("does not answer 200", "打不开"),
    "blocked": Text("disallowed by robots.txt", "robots.txt 禁止"),
    "noindex": Text("noindex", "noindex"),
    "canonicalised": Text("its canonical names another page", "规范网址指向他页"),
    "unknown": Text("not found by the crawl", "抓取中没有发现"),
    # links
    "no link": Text("no link", "没有链接"),
    "elsewhere": Text("the link leads elsewhere", "链接指向别处"),
    "nofollow": Text("nofollow", "nofollow"),
    # pages that answer 200 and are not there; what covers a page
    "phrase": Text("a phrase of pages that are not there", "页面上写着“不存在”一类的字样"),
    "probe": Text("the same as the answer to an address that cannot exist", "与不存在的网址返回的内容相同"),
    "layer": Text("a layer over the whole screen", "盖住整屏的浮层"),
    "app": Text("opens an app by itself", "自动唤起 App"),
    # titles
    "home": Text("the site's name does not stand first", "首页标题没有以站名开头"),
    "qualifiers": Text("too many parts behind the name", "站名后的修饰过多"),
    # robots.txt
    RobotsFault.UNKNOWN: Text("unknown directive", "无法识别的指令"),
    RobotsFault.ORPHAN: Text("a rule before any User-agent", "规则写在 User-agent 之前"),
    RobotsFault.NO_COLON: Text("no colon", "缺少冒号"),
    RobotsFault.MISSPELT: Text("misspelt", "拼写错误"),
    RobotsFault.PATH: Text("the path does not begin with a slash", "路径没有以 / 开头"),
    RobotsFault.WILDCARD: Text("bad wildcard", "通配符用法错误"),
    RobotsFault.SITEMAP: Text("a sitemap without its host", "Sitemap 不是完整网址"),
    RobotsFault.AGENT: Text("empty User-agent", "User-agent 为空"),
    RobotsFault.ENCODING: Text("not UTF-8", "不是 UTF-8"),
    # sitemaps
    SitemapFault.XML: Text("not well-formed XML", "XML 格式错误"),
    SitemapFault.ROOT: Text("wrong root element", "根元素不对"),
    SitemapFault.NAMESPACE: Text("wrong namespace", "命名空间不对"),
    SitemapFault.HTML: Text("an HTML page", "返回的是 HTML 页面"),
    SitemapFault.ENTITIES: Text("entities that expand", "含可膨胀的实体"),
    SitemapFault.LOC: Text("an address that cannot be read", "loc 地址无法识别"),
    SitemapFault.RELATIVE: Text("a relative address", "loc 是相对地址"),
    SitemapFault.TOO_MANY: Text("too many entries", "条目过多"),
    SitemapFault.TOO_LARGE: Text("too large", "文件过大"),
    SitemapFault.PACKED: Text("broken gzip", "gzip 损坏"),
    SitemapFault.LOOP: Text("an index that lists itself", "索引互相循环"),
    SitemapFault.TOO_DEEP: Text("too many levels of index files", "索引层级过多"),
    "levels": Text("too many levels of index files", "索引层级过多"),
    "host": Text("another host", "其他主机"),
    "folder": Text("above the sitemap's folder", "不在站点地图所在目录之下"),
    "format": Text("no date as W3C writes it", "日期格式不合 W3C"),
    "future": Text("a day to come", "日期在未来"),
    "all of today": Text("all say the day of the crawl", "全部写成抓取当天"),
    # listings
    "lost": Text("gone", "已下线"),
    "changed": Text("changed", "已改动"),
    "refused": Text("refused", "被拒绝"),
}
_PROFILES: Mapping[str, Text] = {
    "google": Text("Google", "Google"),
    "baidu": Text("Baidu, desktop", "百度电脑版"),
    "baidu-mobile": Text("Baidu, mobile", "百度移动版"),
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


def found_word(found: str) -> str:
    """What a check found, where its detail has an id for it; other texts as they are."""
    return _said(_FOUND, found)


def profile_word(profile: str) -> str:
    """The engine whose limits count."""
    return _said(_PROFILES, profile)


def indexability_word(indexability: str) -> str:
    """Whether engines may take a page, and why not (`seo.listing.indexability`)."""
    return _said(_INDEXABILITY, indexability)


def _said(words: Mapping[str, Text], id: str) -> str:
    return str(words.get(id, id))
