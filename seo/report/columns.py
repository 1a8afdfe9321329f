"""Columns of the crawl's tables, with the names that SEO staff know from their tools, in both languages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from growth.language import Text
from growth.reporting import Column, Kind


def _column(id: str, en: str, zh: str, kind: Kind = Kind.TEXT, *, key: bool = False, lead: bool = False) -> Column:
    return Column(id=id, label=Text(en, zh), kind=kind, key=key, lead=lead)


#: documents of the site
URLS = (
    _column("url", "Address", "网址", Kind.URL, key=True),
    _column("media_type", "Content Type", "内容类型", Kind.CODE),
    _column("status", "Status Code", "状态码", Kind.NUMBER, lead=True),
    _column("fault", "Status", "状态"),
    _column("indexability_words", "Indexability", "可收录性", lead=True),
    _column("indexability", "Indexability Status", "不可收录原因"),
    _column("title", "Title 1", "标题 1", Kind.PROSE),
    _column("title_length", "Title 1 Length", "标题 1 长度", Kind.NUMBER),
    _column("title_px", "Title 1 Pixel Width", "标题 1 像素宽度", Kind.NUMBER),
    _column("description", "Meta Description 1", "描述 1", Kind.PROSE),
    _column("description_length", "Meta Description 1 Length", "描述 1 长度", Kind.NUMBER),
    _column("description_px", "Meta Description 1 Pixel Width", "描述 1 像素宽度", Kind.NUMBER),
    _column("keywords", "Meta Keywords 1", "关键词 1", Kind.PROSE),
    _column("keywords_length", "Meta Keywords 1 Length", "关键词 1 长度", Kind.NUMBER),
    _column("h1", "H1-1", "H1-1", Kind.PROSE),
    _column("h1_length", "H1-1 Length", "H1-1 长度", Kind.NUMBER),
    _column("h1_2", "H1-2", "H1-2", Kind.PROSE),
    _column("h1_2_length", "H1-2 Length", "H1-2 长度", Kind.NUMBER),
    _column("h2", "H2-1", "H2-1", Kind.PROSE),
    _column("h2_length", "H2-1 Length", "H2-1 长度", Kind.NUMBER),
    _column("h2_2", "H2-2", "H2-2", Kind.PROSE),
    _column("h2_2_length", "H2-2 Length", "H2-2 长度", Kind.NUMBER),
    _column("meta_robots", "Meta Robots 1", "Meta Robots 1", Kind.CODE),
    _column("x_robots_tag", "X-Robots-Tag 1", "X-Robots-Tag 1", Kind.CODE),
    _column("meta_refresh", "Meta Refresh 1", "Meta Refresh 1", Kind.CODE),
    _column("canonical", "Canonical Link Element 1", "规范网址 1", Kind.URL),
    _column("rel_next", 'rel="next" 1', 'rel="next" 1', Kind.URL),
    _column("rel_prev", 'rel="prev" 1', 'rel="prev" 1', Kind.URL),
    _column("size_bytes", "Size (Bytes)", "大小（字节）", Kind.NUMBER),
    _column("wire_bytes", "Transferred (Bytes)", "传输大小（字节）", Kind.NUMBER),
    _column("words", "Word Count", "词数", Kind.NUMBER),
    _column("han", "Han Characters", "汉字数", Kind.NUMBER),
    _column("depth", "Crawl Depth", "点击深度", Kind.NUMBER),
    _column("equity", "Link Score", "链接权重", Kind.NUMBER),
    _column("links_in", "Inlinks", "入链数", Kind.NUMBER),
    _column("inlinks", "Unique Inlinks", "入链页面数", Kind.NUMBER),
    _column("links_internal", "Outlinks", "站内出链", Kind.NUMBER),
    _column("unique_internal", "Unique Outlinks", "站内出链（去重）", Kind.NUMBER),
    _column("links_external", "External Outlinks", "站外出链", Kind.NUMBER),
    _column("unique_external", "Unique External Outlinks", "站外出链（去重）", Kind.NUMBER),
    _column("ttfb_ms", "Response Time (ms)", "响应时间（毫秒）", Kind.NUMBER),
    _column("last_modified", "Last Modified", "最后修改时间", Kind.CODE),
    _column("lang", "Language", "语言", Kind.CODE),
    _column("redirect_url", "Redirect URL", "跳转到", Kind.URL),
    _column("found_by", "Found By", "发现方式"),
    _column("fetched_at", "Crawl Timestamp", "抓取时间", Kind.INSTANT),
)
#: issues, heaviest first
ISSUES = (
    _column("severity", "Severity", "级别", Kind.BADGE, lead=True),
    _column("issue", "Issue", "问题", Kind.PROSE, key=True),
    _column("check", "Check", "检查项", Kind.CODE),
    _column("url", "Address", "网址", Kind.URL),
    _column("evidence", "Evidence", "证据", Kind.PROSE),
    _column("state", "State", "状态", Kind.BADGE, lead=True),
    _column("weight", "Sign-ups lost a month (estimate)", "每月损失注册（估）", Kind.NUMBER),
    _column("first_seen", "First Seen", "首次发现", Kind.INSTANT),
    _column("mend", "How To Fix", "如何修复", Kind.PROSE),
    _column("accepted", "Accepted Because", "接受理由", Kind.PROSE),
    _column("assigned_to", "Assigned To", "负责人"),
)
#: checks with how much they found
CHECKS = (
    _column("severity", "Severity", "级别", Kind.BADGE, lead=True),
    _column("issue", "Issue", "问题", Kind.PROSE, key=True),
    _column("number", "URLs", "网址数", Kind.NUMBER, lead=True),
    _column("share", "% of Total", "占比", Kind.BAR),
    _column("new", "New", "新增", Kind.NUMBER),
    _column("weight", "Sign-ups lost a month (estimate)", "每月损失注册（估）", Kind.NUMBER),
    _column("why", "Why It Matters", "影响", Kind.PROSE),
    _column("mend", "How To Fix", "如何修复", Kind.PROSE),
)
#: the same without the words, where there is a page for each check
CHECKS_SHORT = tuple(column for column in CHECKS if column.id not in ("why", "mend"))
#: links
LINKS = (
    _column("kind", "Type", "类型"),
    _column("source", "Source", "来源页", Kind.URL, key=True),
    _column("target", "Destination", "目标", Kind.URL, lead=True),
    _column("anchor", "Anchor", "锚文字", Kind.PROSE),
    _column("status", "Status Code", "状态码", Kind.NUMBER, lead=True),
    _column("verdict", "Status", "状态"),
    _column("rel", "Rel", "Rel", Kind.CODE),
    _column("place", "Link Position", "所在区域"),
    _column("line", "Line", "行", Kind.NUMBER),
    _column("column", "Column", "列", Kind.NUMBER),
)
#: addresses of the site that redirect
REDIRECTS = (
    _column("url", "Address", "网址", Kind.URL, key=True),
    _column("status", "Status Code", "状态码", Kind.NUMBER, lead=True),
    _column("redirect_url", "Redirect URL", "跳转到", Kind.URL),
    _column("hops", "Number of Redirects", "跳转次数", Kind.NUMBER, lead=True),
    _column("loop", "Loop", "循环"),
    _column("final_url", "Final Address", "最终网址", Kind.URL),
    _column("final_status", "Final Status Code", "最终状态码", Kind.NUMBER),
    _column("fault", "Final Status", "最终状态"),
    _column("chain", "Redirect Chain", "跳转链", Kind.PROSE),
    _column("inlinks", "Unique Inlinks", "入链页面数", Kind.NUMBER),
)
#: pictures that pages show
IMAGES = (
    _column("url", "Address", "网址", Kind.URL, key=True),
    _column("media_type", "Content Type", "内容类型", Kind.CODE),
    _column("status", "Status Code", "状态码", Kind.NUMBER, lead=True),
    _column("verdict", "Status", "状态"),
    _column("size_bytes", "Size (Bytes)", "大小（字节）", Kind.NUMBER, lead=True),
    _column("picture", "Real Dimensions (WxH)", "实际尺寸（宽x高）", Kind.CODE),
    _column("alt", "Alt Text 1", "alt 1", Kind.PROSE),
    _column("alt_length", "Alt Text 1 Length", "alt 1 长度", Kind.NUMBER),
    _column("without_alt", "Uses Without Alt Text", "无 alt 文字的次数", Kind.NUMBER),
    _column("uses", "IMG Uses", "被引用次数", Kind.NUMBER),
    _column("pages", "IMG Inlinks", "引用页面数", Kind.NUMBER),
    _column("shown_as", "Type", "类型"),
    _column("source", "Source 1", "来源页 1", Kind.URL),
)
#: what pages say of their other languages, one row an entry
HREFLANG = (
    _column("url", "Address", "网址", Kind.URL, key=True),
    _column("title", "Title 1", "标题 1", Kind.PROSE),
    _column("page_lang", "Language", "语言", Kind.CODE),
    _column("occurrences", "Occurrences", "条目数", Kind.NUMBER),
    _column("lang", "hreflang", "hreflang", Kind.CODE, lead=True),
    _column("target", "hreflang URL", "hreflang 网址", Kind.URL, lead=True),
    _column("written_in", "Source", "声明位置"),
    _column("status", "Status Code", "状态码", Kind.NUMBER),
    _column("indexability_words", "Indexability", "可收录性"),
    _column("indexability", "Indexability Status", "不可收录原因"),
    _column("itself", "Self Reference", "指向本页"),
    _column("returned", "Return Link", "互相指回"),
    _column("returned_lang", "Return Link Language", "指回时的语言", Kind.CODE),
)
#: addresses that were not fetched
SKIPPED = (
    _column("url", "Address", "网址", Kind.URL, key=True),
    _column("reason", "Not Crawled Because", "未抓取原因", lead=True),
    _column("found_by", "Found By", "发现方式"),
    _column("depth", "Crawl Depth", "点击深度", Kind.NUMBER),
)
#: addresses on other sites
EXTERNAL = (
    _column("url", "Address", "网址", Kind.URL, key=True),
    _column("status", "Status Code", "状态码", Kind.NUMBER, lead=True),
    _column("verdict", "Status", "状态", lead=True),
    _column("fault", "Fault", "故障"),
    _column("media_type", "Content Type", "内容类型", Kind.CODE),
    _column("redirect_url", "Redirect URL", "跳转到", Kind.URL),
)
#: pages that deserve links, one row a page that should give one
PROPOSALS = (
    _column("url", "Page That Deserves Links", "值得更多链接的页面", key=True),
    _column("views", "Views a month", "月浏览量", Kind.NUMBER, lead=True),
    _column("equity", "Link Score", "链接权重", Kind.NUMBER),
    _column("inlinks", "Unique Inlinks", "入链页面数", Kind.NUMBER),
    _column("depth", "Crawl Depth", "点击深度", Kind.NUMBER),
    _column("source", "Link From", "从这里链接", Kind.URL, lead=True),
    _column("source_equity", "Its Link Score", "该页链接权重", Kind.NUMBER),
    _column("anchor", "Anchor", "锚文字", Kind.PROSE),
    _column("shared", "Both Are About", "共同主题", Kind.PROSE),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """How weights are shown: as sign-ups where visits were counted (`measured`), else as shares of the heaviest one's, a mere order."""

    measured: bool = True
    heaviest: float = 0.0

    def shown(self, weight: float) -> float:
        """A weight as it stands in a table."""
        if self.measured:
            return round(weight, 4 if weight < 0.1 else 3)
        return round(weight / self.heaviest, 4) if self.heaviest else 0.0

    def columns(self, columns: Sequence[Column]) -> tuple[Column, ...]:
        """The columns with the header that its weights want."""
        return tuple(columns) if self.measured else tuple(_PRIORITY if column.id == "weight" else column for column in columns)


_PRIORITY = _column("weight", "Priority (heaviest = 100 %)", "优先级（最重的为 100%）", Kind.BAR)
