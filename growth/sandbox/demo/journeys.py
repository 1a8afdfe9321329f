"""Where the demo's visitors come from, with what browser, and where they go: data for `history`."""

from __future__ import annotations

from dataclasses import dataclass

_CHROME = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{} Safari/537.36"
_IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)"
_ANDROID = "Mozilla/5.0 (Linux; Android 15; V2309A) AppleWebKit/537.36 (KHTML, like Gecko)"
BROWSERS = (
    _CHROME.format("131.0.0.0"),
    _CHROME.format("129.0.0.0"),
    _CHROME.format("131.0.0.0") + " Edg/131.0.0.0",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/605.1.15",
    f"{_IPHONE} Version/18.5 Mobile/15E148 Safari/604.1",
    f"{_ANDROID} Chrome/126.0.0.0 Mobile Safari/537.36",
    f"{_ANDROID} Version/4.0 Chrome/123.0.0.0 Mobile Safari/537.36 VivoBrowser/24.1.0.0",
)
WECHAT = f"{_IPHONE} Mobile/15E148 MicroMessenger/8.0.55(0x18003731) NetType/WIFI Language/zh_CN"
ROBOTS = (
    "Mozilla/5.0 (compatible; Baiduspider/2.0; +http://www.baidu.com/search/spider.html)",
    "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)",
    "Sogou web spider/4.0(+http://www.sogou.com/docs/help/webmasters.htm#07)",
    "python-requests/2.32.3",
)

PATHS = {
    "borrower": (
        "/",
        "/loans",
        "/loans/salary",
        "/loans/business",
        "/loans/car",
        "/loans/fees",
        "/loans/calculator",
        "/blog/annual-rate",
        "/blog/equal-instalment",
        "/blog/credit-report",
        "/help",
        "/help/repayment",
        "/register",
    ),
    "investor": (
        "/",
        "/invest",
        "/invest/guide",
        "/invest/custody",
        "/invest/projects/breakfast-shop",
        "/risk",
        "/about/license",
        "/disclosure",
        "/blog/first-lend",
        "/blog/diversify",
        "/register",
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """One way in: its share of first visits, of them the share who sign up after one visit, and the share who come back.

    Whoever comes through a `channel` brings its code. A `query` may hold ``{click}`` (an advertising click id).
    """

    name: str
    weight: float
    registers: float
    comes_back: float
    channel: str | None = None
    landings: tuple[str, ...] = ("/",)
    referrers: tuple[str, ...] = ("",)
    query: str = ""
    browser: str | None = None
    direct: bool = False


_BAIDU = ("https://www.baidu.com/link?url=Qx7", "https://m.baidu.com/from=844b/s")
_PAID = "utm_source=baidu&utm_medium=cpc&utm_campaign={}&utm_term={}&bd_vid={{click}}"

ORIGINS = (
    Origin(
        name="baidu",
        weight=24,
        registers=0.03,
        comes_back=0.2,
        referrers=_BAIDU,
        landings=(
            "/blog/annual-rate",
            "/blog/equal-instalment",
            "/blog/credit-report",
            "/loans",
            "/blog/prepayment",
            "/blog/overdue-first-day",
        ),
    ),
    Origin(name="baidu-brand", weight=7, registers=0.12, comes_back=0.35, referrers=_BAIDU),
    Origin(
        name="360",
        weight=5,
        registers=0.03,
        comes_back=0.15,
        referrers=("https://www.so.com/link?m=a1",),
        landings=("/loans", "/blog/annual-rate"),
    ),
    Origin(
        name="sogou",
        weight=3,
        registers=0.03,
        comes_back=0.15,
        referrers=("https://www.sogou.com/link?url=x",),
        landings=("/loans/car", "/"),
    ),
    Origin(name="bing", weight=2, registers=0.03, comes_back=0.2, referrers=("https://cn.bing.com/",), landings=("/en", "/blog/diversify")),
    Origin(
        name="paid-loan",
        weight=10,
        registers=0.07,
        comes_back=0.25,
        referrers=_BAIDU,
        landings=("/loans", "/loans/salary"),
        query=_PAID.format("%E5%80%9F%E6%AC%BE", "%E5%B0%8F%E9%A2%9D%E5%80%9F%E6%AC%BE"),
    ),
    Origin(
        name="paid-shop",
        weight=4,
        registers=0.06,
        comes_back=0.3,
        referrers=_BAIDU,
        landings=("/loans/business",),
        query=_PAID.format("%E7%BB%8F%E8%90%A5", "%E5%B0%8F%E5%BE%AE%E7%BB%8F%E8%90%A5%E8%B4%B7"),
    ),
    Origin(name="direct", weight=11, registers=0.06, comes_back=0.3, direct=True, landings=("/", "/login", "/loans")),
    Origin(name="wechat", weight=9, registers=0.05, comes_back=0.3, browser=WECHAT, landings=("/loans", "/invest", "/blog/scam-fee")),
    Origin(name="hao123", weight=4, registers=0.04, comes_back=0.15, referrers=("https://www.hao123.com/",)),
    Origin(name="weibo", weight=2, registers=0.02, comes_back=0.1, referrers=("https://weibo.com/",), landings=("/blog/scam-repair",)),
    Origin(
        name="forum",
        weight=2,
        registers=0.03,
        comes_back=0.2,
        referrers=("https://bbs.example/thread-204-1-1.html",),
        landings=("/blog/car-owner",),
    ),
    Origin(
        name="poster",
        weight=6,
        registers=0.13,
        comes_back=0.2,
        channel="poster-subway",
        browser=WECHAT,
        landings=("/register",),
    ),
    Origin(
        name="leaflet",
        weight=3,
        registers=0.1,
        comes_back=0.25,
        channel="leaflet-market",
        browser=WECHAT,
        landings=("/loans/business",),
    ),
    Origin(
        name="newsletter",
        weight=5,
        registers=0.08,
        comes_back=0.4,
        channel="newsletter",
        landings=("/invest/projects/breakfast-shop", "/invest", "/disclosure"),
    ),
    Origin(
        name="article",
        weight=4,
        registers=0.05,
        comes_back=0.25,
        channel="article-finance",
        referrers=("https://finance.example/2026/eight-numbers", ""),
        landings=("/blog/annual-rate",),
    ),
    Origin(
        name="zhihu",
        weight=4,
        registers=0.05,
        comes_back=0.25,
        channel="zhihu",
        referrers=("https://link.zhihu.com/",),
        landings=("/blog/read-the-contract",),
    ),
    Origin(
        name="accounting",
        weight=3,
        registers=0.09,
        comes_back=0.3,
        channel="partner-accounting",
        referrers=("https://books.example/tools",),
        landings=("/loans/business",),
    ),
)
