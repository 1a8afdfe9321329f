"""The terms of a text: Chinese is cut into words by jieba's dictionary and model (`rjieba`), Latin words are taken whole and unstemmed.

A term is a word that carries meaning (nouns, verbs, adjectives, idioms, names, Latin words), or two such words side by side (年化利率
is 年化 and 利率): dictionaries lack half of a trade's terms, and people search for the pair. Function words (stopwords.txt), single
characters and numbers are no terms.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from importlib import resources

#: characters of a text that are read
MOST_TEXT = 200_000
#: kinds of words (the tags of jieba) that carry meaning; ``x`` are words that the model found and the dictionary lacks
_MEANING = ("n", "v", "a", "j", "l", "i", "x", "eng")
_BARE = frozenset({"vd", "vshi", "vyou", "ad"})
_HAN_WORD = re.compile("[\u3400-\u4dbf\u4e00-\u9fff]{2,12}")
_LATIN = re.compile(r"(?=.*[a-z])[a-z0-9][a-z0-9+#.-]{1,30}")


def terms_of(text: str) -> Counter[str]:
    """How often each term occurs in `text`."""
    found: Counter[str] = Counter()
    before = ""
    for word in _words(text):
        if word:
            found[word] += 1
            if before and before != word:
                found[joined(before, word)] += 1
        before = word
    return found


def words_of(text: str) -> frozenset[str]:
    """The single words among the terms of `text`."""
    return frozenset(word for word in _words(text) if word)


def joined(first: str, second: str) -> str:
    """Two words side by side as they are written: Latin ones with a blank."""
    return f"{first} {second}" if first.isascii() or second.isascii() else first + second


def _words(text: str) -> Iterator[str]:
    """The words in order; "" for whatever breaks a phrase."""
    import rjieba  # a dictionary of 5 MB: loaded where terms are asked for, and nowhere else

    stop = stop_words()
    plain = unicodedata.normalize("NFKC", text[:MOST_TEXT]).casefold()
    for word, kind in rjieba.tag(plain):
        if word.isspace():
            continue
        if word in stop:
            yield ""
        elif _LATIN.fullmatch(word) or (kind.startswith(_MEANING) and kind not in _BARE and _HAN_WORD.fullmatch(word)):
            yield word
        else:
            yield ""


@lru_cache
def stop_words() -> frozenset[str]:
    """Words that are no terms."""
    lines = (resources.files("seo.comparing") / "stopwords.txt").read_text("utf-8").splitlines()
    return frozenset(line for line in lines if line and not line.startswith("#"))
