"""What a report is grouped by: from a touch, a visit and a cost to the same label."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from growth.attribution.assembly import OriginView

#: the label of what says nothing in this dimension
NONE: Final = "(none)"


class Dimension(StrEnum):
    """What the rows of a report are."""

    #: our own channel, else the medium
    CHANNEL = "channel"
    #: the class of the channel
    MEDIUM = "medium"
    #: who sent the visitor
    SOURCE = "source"
    #: utm_campaign, or the campaign of a tracked link
    CAMPAIGN = "campaign"
    #: the word searched for, where the sender tells it
    KEYWORD = "keyword"
    #: the placement that a tracked link was made for
    PLACEMENT = "placement"
    #: the tracked link or QR code
    LINK = "link"
    #: the page that a visit began on
    PAGE = "page"


def label(origin: OriginView, dimension: Dimension) -> str:
    """The label of a touch or visit from `origin`; of a page it takes the visit (`report`)."""
    match dimension:
        case Dimension.CHANNEL:
            return origin.channel
        case Dimension.MEDIUM:
            return origin.medium
        case Dimension.SOURCE:
            return origin.source or NONE
        case Dimension.CAMPAIGN:
            return origin.campaign or NONE
        case Dimension.KEYWORD:
            return origin.term or NONE
        case Dimension.PLACEMENT:
            kind, _colon, name = origin.link_label.partition(":")
            return name if kind == "placement" and name else NONE
        case Dimension.LINK:
            return origin.link_code or NONE
        case Dimension.PAGE:
            raise ValueError("a page is known from the visit")
