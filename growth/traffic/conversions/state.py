"""How a conversion stands with its platform."""

from __future__ import annotations

from enum import StrEnum


class ConversionState(StrEnum):
    """Disjoint; every conversion is in one of them."""

    #: to be sent, or to be tried again
    WAITING = "waiting"
    #: being sent right now
    SENDING = "sending"
    #: the platform has taken it
    ACCEPTED = "accepted"
    #: the platform has refused it, with its reason
    REFUSED = "refused"
    #: sent, but no answer came: whether it arrived is not known, and it is not sent again by itself
    UNCERTAIN = "uncertain"
    #: could not be sent while it was news
    EXPIRED = "expired"


#: what a person may have sent again
AGAIN = (ConversionState.REFUSED, ConversionState.UNCERTAIN, ConversionState.EXPIRED)
