"""What a full-width comma between brackets means: it separates, it is part of a text, or nobody can tell."""

from __future__ import annotations

import re
from typing import Final

#: how far an entry between commas is looked at
NEAR: Final = 300
#: words of ours: keys and names
WORD = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*")
#: a key within braces, up to its colon
_FLOW_KEY = re.compile(
    r"""[\s\u3000]*(?:"(?:[^"\\]|\\.)*+"|'(?:[^']|'')*+'|“[^”]*+”|[^\s,，:：\[\]{}"'#][^,，:：\[\]{}"']*+)[\s\u3000]*(?::(?=\s)|：)"""
)
_SIMPLE = re.compile(r"[ -~]*")


def separates_keys(rest: str) -> bool | None:
    """Within braces a comma separates where a key follows; a Chinese word with a full-width colon may be text: None."""
    if not rest.strip():
        return True
    key = _FLOW_KEY.match(rest)
    if key is None:
        return False
    certain = not key[0].endswith("：") or key[0].strip()[:1] in ("“", '"', "'") or WORD.fullmatch(key[0][:-1].strip(" \u3000"))
    return True if certain else None


def separates_entries(before: str, rest: str) -> bool | None:
    """Within a list a comma separates words of ours, quoted texts and brackets; between Chinese words it may be text: None."""
    left, right = re.split(r"[,，\[{]", before)[-1].strip(), re.split(r"[,，\]}]", rest)[0].strip()
    closed = before.rstrip()[-1:] in ("]", "}", '"', "'", "”", "’")
    opens = rest.lstrip(" \u3000")[:1] in ("[", "{", '"', "'", "“", "‘")
    simple = _SIMPLE.fullmatch(left) is not None and _SIMPLE.fullmatch(right) is not None
    return True if closed or opens or not right or simple else None
