"""The pages of the sandbox: one Jinja environment, zh-CN and English, light and dark, nothing from elsewhere.

The sandbox stands alone (it knows nothing of the dashboard), so its texts carry both languages where they stand:
``{{ t("Mailbox", "邮箱") }}``.
"""

from __future__ import annotations

import json
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from growth import clock
from growth.language import Text, known, language, speaking
from growth.sandbox.asgi import Request, Response, Route, html
from growth.sandbox.log import Entry

_HERE = Path(__file__).parent
#: the sandbox plays the outside world of a Chinese site
ZONE = ZoneInfo("Asia/Shanghai")
#: pages of the sandbox run no script of others and load nothing from elsewhere
_POLICY = "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; frame-ancestors 'self'"
_KINDS = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}

PARTS = (
    ("mailbox", "/mailbox", Text("Mailbox", "邮箱")),
    ("sms", "/sms", Text("Text messages", "短信")),
    ("wechat", "/wechat", Text("WeChat", "微信")),
    ("search", "/search", Text("Search engines", "搜索引擎")),
    ("directory", "/directory", Text("Directory", "导航网站")),
    ("team", "/team", Text("Team chat", "团队群聊")),
)


def render(request: Request, template: str, *, status: int = 200, **values: Any) -> Response:
    """A page in the reader's language (``?lang=``, then the cookie, then Accept-Language, then Chinese)."""
    chosen = choose_language(request)
    with speaking(chosen):
        body = _environment().get_template(template).render(request=request, lang=chosen, parts=PARTS, **values)
    headers: tuple[tuple[str, str], ...] = (("content-security-policy", _POLICY), ("x-content-type-options", "nosniff"))
    if "lang" in request.query:
        headers += (("set-cookie", f"sandbox_lang={chosen}; Path=/; SameSite=Lax; Max-Age=31536000"),)
    return html(body, status, headers=headers)


def choose_language(request: Request) -> str:
    """``zh-CN`` or ``en`` for this reader."""
    wanted = request.query.get("lang") or request.cookies.get("sandbox_lang") or request.headers.get("accept-language") or "zh-CN"
    return known(wanted)


def routes() -> list[Route]:
    """The stylesheet and scripts of the pages."""
    return [Route("GET", "/static/{name}", _static)]


def _static(request: Request) -> Response:
    file = _HERE / "static" / request.parts["name"]
    if file.suffix not in _KINDS or file.parent != _HERE / "static" or not file.is_file():
        return Response(status=404)
    return Response(body=file.read_bytes(), media_type=_KINDS[file.suffix], headers=(("cache-control", "no-cache"),))


@lru_cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_HERE / "templates"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.globals["t"] = _say
    environment.filters["clock"] = _clock
    environment.filters["size"] = _size
    environment.filters["brief"] = _brief
    return environment


def _say(en: str, zh: str, /, **values: object) -> str:
    """The text in the reader's language, ``{name}`` fields filled."""
    chosen = zh if language() == "zh-CN" else en
    return chosen.format(**values) if values else chosen


def _clock(at: datetime) -> str:
    """``11-24 09:05:07``, at the site."""
    return clock.aware(at).astimezone(ZONE).strftime("%m-%d %H:%M:%S")


def _brief(entry: Entry) -> str:
    """An entry of the log on one line."""
    found = []
    for name, value in entry.detail.items():
        if value not in ("", None, [], {}):
            found.append(f"{name} {value if isinstance(value, str | int) else json.dumps(value, ensure_ascii=False)}")
    return "，".join(found)


def _size(size_bytes: int) -> str:
    return f"{size_bytes} B" if size_bytes < 1024 else f"{size_bytes / 1024:.1f} KB"
