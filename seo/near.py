"""Groups of texts that are nearly the same: candidates by bands of their sketches, compared with the first of each group only."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from seo.sketch import hashes_of, likeness

#: smallest hashes of a sketch that serve as bands, and how many of them two texts must share to be compared: texts 90 % alike share
#: fewer with a chance of one in ten thousand
BANDS = 6
SHARED = 2
BAND_BYTES = 4 * BANDS
#: groups that one band may lead to; boilerplate that every page shares leads to many
MOST_CANDIDATES = 20


def near_duplicates(texts: Sequence[tuple[int, bytes]], enough: float) -> Iterator[list[int]]:
    """Positions in `texts` (hash, sketch) of groups whose texts are `enough` alike but not all the same. Linear in texts."""
    bands = _Bands()
    groups: dict[int, list[int]] = {}
    for place, (_hash, sketch) in enumerate(texts):
        if not sketch:
            continue
        smallest = hashes_of(sketch[:BAND_BYTES])
        own = None
        if likely := bands.candidates(smallest):
            mine = set(hashes_of(sketch))
            own = next((first for first in likely if likeness(mine, hashes_of(texts[first][1]), enough) >= enough), None)
        if own is None:
            bands.add(smallest, place)
        else:
            groups.setdefault(own, [own]).append(place)
    for group in groups.values():
        if len({texts[place][0] for place in group}) > 1:
            yield group


class _Bands:
    """Band → the places that have it. Nearly all bands have one place: those cost no list (a crawl may have millions)."""

    def __init__(self) -> None:
        self._one: dict[int, int] = {}
        self._more: dict[int, list[int]] = {}

    def add(self, hashes: Sequence[int], place: int) -> None:
        for band in hashes:
            if self._one.setdefault(band, place) != place:
                others = self._more.setdefault(band, [])
                if len(others) < MOST_CANDIDATES:
                    others.append(place)

    def candidates(self, hashes: Sequence[int]) -> list[int]:
        """Places that share enough bands, the likeliest first."""
        found: dict[int, int] = {}
        for band in hashes:
            if (first := self._one.get(band)) is not None:
                found[first] = found.get(first, 0) + 1
                for place in self._more.get(band, ()):
                    found[place] = found.get(place, 0) + 1
        return sorted((place for place, times in found.items() if times >= SHARED), key=lambda place: (-found[place], place))
