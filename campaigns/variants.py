"""Which wording a person gets: by a hash of person and period, so that it is the same in plan and send and differs between periods."""

from __future__ import annotations

import hashlib
from typing import Final
from uuid import UUID

from campaigns.campaign import Campaign
from growth.jobs import Period

#: whoever waits for the winner of a test
REST: Final = "*"


def variant_of(campaign: Campaign, period: Period, contact_id: UUID) -> str | None:
    """The variant's name, None for the original, `REST` for whoever gets the winner."""
    content = campaign.file.content
    if not content.variants:
        return None
    digest = hashlib.sha256(f"{campaign.name}/{period.key}/{contact_id}".encode()).digest()
    point = int.from_bytes(digest[:8], "big") / 2**64
    reached = 0.0
    for name, variant in content.variants.items():
        reached += float(variant.share)
        if point < reached:
            return name
    return None if content.winner is None or point < reached + float(content.control) else REST
