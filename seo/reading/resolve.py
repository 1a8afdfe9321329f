"""What a link on a page points at: the target in normal form, the fragment, or why there is none."""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import quote, urlsplit

from growth import urls
from seo.page import LinkFault

#: schemes that reach a person or an app, not a page
CONTACT_SCHEMES = frozenset(
    {
        "mailto",
        "tel",
        "sms",
        "smsto",
        "callto",
        "weixin",
        "wtai",
        "skype",
        "whatsapp",
        "tg",
        "mqq",
        "mqqapi",
        "mqqwpa",
        "tencent",
        "alipays",
        "market",
    }
)
_SCHEME = re.compile(r"([a-zA-Z][a-zA-Z0-9+.-]*):")
_BLANKS = " \t\r\n\f"
#: what can be put behind an origin or a folder as it stands, given that no dots begin a segment and no slashes double
_PLAIN = re.compile(r"[A-Za-z0-9_~/.-]*(?:\?[A-Za-z0-9._~&=-]+)?")
#: a slip of the keyboard that browsers take for a relative path: ``https;//``, ``http//``, ``http:/host``, ``www.example.com/``
_SLIP = re.compile(r"(?:https?[;,.]?//|https?;|https?:/[^/]|https?://[/.:]|https?:/*$)", re.I)


def resolve(href: str, base: str, *, charset: str = "utf-8") -> tuple[str | None, str, LinkFault | None]:
    """Target, fragment and fault of `href` on a page whose base is the normal URL `base`.

    Characters of a query that are not ASCII are escaped in the page's character set, those of a path in UTF-8 (WHATWG URL §4.4, §5.1).
    """
    text = href.strip(_BLANKS)
    if not text:
        return None, "", LinkFault.EMPTY
    path, _hash, fragment = text.partition("#")
    if not path:
        return None, fragment, LinkFault.SAME_PAGE
    first = path[0]
    if first not in ".?" and _PLAIN.fullmatch(path) and "/." not in path and "//" not in path:
        return (_origin(base) if first == "/" else _folder(base)) + path, fragment, None
    found = _SCHEME.match(path)
    if found:
        scheme = found[1].lower()
        if scheme not in ("http", "https"):
            return None, fragment, _fault_of(scheme)
    if _SLIP.match(path):
        return None, fragment, LinkFault.MALFORMED
    target = _normal(path, base, charset if charset != "utf-8" and not path.isascii() else "utf-8")
    return (target, fragment, None) if target else (None, fragment, LinkFault.MALFORMED)


def _fault_of(scheme: str) -> LinkFault:
    if scheme in ("javascript", "vbscript"):
        return LinkFault.SCRIPT
    return LinkFault.CONTACT if scheme in CONTACT_SCHEMES else LinkFault.SCHEME


@lru_cache(maxsize=50_000)
def _normal(path: str, base: str, charset: str) -> str | None:
    if charset != "utf-8":
        before, mark, query = path.partition("?")
        path = before + mark + quote(query.encode(charset, "xmlcharrefreplace"), safe="%&=+;:@,/?!$'()*~[]|^`{}")
    try:
        return urls.normal(path, base=base)
    except (urls.NotAUrl, UnicodeError):
        return None


@lru_cache(maxsize=1000)
def _origin(base: str) -> str:
    parts = urlsplit(base)
    return f"{parts.scheme}://{parts.netloc}"


@lru_cache(maxsize=1000)
def _folder(base: str) -> str:
    path = base.partition("?")[0]
    return path[: path.rindex("/") + 1]
