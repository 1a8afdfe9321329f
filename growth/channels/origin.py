"""Where a visit or touch came from: our own channel or the medium that the rules found, with source, campaign, keyword and link."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import blake2b

from sqlalchemy import select
from sqlalchemy.orm import Session

from growth.channels import models
from growth.channels.writing import insert_new


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """One combination; `channel_id` is None where no channel of ours is known, empty texts where nobody said."""

    medium: str
    channel_id: int | None = None
    source: str = ""
    campaign: str = ""
    term: str = ""
    link_id: int | None = None

    @property
    def digest(self) -> bytes:
        """Equal for equal origins."""
        parts = (self.medium, str(self.channel_id or ""), self.source, self.campaign, self.term, str(self.link_id or ""))
        return blake2b("\0".join(parts).encode(), digest_size=16).digest()


def origin_ids(session: Session, origins: Iterable[Origin]) -> dict[Origin, int]:
    """The id of each origin; new ones are written."""
    wanted = {origin.digest: origin for origin in origins}
    if not wanted:
        return {}
    found = _by_digest(session, list(wanted))
    if missing := [origin for digest, origin in wanted.items() if digest not in found]:
        values = [
            {
                "channel_id": origin.channel_id,
                "medium": origin.medium,
                "source": origin.source,
                "campaign": origin.campaign,
                "term": origin.term,
                "link_id": origin.link_id,
                "digest": origin.digest,
            }
            for origin in missing
        ]
        insert_new(session, models.Origin, values, on="digest")
        found |= _by_digest(session, [origin.digest for origin in missing])
    return {origin: found[digest] for digest, origin in wanted.items()}


def _by_digest(session: Session, digests: list[bytes]) -> dict[bytes, int]:
    found: dict[bytes, int] = {}
    for start in range(0, len(digests), 500):
        part = digests[start : start + 500]
        found |= dict(session.execute(select(models.Origin.digest, models.Origin.id).where(models.Origin.digest.in_(part))).tuples().all())
    return found
