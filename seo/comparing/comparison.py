"""`compare`: where our page stands beside theirs, and what to do. Pure: the same profiles give the same comparison."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from statistics import median
from typing import Any

from growth.language import Text, _
from growth.rendering import numbers
from growth.reporting import Kind
from seo.check import Check, catalogue
from seo.comparing.profile import Profile, telling_terms
from seo.comparing.terms import terms_of
from seo.comparing.traits import TRAITS, Better, Part, Trait

#: share by which ours must be worse (or better) than the middle of theirs to count
FAR = 1 / 3
#: terms and sections that are listed
MOST_TERMS = 40
MOST_SECTIONS = 20


class Standing(StrEnum):
    """How ours stands beside theirs."""

    BEHIND = "behind"
    LEVEL = "level"
    AHEAD = "ahead"
    #: a difference that says nothing by itself
    DIFFERENT = "different"
    #: not measured on our side, or on none of theirs
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One point: our value and theirs (texts as they are shown), the middle of theirs, and what to do where ours is behind."""

    id: str
    part: Part | None
    label: str
    ours: str
    theirs: tuple[str, ...]
    middle: str
    standing: Standing
    todo: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """A term that theirs use and ours does not, or hardly. `pages` of theirs have it, on average `uses` times; `ours` times we."""

    term: str
    pages: int
    uses: float
    ours: int
    in_titles: int
    in_headings: int
    todo: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SectionGap:
    """A heading of theirs about something that our page does not mention."""

    heading: str
    level: int
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckGap:
    """A check of the audit that found something on ours and that `pages` of theirs pass."""

    check: str
    severity: str
    title: str
    pages: int
    todo: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Our page beside theirs."""

    ours: Profile
    theirs: tuple[Profile, ...]
    points: tuple[Point, ...]
    terms: tuple[Term, ...]
    sections: tuple[SectionGap, ...]
    checks: tuple[CheckGap, ...]

    @property
    def behind(self) -> list[Point]:
        """Points in which ours is behind."""
        return [point for point in self.points if point.standing is Standing.BEHIND]


def compare(ours: Profile, theirs: Sequence[Profile]) -> Comparison:
    """Compare by the middle (median) of theirs; needs at least one of theirs."""
    return Comparison(
        ours=ours,
        theirs=tuple(theirs),
        points=tuple(_points(ours, theirs)),
        terms=tuple(_terms(ours, theirs)),
        sections=tuple(_sections(ours, theirs)),
        checks=tuple(_checks(ours, theirs)),
    )


def _points(ours: Profile, theirs: Sequence[Profile]) -> Iterator[Point]:
    yield _text(ours, theirs, "title", Part.TITLE, Text("Title", "标题"))
    yield _text(ours, theirs, "description", Part.TITLE, Text("Description", "描述"))
    yield _text(ours, theirs, "h1", Part.TEXT, Text("H1", "H1"))
    for trait in TRAITS:
        yield _number(ours, theirs, trait)
    yield _data(ours, theirs)


def _text(ours: Profile, theirs: Sequence[Profile], name: str, part: Part, label: Text) -> Point:
    """A text is behind where it is missing, or lacks a term that half of theirs and at least two have there."""
    mine = str(getattr(ours, name))
    others = [str(getattr(one, name)) for one in theirs]
    named = [
        {term for term in telling_terms(text, one.terms) if not any(name in term for name in one.names)}
        for text, one in zip(others, theirs, strict=True)
    ]
    shared = _shared(named, set(terms_of(mine)))
    if not mine and any(others):
        standing, todo = Standing.BEHIND, _("Ours has none: write one.")
    elif shared:
        standing, todo = Standing.BEHIND, _("Theirs have here, and ours has not: {terms}", terms="、".join(shared[:6]))
    else:
        standing, todo = (Standing.LEVEL if mine else Standing.UNKNOWN), ""
    return Point(id=name, part=part, label=str(label), ours=mine, theirs=tuple(others), middle="", standing=standing, todo=todo)


def _shared(others: Sequence[set[str]], mine: set[str]) -> list[str]:
    """Terms of most of `others` that are not in `mine`, those of most first; parts of a longer one left out."""
    need = max(2, _half(len(others)))
    counts: dict[str, int] = {}
    for one in others:
        for term in one:
            counts[term] = counts.get(term, 0) + 1
    found = sorted(
        (term for term, number in counts.items() if number >= need and term not in mine), key=lambda term: (-counts[term], -len(term), term)
    )
    return [term for term in found if not any(term != other and term in other and counts[other] >= counts[term] for other in found)]


def _number(ours: Profile, theirs: Sequence[Profile], trait: Trait) -> Point:
    mine = ours.values.get(trait.id)
    others = [one.values.get(trait.id) for one in theirs]
    known = [value for value in others if value is not None]
    middle = float(median(known)) if known else None
    standing = _standing(mine, middle, trait)
    todo = ""
    if standing is Standing.BEHIND:
        todo = str(trait.todo).format(ours=_plain(mine, trait), theirs=_plain(middle, trait))
    return Point(
        id=trait.id,
        part=trait.part,
        label=str(trait.label),
        ours=_shown(mine, trait),
        theirs=tuple(_shown(value, trait) for value in others),
        middle=_shown(middle, trait),
        standing=standing,
        todo=todo,
    )


def _standing(mine: float | None, middle: float | None, trait: Trait) -> Standing:
    if mine is None or middle is None:
        return Standing.UNKNOWN
    if trait.better is Better.NEITHER:
        return Standing.LEVEL if mine == middle else Standing.DIFFERENT
    # positive where theirs are better
    lead = middle - mine if trait.better is Better.MORE else mine - middle
    if abs(lead) < trait.least or abs(lead) < FAR * max(mine, middle):
        return Standing.LEVEL
    return Standing.BEHIND if lead > 0 else Standing.AHEAD


def _shown(value: float | None, trait: Trait) -> str:
    return _plain(value, trait) + (f" {trait.unit}" if value is not None and trait.unit else "")


def _plain(value: float | None, trait: Trait) -> str:
    if value is None:
        return "–"
    return numbers.percent(value, 0) if trait.kind is Kind.PERCENT else numbers.exact(round(value))


def _data(ours: Profile, theirs: Sequence[Profile]) -> Point:
    mine = set(ours.data)
    need = _half(len(theirs))
    wanted = sorted(
        {type for one in theirs for type in one.data if type not in mine and sum(type in other.data for other in theirs) >= need}
    )
    return Point(
        id="structured-data",
        part=Part.TEXT,
        label=_("Structured data"),
        ours=", ".join(ours.data) or "–",
        theirs=tuple(", ".join(one.data) or "–" for one in theirs),
        middle="",
        standing=Standing.BEHIND if wanted else Standing.LEVEL,
        todo=_("Describe the page to engines as theirs do: {types}", types=", ".join(wanted)) if wanted else "",
    )


def _terms(ours: Profile, theirs: Sequence[Profile]) -> list[Term]:
    """Terms that half of theirs use, in title or headings or twice in the text, and ours not at all or a third as often by length."""
    need = _half(len(theirs))
    everywhere = {**dict.fromkeys(ours.title_terms, 1), **dict.fromkeys(ours.heading_terms, 1), **ours.terms}
    names = {name for one in theirs for name in one.names}
    found: list[tuple[tuple[float, ...], Term]] = []
    for term in dict.fromkeys(term for one in theirs for term in (*one.title_terms, *one.heading_terms, *one.terms)):
        if any(name in term for name in names):
            continue
        titles = sum(term in one.title_terms for one in theirs)
        headings = sum(term in one.heading_terms for one in theirs)
        having = [one for one in theirs if one.terms.get(term, 0) >= 2 or term in one.title_terms or term in one.heading_terms]
        if len(having) < need:
            continue
        uses = sum(one.terms.get(term, 0) for one in theirs) / len(theirs)
        share = sum(one.terms.get(term, 0) / max(one.length, 1) for one in theirs) / len(theirs)
        mine = everywhere.get(term, 0)
        if mine and mine / max(ours.length, 1) >= share * FAR:
            continue
        todo = (
            _("use it in the title or a heading")
            if titles >= need or headings >= need
            else _("use it in the text")
            if not mine
            else _("use it more")
        )
        rank = (-len(having), -titles, -headings, -uses, -len(term))
        term_row = Term(term=term, pages=len(having), uses=round(uses, 1), ours=mine, in_titles=titles, in_headings=headings, todo=todo)
        found.append((rank, term_row))
    found.sort(key=lambda one: (one[0], one[1].term))
    return _without_parts([term for _rank, term in found])[:MOST_TERMS]


def _without_parts(found: Sequence[Term]) -> list[Term]:
    """A word that hardly occurs but within a longer term of the list says nothing of its own; nor does a pair that is rare beside its
    parts.
    """
    whole = {one.term: one for one in found}
    kept = []
    for one in found:
        longer = [other for other in found if other.term != one.term and one.term in other.term]
        if any(other.uses >= 0.6 * one.uses and other.pages >= one.pages for other in longer):
            continue
        parts = [other for other in found if other.term != one.term and other.term in one.term]
        if parts and all(one.uses < 0.6 * whole[part.term].uses for part in parts):
            continue
        kept.append(one)
    return kept


def _sections(ours: Profile, theirs: Sequence[Profile]) -> list[SectionGap]:
    """Headings of theirs whose terms our page hardly has."""
    mine = {*ours.terms, *ours.title_terms, *ours.heading_terms}
    found: dict[str, SectionGap] = {}
    for one in theirs:
        names = one.names
        for level, text in one.headings:
            terms = [term for term in terms_of(text) if not any(name in term for name in names)]
            if level > 1 and terms and sum(term in mine for term in terms) <= len(terms) * FAR:
                found.setdefault(text.casefold(), SectionGap(heading=text, level=level, url=one.url))
    return list(found.values())[:MOST_SECTIONS]


def _checks(ours: Profile, theirs: Sequence[Profile]) -> list[CheckGap]:
    """What the audit's checks find on ours while half of theirs pass them."""
    known: Mapping[str, Check] = catalogue()
    found = []
    for id in ours.failed:
        pages = sum(id in one.passed for one in theirs)
        if pages >= _half(len(theirs)) and id in known:
            meta = known[id].meta
            found.append(CheckGap(check=id, severity=meta.severity.value, title=str(meta.title_bad), pages=pages, todo=str(meta.mend)))
    return sorted(found, key=lambda one: (known[one.check].meta.severity.rank, -one.pages, one.check))


def _half(number: int) -> int:
    """Half of them, rounded up."""
    return -(-number // 2)


def as_json(comparison: Comparison) -> dict[str, Any]:
    """For ``growth seo compare --json``."""
    from dataclasses import asdict

    return {
        "page": _page_json(comparison.ours),
        "competitors": [_page_json(one) for one in comparison.theirs],
        "points": [asdict(point) for point in comparison.points],
        "terms": [asdict(term) for term in comparison.terms],
        "sections": [asdict(section) for section in comparison.sections],
        "checks": [asdict(check) for check in comparison.checks],
    }


def _page_json(one: Profile) -> dict[str, Any]:
    return {
        "url": one.url,
        "title": one.title,
        "description": one.description,
        "h1": one.h1,
        "headings": [{"level": level, "text": text} for level, text in one.headings],
        "values": dict(one.values),
        "structured_data": list(one.data),
        "scripted": one.scripted,
    }
