"""Small words of pages: an error as a sentence, a browser by its name."""

from __future__ import annotations

from growth.errors import GrowthError
from growth.language import language
from growth.text import printable

#: (mark in the User-Agent, name), the first that is there wins: Edge and WeChat call themselves Chrome, Chrome calls itself Safari
_BROWSERS = (
    ("MicroMessenger", "WeChat"),
    ("DingTalk", "DingTalk"),
    ("QQBrowser", "QQ"),
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox", "Firefox"),
    ("Chrome", "Chrome"),
    ("CriOS", "Chrome"),
    ("Safari", "Safari"),
)
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("HarmonyOS", "HarmonyOS"),
    ("Windows", "Windows"),
    ("Mac OS", "macOS"),
    ("Linux", "Linux"),
)
_ENDS = ".。!?！？…"


def sentence(text: str) -> str:
    """`text` as a sentence: a capital at its beginning, a full stop at its end."""
    shown = text.strip()
    if not shown:
        return ""
    stop = "。" if language() == "zh-CN" else "."
    # a path, an address or a code keeps its case
    first = shown[0] if not shown.split()[0].rstrip(",;:").isalpha() else shown[0].upper()
    return first + shown[1:] + ("" if shown[-1] in _ENDS else stop)


def said(fault: GrowthError) -> str:
    """What is wrong and what to do, as a page says it. Commands of the terminal are left out: who reads a page is not there."""
    fix = fault.fix if fault.fix and not fault.fix.startswith("growth ") else ""
    return " ".join(filter(None, (sentence(fault.message), sentence(fix))))


def browser_words(user_agent: str) -> str:
    """“Chrome, Windows”, for the list of one's own sessions; what is not known stays as it is, cut short."""
    browser = next((name for mark, name in _BROWSERS if mark in user_agent), "")
    system = next((name for mark, name in _SYSTEMS if mark in user_agent), "")
    return ", ".join(filter(None, (browser, system))) or printable(user_agent)[:40]
