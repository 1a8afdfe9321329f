"""`Profile`: what a comparison wants to know of one page, small enough to be kept."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from seo.comparing.terms import terms_of, words_of
from seo.comparing.traits import TRAITS
from seo.jsonld import all_things, read_jsonld, type_of
from seo.page import Page
from seo.rules import Rules, passed_and_failed

#: headings of a page that are kept
MOST_HEADINGS = 200
#: text below which a page with an app's root element is taken to be filled by scripts
_EMPTY_TEXT = 200


class Profile(msgspec.Struct, frozen=True, kw_only=True):
    """One page in numbers and terms. `file`: read from disk, so nothing is known of its speed. `names` are terms of the site's own name."""

    url: str
    file: bool
    title: str
    description: str
    h1: str
    #: (level, text)
    headings: tuple[tuple[int, str], ...]
    #: trait → number; None where it could not be measured
    values: Mapping[str, float | None]
    #: types of structured data, and ``og`` where there are Open Graph tags
    data: tuple[str, ...]
    #: Han characters and other words that `terms` were counted in
    length: int
    terms: Mapping[str, int]
    title_terms: tuple[str, ...]
    heading_terms: tuple[str, ...]
    names: tuple[str, ...]
    #: ids of page checks
    passed: tuple[str, ...]
    failed: tuple[str, ...]
    #: whether scripts fill the page, so that its HTML says little of what people see
    scripted: bool = False


def profile_of(page: Page, rules: Rules, *, name: str, file: bool) -> Profile:
    """The profile of a page that was read by the audit's own code, judged by the audit's own checks."""
    outcomes = list(passed_and_failed(page, rules))
    headings = tuple((one.level, one.text[:200]) for one in page.headings if one.text)[:MOST_HEADINGS]
    terms = terms_of(page.main_text)
    own = " ".join(meta.content for meta in page.named("og:site_name"))
    return Profile(
        url=name,
        file=file,
        title=page.title,
        description=page.description,
        h1=page.h1,
        headings=headings,
        values={trait.id: None if file and trait.measured else trait.read(page) for trait in TRAITS},
        data=_data(page),
        length=page.han + page.words,
        terms=dict(terms),
        title_terms=telling_terms(page.title, terms),
        heading_terms=telling_terms(" | ".join(text for _level, text in headings), terms),
        names=tuple(terms_of(own)),
        passed=tuple(check.meta.id for check, outcome in outcomes if outcome == "passed"),
        failed=tuple(check.meta.id for check, outcome in outcomes if outcome == "failed"),
        scripted=page.app_root and len(page.text) < _EMPTY_TEXT,
    )


def telling_terms(text: str, used: Mapping[str, int]) -> tuple[str, ...]:
    """The terms of a short text: its words, and the pairs that the page `used` in its main text: in a title any two words may meet."""
    words = words_of(text)
    return tuple(term for term in terms_of(text) if term in words or term in used)


def _data(page: Page) -> tuple[str, ...]:
    """Types of JSON-LD, microdata and RDFa on a page, in alphabetical order, then ``og``."""
    things: list[Mapping[str, Any]] = []
    for block in page.jsonld:
        things += read_jsonld(block.text)[0]
    types = {type_of(thing) for thing in all_things(things)} | {one.rstrip("/").rpartition("/")[2] for one in page.item_types}
    og = ("og",) if page.named("og:title") else ()
    return (*sorted(types - {""}), *og)
