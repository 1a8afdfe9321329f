"""Groups of texts that are nearly the same: candidates by bands of their sketches, compared with the first of each group only."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from seo.sketch import alike, hashes_of

#: smallest hashes of a sketch that serve as bands: texts 90 % alike share none of six with a chance of one in a million
BANDS = 6
#: groups that one band may lead to; boilerplate that every page shares leads to many
MOST_CANDIDATES = 20


def near_duplicates(texts: Sequence[tuple[int, bytes]], enough: float) -> Iterator[list[int]]:
    """Positions in `texts` (hash, sketch) of groups whose texts are `enough` alike but not all the same. Linear in texts."""
    bands: dict[int, list[int]] = {}
    groups: dict[int, list[int]] = {}
    for place, (_hash, sketch) in enumerate(texts):
        if not sketch:
            continue
        hashes = hashes_of(sketch)
        own: int | None = None
        for band in hashes[:BANDS]:
            for first in bands.get(band, ()):
                if alike(sketch, texts[first][1]) >= enough:
                    own = first
                    break
            if own is not None:
                break
        if own is not None:
            groups.setdefault(own, [own]).append(place)
            continue
        for band in hashes[:BANDS]:
            leaders = bands.setdefault(band, [])
            if len(leaders) < MOST_CANDIDATES:
                leaders.append(place)
    for group in groups.values():
        if len({texts[place][0] for place in group}) > 1:
            yield group
