"""Filing numbers that Chinese law wants at the foot of a site: ICP (工信部) and public security (公安)."""

from __future__ import annotations

import re

_PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
#: 京ICP备12345678号-1, 京ICP证030173号, with the blanks and dashes that people write
ICP = re.compile(rf"([{_PROVINCES}])\s*ICP\s*([备证])\s*(\d{{5,10}})\s*号?(?:\s*[-–—－]\s*(\d{{1,3}}))?", re.I)
#: 京公网安备 11010502000000号
POLICE = re.compile(r"公网安备\s*(\d{10,14})\s*号?")


def icp_number(text: str) -> str | None:
    """The first ICP number in a text, in one spelling and without the number of the site behind the dash: ``京ICP备12345678号``."""
    found = ICP.search(text) if "ICP" in text or "icp" in text else None
    return f"{found[1]}ICP{found[2]}{found[3]}号" if found else None


def police_number(text: str) -> str | None:
    """The first public security filing number in a text."""
    found = POLICE.search(text)
    return found[1] if found else None
