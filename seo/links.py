"""How links lie in the store: kinds, places and faults as small numbers, rel and the like as bits."""

from __future__ import annotations

from sqlalchemy import ColumnElement
from sqlalchemy.orm import InstrumentedAttribute

from seo.page import Link, LinkFault, LinkKind, Place

#: positions in these lists are stored; new ones go to the end
KINDS: tuple[LinkKind, ...] = (
    LinkKind.A,
    LinkKind.AREA,
    LinkKind.IFRAME,
    LinkKind.FORM,
    LinkKind.REFRESH,
    LinkKind.CANONICAL,
    LinkKind.HREFLANG,
    LinkKind.NEXT,
    LinkKind.PREV,
    LinkKind.AMP,
    LinkKind.IMG,
    LinkKind.SRCSET,
    LinkKind.CSS,
    LinkKind.SCRIPT,
    LinkKind.ICON,
    LinkKind.MEDIA,
    LinkKind.POSTER,
    LinkKind.CSS_URL,
    LinkKind.OG_IMAGE,
    LinkKind.OTHER,
    LinkKind.REDIRECT,
)
PLACES: tuple[Place, ...] = (Place.BODY, Place.HEAD, Place.HEADER, Place.NAV, Place.MAIN, Place.ASIDE, Place.FOOTER)
FAULTS: tuple[LinkFault, ...] = (
    LinkFault.EMPTY,
    LinkFault.SAME_PAGE,
    LinkFault.MALFORMED,
    LinkFault.SCRIPT,
    LinkFault.CONTACT,
    LinkFault.SCHEME,
    LinkFault.CONTROL,
)
KIND_NUMBER = {kind: number for number, kind in enumerate(KINDS)}
_PLACE_NUMBER = {place: number for number, place in enumerate(PLACES)}
_FAULT_NUMBER = {fault: number + 1 for number, fault in enumerate(FAULTS)}

#: the place lies in the lowest bits, so that the flags of nearly all links are one byte
_PLACE_MASK = 0xF
NOFOLLOW = 16
UGC = 32
SPONSORED = 64
NOOPENER = 128
BLANK = 256
SCRIPTED = 512
_FAULT_SHIFT = 10
_FAULT_MASK = 0xF << _FAULT_SHIFT
#: bits that keep weight from flowing
NO_WEIGHT = NOFOLLOW | UGC | SPONSORED

#: kinds that a visitor clicks; what structure, depth and equity are made of
CLICKED = (KIND_NUMBER[LinkKind.A], KIND_NUMBER[LinkKind.AREA])
RESOURCES = tuple(number for number, kind in enumerate(KINDS) if kind.is_resource)


def flags_of(link: Link) -> int:
    """What is stored of rel, place, fault and window."""
    flags = _PLACE_NUMBER[link.place]
    if link.rel:
        rel = link.rel
        flags |= (NOFOLLOW if "nofollow" in rel else 0) | (UGC if "ugc" in rel else 0) | (SPONSORED if "sponsored" in rel else 0)
        flags |= NOOPENER if "noopener" in rel or "noreferrer" in rel else 0
    if link.window == "_blank":
        flags |= BLANK
    if link.scripted:
        flags |= SCRIPTED
    if link.fault is not None:
        flags |= _FAULT_NUMBER[link.fault] << _FAULT_SHIFT
    return flags


def place_of(flags: int) -> Place:
    """The part of the page."""
    return PLACES[flags & _PLACE_MASK]


def fault_of(flags: int) -> LinkFault | None:
    """Why there is no target."""
    number = flags >> _FAULT_SHIFT
    return FAULTS[number - 1] if number else None


def has_fault(column: InstrumentedAttribute[int], fault: LinkFault) -> ColumnElement[bool]:
    """The condition of a query that flags in `column` say this fault."""
    return column.bitwise_and(_FAULT_MASK) == _FAULT_NUMBER[fault] << _FAULT_SHIFT


def rel_words(flags: int) -> list[str]:
    """The words of rel that were kept."""
    return [word for bit, word in ((NOFOLLOW, "nofollow"), (UGC, "ugc"), (SPONSORED, "sponsored"), (NOOPENER, "noopener")) if flags & bit]
