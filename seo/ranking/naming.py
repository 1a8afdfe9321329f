"""How engines, devices, positions and a word's page are called to people."""

from __future__ import annotations

from typing import Final
from urllib.parse import quote

from growth.language import Text, _

_ENGINES: Final = {
    "baidu": Text("Baidu", "百度"),
    "google": Text("Google", "Google"),
    "bing": Text("Bing", "必应"),
    "sogou": Text("Sogou", "搜狗"),
    "360": Text("360", "360"),
    "shenma": Text("Shenma", "神马"),
    "toutiao": Text("Toutiao", "头条"),
}
_DEVICES: Final = {"desktop": Text("desktop", "电脑"), "mobile": Text("mobile", "手机")}
_FIGURES: Final = {
    "baidu_weight": Text("Baidu weight", "百度权重"),
    "baidu_mobile_weight": Text("Baidu mobile weight", "百度移动权重"),
    "so_weight": Text("360 weight", "360 权重"),
    "sogou_weight": Text("Sogou weight", "搜狗权重"),
    "shenma_weight": Text("Shenma weight", "神马权重"),
    "toutiao_weight": Text("Toutiao weight", "头条权重"),
    "bing_weight": Text("Bing weight", "必应权重"),
    "baidu_indexed": Text("Pages in Baidu", "百度收录"),
    "so_indexed": Text("Pages in 360", "360 收录"),
    "sogou_indexed": Text("Pages in Sogou", "搜狗收录"),
    "shenma_indexed": Text("Pages in Shenma", "神马收录"),
    "toutiao_indexed": Text("Pages in Toutiao", "头条收录"),
    "bing_indexed": Text("Pages in Bing", "必应收录"),
    "backlinks": Text("Back links", "反链数"),
    "visits_estimate": Text("Visits, estimated", "预估来访"),
}


def engine_title(engine: str, device: str = "") -> str:
    """“Baidu · mobile”."""
    name = str(_ENGINES.get(engine, engine))
    return f"{name} · {_DEVICES[device]}" if device in _DEVICES else name


def figure_title(name: str) -> str:
    """The name of a third-party figure."""
    return str(_FIGURES.get(name, name))


def place(position: float) -> str:
    """“place 3”, “place 9.6”."""
    return _("place {n}", n=f"{position:g}")


def shown_position(position: float | None) -> str:
    """A position, or that there was none."""
    return f"{position:g}" if position is not None else _("not found")


def keyword_page(word: str) -> str:
    """The dashboard's page of a word."""
    return f"/seo/keyword?word={quote(word, safe='')}"
