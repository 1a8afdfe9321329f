"""What is measured of a page, as data: each trait with how it is read, which way is better, and what to do when ours is behind."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from growth import urls
from growth.language import Text
from growth.reporting import Kind
from seo.page import LinkKind, Page
from seo.tags import analytics_of
from seo.width import DESCRIPTION_PX, TITLE_PX, pixels

#: hosts whose frames are videos
VIDEO_HOSTS = (
    "youku.com",
    "bilibili.com",
    "v.qq.com",
    "iqiyi.com",
    "ixigua.com",
    "douyin.com",
    "youtube.com",
    "youtube-nocookie.com",
    "vimeo.com",
)


class Part(StrEnum):
    """Parts of a comparison, in their order."""

    TITLE = "title"
    TEXT = "text"
    MEDIA = "media"
    LINKS = "links"
    SPEED = "speed"

    @property
    def label(self) -> Text:
        """Its name for people."""
        return _PARTS[self]


_PARTS = {
    Part.TITLE: Text("Title and description", "标题与描述"),
    Part.TEXT: Text("Text and headings", "正文与小标题"),
    Part.MEDIA: Text("Images and video", "图片与视频"),
    Part.LINKS: Text("Links", "链接"),
    Part.SPEED: Text("Speed and size", "速度与体积"),
}


class Better(StrEnum):
    """Which way a number is better."""

    MORE = "more"
    LESS = "less"
    #: neither: a difference to know, not to mend
    NEITHER = "neither"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trait:
    """One number of a page. Ours is behind where it is worse than the middle of theirs by a third and by `least` at least.

    `measured`: only a page that was fetched has it, a saved file does not.
    """

    id: str
    part: Part
    label: Text
    read: Callable[[Page], float | None]
    better: Better
    least: float
    todo: Text
    kind: Kind = Kind.NUMBER
    unit: str = ""
    measured: bool = False


def text_length(page: Page) -> int:
    """Han characters and other words of the main text."""
    return page.han + page.words


def _kinds(page: Page) -> Counter[LinkKind]:
    return Counter(link.kind for link in page.links)


def _videos(page: Page) -> int:
    frames = [urls.host_of(link.target) for link in page.links if link.kind is LinkKind.IFRAME and link.target]
    files = {link.target for link in page.links if link.kind is LinkKind.MEDIA}
    return len(files) + sum(1 for host in frames if any(host == one or host.endswith("." + one) for one in VIDEO_HOSTS))


def _alts(page: Page) -> float | None:
    """Share of images with an alt; a page without images has none to give."""
    return sum(1 for image in page.images if image.alt) / len(page.images) if page.images else None


def _clicked(page: Page, *, internal: bool) -> int:
    targets = {link.target for link in page.clickable if link.target}
    return sum(1 for target in targets if page.site.is_internal(target) is internal)


TRAITS = (
    Trait(
        id="title-width",
        part=Part.TITLE,
        label=Text("Width of the title", "标题宽度"),
        read=lambda page: pixels(page.title, TITLE_PX),
        better=Better.NEITHER,
        least=0,
        todo=Text("", ""),
        unit="px",
    ),
    Trait(
        id="description-width",
        part=Part.TITLE,
        label=Text("Width of the description", "描述宽度"),
        read=lambda page: pixels(page.description, DESCRIPTION_PX),
        better=Better.MORE,
        least=150,
        todo=Text(
            "Theirs say more under the title: about {theirs} px. Write a description that answers the search in two sentences.",
            "同行的描述更充实（约 {theirs} px）：用两句话回答搜索者的问题。",
        ),
        unit="px",
    ),
    Trait(
        id="text-length",
        part=Part.TEXT,
        label=Text("Length of the main text (Han characters and words)", "正文长度（汉字与单词）"),
        read=text_length,
        better=Better.MORE,
        least=50,
        todo=Text(
            "Theirs have about {theirs}, ours {ours}. Write what is missing (terms and sections below), not filler.",
            "同行约 {theirs} 字，我们 {ours} 字。补上缺少的内容（见下方用词与段落），不要凑字数。",
        ),
    ),
    Trait(
        id="headings",
        part=Part.TEXT,
        label=Text("Headings below h1", "h1 以下的小标题"),
        read=lambda page: sum(1 for one in page.headings if one.level > 1 and one.text),
        better=Better.MORE,
        least=2,
        todo=Text(
            "Theirs are divided by about {theirs} headings, ours by {ours}: put a heading over each question that the text answers.",
            "同行约有 {theirs} 个小标题，我们 {ours} 个：给正文回答的每个问题加一个小标题。",
        ),
    ),
    Trait(
        id="images",
        part=Part.MEDIA,
        label=Text("Images", "图片"),
        read=lambda page: len(page.images),
        better=Better.MORE,
        least=2,
        todo=Text(
            "Theirs show about {theirs} images, ours {ours}: add pictures that explain something, each with an alt text.",
            "同行约 {theirs} 张图，我们 {ours} 张：加上能说明问题的图片，并写 alt。",
        ),
    ),
    Trait(
        id="image-alts",
        part=Part.MEDIA,
        label=Text("Images with an alt text", "有 alt 的图片"),
        read=_alts,
        better=Better.MORE,
        least=0.1,
        todo=Text("Say in the alt text what each image shows.", "在 alt 里写明每张图片的内容。"),
        kind=Kind.PERCENT,
    ),
    Trait(
        id="videos",
        part=Part.MEDIA,
        label=Text("Videos and sound", "视频与音频"),
        read=_videos,
        better=Better.MORE,
        least=1,
        todo=Text("Theirs have a video: show in a minute what the text explains.", "同行有视频：用一分钟演示正文讲的内容。"),
    ),
    Trait(
        id="links-internal",
        part=Part.LINKS,
        label=Text("Pages of the same site it links to", "链接到的站内页面"),
        read=lambda page: _clicked(page, internal=True),
        better=Better.MORE,
        least=5,
        todo=Text(
            "Theirs lead on to about {theirs} pages of their site, ours to {ours}: link to the next questions a reader has.",
            "同行约链接 {theirs} 个站内页面，我们 {ours} 个：链接到读者接下来会问的内容。",
        ),
    ),
    Trait(
        id="links-external",
        part=Part.LINKS,
        label=Text("Pages of other sites it links to", "链接到的站外页面"),
        read=lambda page: _clicked(page, internal=False),
        better=Better.NEITHER,
        least=0,
        todo=Text("", ""),
    ),
    Trait(
        id="first-byte",
        part=Part.SPEED,
        label=Text("Time to first byte", "首字节时间"),
        read=lambda page: page.ttfb_ms,
        better=Better.LESS,
        least=200,
        todo=Text(
            "Theirs begin to answer after {theirs} ms, ours after {ours} ms: look at the server, its cache, or a CDN near the visitors.",
            "同行 {theirs} 毫秒开始响应，我们 {ours} 毫秒：检查服务器与缓存，或使用离访客近的 CDN。",
        ),
        unit="ms",
        measured=True,
    ),
    Trait(
        id="html-size",
        part=Part.SPEED,
        label=Text("Size of the HTML, unpacked", "HTML 大小（解压后）"),
        read=lambda page: page.size_bytes,
        better=Better.LESS,
        least=50_000,
        todo=Text(
            "Our HTML has {ours} bytes, theirs about {theirs}: take inline scripts, styles and data out of it.",
            "我们的 HTML 有 {ours} 字节，同行约 {theirs}：把内联脚本、样式和数据移出。",
        ),
        unit="B",
    ),
    Trait(
        id="wire-size",
        part=Part.SPEED,
        label=Text("Size as it travels", "传输大小"),
        read=lambda page: page.wire_bytes,
        better=Better.LESS,
        least=20_000,
        todo=Text(
            "{ours} bytes travel for ours, about {theirs} for theirs: switch on gzip or br.",
            "我们传输 {ours} 字节，同行约 {theirs}：开启 gzip 或 br 压缩。",
        ),
        unit="B",
        measured=True,
    ),
    Trait(
        id="scripts",
        part=Part.SPEED,
        label=Text("Script files", "脚本文件"),
        read=lambda page: _kinds(page)[LinkKind.SCRIPT],
        better=Better.LESS,
        least=3,
        todo=Text(
            "Ours loads {ours} scripts, theirs about {theirs}: drop or join some.",
            "我们加载 {ours} 个脚本，同行约 {theirs} 个：删减或合并。",
        ),
    ),
    Trait(
        id="scripts-blocking",
        part=Part.SPEED,
        label=Text("Scripts that hold up the page", "阻塞渲染的脚本"),
        read=lambda page: sum(1 for script in page.scripts if script.blocking),
        better=Better.LESS,
        least=1,
        todo=Text("Give scripts in the head `defer` or `async`.", "给 head 里的脚本加 defer 或 async。"),
    ),
    Trait(
        id="analytics",
        part=Part.SPEED,
        label=Text("Analytics on the page", "统计工具"),
        read=lambda page: len(analytics_of(page)),
        better=Better.NEITHER,
        least=0,
        todo=Text("", ""),
    ),
)
