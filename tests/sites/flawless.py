"""A page without a fault, and what may be changed of it. Everything that a check wants is there, so that one change gives one finding."""

from __future__ import annotations

from html import escape
from typing import Any
from urllib.parse import urljoin

#: headers that a careful server sends
HEADERS = {
    "content-type": "text/html; charset=utf-8",
    "content-encoding": "gzip",
    "strict-transport-security": "max-age=31536000",
    "content-security-policy": "default-src 'self'; frame-ancestors 'self'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "strict-origin-when-cross-origin",
}
_SENTENCES = (
    "本页介绍{topic}的申请条件、所需材料和办理步骤，请您在申请之前仔细阅读。",
    "{topic}的年化利率以合同约定为准，平台在放款之前会再次向您展示全部费用。",
    "如果您对{topic}有疑问，可以在工作日拨打客服电话，也可以在页面底部找到联系方式。",
    "提前结清{topic}不收取违约金，剩余本金和当期利息在结清当日一次算清。",
    "我们按照监管要求保存{topic}的全部记录，您随时可以在账户中查看和下载。",
    "办理{topic}需要本人操作，请勿把验证码告诉任何人，以免造成损失。",
    "{topic}的审核一般在一个工作日之内完成，结果会以短信通知您。",
    "借款有风险，请您根据自身的还款能力选择{topic}的金额和期限，按时还款。",
    "关于{topic}的常见问题，我们整理在帮助中心，并且每个月更新一次。",
    "以上内容只说明{topic}的一般规则，具体以您签署的电子合同为准。",
)


def flawless(path: str, base: str, **changes: Any) -> bytes:
    """The HTML of the page at `path`, with `changes`.

    title, description, lang, charset (texts; None leaves the element out), head and body (added), repeat (added so many times, `{n}`
    counting), pad (bytes of a comment), main, footer, html (instead), links (in nav), drop (what to leave out: canonical, viewport, og, h1,
    footer, icon, tag, image), encoding (of the bytes), topic (what the text is about).
    """
    if "html" in changes:
        return str(changes["html"]).encode(changes.get("encoding", "utf-8"))
    url = urljoin(base, path)
    topic = changes.get("topic") or _topic(path)
    drop = set(changes.get("drop", ()))
    title = changes.get("title", f"{topic}申请条件与费用说明_诚信贷")
    description = changes.get("description", f"诚信贷{topic}的申请条件、年化利率、费用与还款方式说明，附常见问题解答与客服电话。")
    charset = changes.get("charset", "utf-8")
    head = [f'<meta charset="{charset}">'] if charset else []
    head += [f"<title>{escape(title)}</title>"] if title is not None else []
    head += [f'<meta name="description" content="{escape(description, quote=True)}">'] if description is not None else []
    parts = {
        "viewport": '<meta name="viewport" content="width=device-width, initial-scale=1">',
        "canonical": f'<link rel="canonical" href="{escape(url, quote=True)}">',
        "og": f'<meta property="og:title" content="{escape(topic)}"><meta property="og:url" content="{escape(url, quote=True)}">'
        '<meta property="og:image" content="/share.png">',
        "icon": '<link rel="icon" href="/favicon.ico">',
        "tag": '<script async src="/js/t.js"></script>',
    }
    head += [text for name, text in parts.items() if name not in drop]
    head.append(str(changes.get("head", "")))
    links = changes.get("links", ("/", "/list/", "/contact.html"))
    nav = "".join(f'<li><a href="{escape(one, quote=True)}">{escape(_label(one))}</a></li>' for one in links)
    heading = f"<h1>{escape(changes.get('h1', f'{topic}办理说明'))}</h1>" if "h1" not in drop else ""
    text = changes.get("main", "".join(f"<p>{one.format(topic=topic)}</p>" for one in _SENTENCES))
    if again := changes.get("repeat"):
        text += "".join(again["html"].replace("{n}", str(number)) for number in range(1, again["times"] + 1))
    if changes.get("pad"):
        text += f"<!--{'x' * changes['pad']}-->"
    image = '<img src="/logo.png" alt="诚信贷标志" width="120" height="60">' if "image" not in drop else ""
    footer = "" if "footer" in drop else changes.get("footer", FOOTER)
    attribute = f' lang="{changes["lang"]}"' if changes.get("lang") else "" if "lang" in changes else ' lang="zh-CN"'
    top = f"<header>{image}<nav><ul>{nav}</ul></nav></header>"
    document = (
        f"<!doctype html>\n<html{attribute}>\n<head>\n{chr(10).join(head)}\n</head>\n<body>\n"
        f"{top}\n<main>\n{heading}\n{text}\n{changes.get('body', '')}\n</main>\n{footer}\n</body>\n</html>\n"
    )
    return document.encode(changes.get("encoding", "utf-8"), "replace")


FOOTER = (
    '<footer><p>客服电话 <a href="tel:+864000000000">400-000-0000</a></p>'
    '<p><a href="https://beian.miit.gov.cn/">京ICP备12345678号-1</a> 京公网安备11010502000000号</p></footer>'
)
_CHARACTERS = "春夏秋冬江河湖海山川林木花草竹石云雨风雪日月星辰金银铜铁龙凤虎鹤松柏梅兰菊荷"


def _topic(path: str) -> str:
    """A name of its own for each page, so that no two are alike."""
    number = sum(ord(character) * (place + 7) for place, character in enumerate(path))
    picked = [_CHARACTERS[(number // (len(_CHARACTERS) ** power)) % len(_CHARACTERS)] for power in range(2)]
    return "".join(picked) + _CHARACTERS[sum(path.encode()) % len(_CHARACTERS)] + "专享贷款"


def _label(path: str) -> str:
    return "诚信贷首页" if path == "/" else "联系我们" if "contact" in path else "全部产品" if path == "/list/" else f"{_topic(path)}介绍"
