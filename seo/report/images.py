"""The crawl's pictures as a table: what each weighs, how many pages show it, and with what text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from growth.db import Database
from growth.language import _
from growth.reporting import Table
from seo.crawls import Crawl
from seo.links import KIND_NUMBER, KINDS
from seo.models import LinkRow, TextRow, UrlRow
from seo.page import LinkKind
from seo.report.columns import IMAGES
from seo.wording import fault_word, kind_word, reason_word, verdict_word

_IMG, _STYLE = KIND_NUMBER[LinkKind.IMG], KIND_NUMBER[LinkKind.CSS_URL]
#: a style's addresses are pictures only where the answer says so: fonts and further styles are among them
_KINDS = (_IMG, _STYLE, *(KIND_NUMBER[kind] for kind in (LinkKind.SRCSET, LinkKind.POSTER, LinkKind.OG_IMAGE, LinkKind.ICON)))
_link = LinkRow.__table__.c
#: ids in one IN (…)
_MANY = 500


@dataclass(slots=True)
class _Shown:
    """Where a picture stands."""

    first: int
    last: int = 0
    pages: int = 0
    uses: int = 0
    without_alt: int = 0
    alt: int | None = None
    kinds: dict[int, None] = field(default_factory=dict)


def images_table(database: Database, crawl: Crawl, *, most: int) -> Table:
    """Every picture that pages show, those that most pages show first."""
    with database.store("crawl").read() as session:
        rows = sorted(_rows(session, crawl.id, _shown(session, crawl.id)), key=lambda row: (-row["pages"], row["url"]))[:most]
    return Table(id="images", title=_("Images"), columns=IMAGES, rows=rows, size=max(len(rows), 1))


def _shown(session: Session, crawl_id: int) -> dict[int, _Shown]:
    query = (
        select(_link.source, _link.target, _link.kind, _link.text_id)
        .where(_link.crawl_id == crawl_id, _link.target.is_not(None), _link.kind.in_(_KINDS))
        .order_by(_link.source, _link.position)
    )
    found: dict[int, _Shown] = {}
    links: Iterable[Any] = session.execute(query.execution_options(yield_per=10_000))
    for source, target, kind, text in links:
        one = found.get(target)
        if one is None:
            one = found[target] = _Shown(first=source)
        one.uses += 1
        if one.last != source:
            one.last = source
            one.pages += 1
        one.kinds[kind] = None
        if kind == _IMG:
            one.without_alt += text is None
            one.alt = one.alt or text
    return found


def _rows(session: Session, crawl_id: int, found: dict[int, _Shown]) -> Iterator[dict[str, Any]]:
    ids = sorted(found)
    for begin in range(0, len(ids), _MANY):
        some = ids[begin : begin + _MANY]
        shown = [found[id] for id in some]
        alts = _texts(session, TextRow, crawl_id, {one.alt for one in shown if one.alt})
        sources = _texts(session, UrlRow, crawl_id, {one.first for one in shown})
        for row in session.scalars(select(UrlRow).where(UrlRow.crawl_id == crawl_id, UrlRow.id.in_(some))):
            one = found[row.id]
            if set(one.kinds) == {_STYLE} and not (row.media_type or "").startswith("image/"):
                continue
            alt = alts.get(one.alt) if one.alt else None
            verdict = verdict_word(row.verdict) if row.verdict else None
            yield {
                "url": row.url,
                "media_type": row.media_type,
                "status": row.status,
                "verdict": fault_word(row.fault) if row.fault else verdict or (reason_word(row.reason) if row.reason else None),
                "size_bytes": row.size_bytes if row.size_bytes is not None else row.wire_bytes,
                "picture": row.picture,
                "alt": alt,
                "alt_length": len(alt) if alt else None,
                "without_alt": one.without_alt,
                "uses": one.uses,
                "pages": one.pages,
                "shown_as": ", ".join(kind_word(KINDS[kind]) for kind in one.kinds),
                "source": sources[one.first],
            }


def _texts(session: Session, table: type[TextRow] | type[UrlRow], crawl_id: int, ids: set[int]) -> dict[int, str]:
    text = table.text if table is TextRow else UrlRow.url
    found: dict[int, str] = dict(
        session.execute(select(table.id, text).where(table.crawl_id == crawl_id, table.id.in_(ids))).tuples().all()
    )
    return found
