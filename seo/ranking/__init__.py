"""Keywords: the words we want to be found by, and where we stand."""

from seo.ranking.settings import Keyword, KeywordsFile

__all__ = ["Keyword", "KeywordsFile"]
