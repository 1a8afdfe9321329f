"""What several link checks share: a target that does not work, as one finding with all its sources."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import select

from seo import links as stored
from seo.check import Finding
from seo.crawl.frontier import State
from seo.models import UrlRow
from seo.page import LinkKind
from seo.site import Site, Source, Target
from seo.verdict import Verdict

#: kinds that a person follows
FOLLOWED = (*stored.CLICKED, stored.KIND_NUMBER[LinkKind.REFRESH], stored.KIND_NUMBER[LinkKind.IFRAME])


def broken_targets(site: Site, *, internal: bool) -> Iterator[tuple[Target, list[int]]]:
    """Each URL that ends broken, with the numbers of all that redirect to it (itself included). Of foreign ones those too that may have had
    a bad moment: whether they had one before is for the check to say.
    """
    verdicts = (Verdict.BROKEN.value,) if internal else (Verdict.BROKEN.value, Verdict.FLAKY.value)
    query = select(UrlRow).where(UrlRow.state == State.FETCHED.value, UrlRow.verdict.in_(verdicts), UrlRow.internal.is_(internal))
    broken = {one.id: one for one in site.targets(query)}
    leading: dict[int, list[int]] = {}
    for id in site.redirects:
        end = site.end_of(id)
        if end in broken and end != id:
            leading.setdefault(end, []).append(id)
    for id, target in broken.items():
        yield target, [id, *leading.get(id, ())]


def broken_finding(target: Target, sources: Sequence[Source], pages: int, links: int, *, fragment: str = "", **more: Any) -> Finding:
    """One finding for a target: its page is the first source, its cause the target."""
    first = sources[0]
    address = f"{target.url}#{fragment}" if fragment else target.url
    return Finding(
        url=first.url,
        cause=address,
        detail={
            "target": address,
            "status": target.status,
            **({"fault": target.fault} if target.fault else {}),
            "anchor": first.anchor,
            "line": first.line,
            "column": first.column,
            "sources": list(dict.fromkeys(source.url for source in sources)),
            "source_count": pages,
            "link_count": links,
            "links": [source.as_json() for source in sources],
            **more,
        },
    )
