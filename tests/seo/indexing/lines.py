"""Lines of logs as servers write them, for the tests of indexing."""

from __future__ import annotations

GOOGLE = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"
BAIDU = "Mozilla/5.0 (compatible; Baiduspider/2.0; +http://www.baidu.com/search/spider.html)"
BING = "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)"
PERSON = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36"
#: an address that Google publishes, one that nobody may have, and one of Baidu's, which publishes none
GOOGLES, SOMEBODYS, BAIDUS, BINGS = "66.249.66.1", "203.0.113.9", "220.181.108.95", "157.55.39.10"


def combined(
    address: str = GOOGLES,
    path: str = "/",
    agent: str = GOOGLE,
    *,
    status: int = 200,
    at: str = "23/Nov/2026:10:00:00 +0800",
    host: str = "",
    more: str = "",
) -> str:
    """A line of nginx's or Apache's combined format, `host` in front and `more` behind it."""
    front = f"{host} " if host else ""
    return f'{front}{address} - - [{at}] "GET {path} HTTP/1.1" {status} 512 "-" "{agent}"{more}\n'
