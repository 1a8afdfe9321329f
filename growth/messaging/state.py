"""States of a delivery and of a mailing, and why a person is left out. Closed sets."""

from __future__ import annotations

from enum import StrEnum


class DeliveryState(StrEnum):
    """Where a delivery stands. Disjoint; together they are the recipients (contracts/cli.md)."""

    #: not tried yet
    PENDING = "pending"
    #: being handed to the provider; committed before the network is touched
    SUBMITTING = "submitting"
    #: the provider said “later”, or could not be reached
    RETRYING = "retrying"
    #: taken by the provider, nothing heard since
    ACCEPTED = "accepted"
    #: the provider says that it arrived
    DELIVERED = "delivered"
    #: it came back
    BOUNCED = "bounced"
    #: refused for good
    REJECTED = "rejected"
    #: handed over, and no answer came: it may or may not have arrived
    UNCERTAIN = "uncertain"
    #: left out, with the reason
    SKIPPED = "skipped"


#: states of which something is still to be done
OPEN_STATES = (DeliveryState.PENDING, DeliveryState.SUBMITTING, DeliveryState.RETRYING)
#: states of messages that a person got or may have got: they count for the frequency cap
SENT_STATES = (DeliveryState.SUBMITTING, DeliveryState.ACCEPTED, DeliveryState.DELIVERED, DeliveryState.UNCERTAIN)


class SkipReason(StrEnum):
    """Why somebody of the audience gets nothing."""

    #: no e-mail, phone or openid
    NO_ADDRESS = "no_address"
    #: the address is on the suppression list
    SUPPRESSED = "suppressed"
    #: marketing without a recorded consent, or after a refusal
    NO_CONSENT = "no_consent"
    #: had as many messages as growth.yaml allows
    CAP = "cap"
    #: a variable of the text is missing for this person (`on_missing: skip`)
    MISSING_VARIABLE = "missing_variable"
    #: the person has another address by now
    ADDRESS_CHANGED = "address_changed"
    #: the person was erased
    ERASED = "erased"
    #: the mailing was cancelled
    CANCELLED = "cancelled"
    #: the person did what a sequence waited for: it is over for them
    STOPPED = "stopped"
    #: the person is spared this message of a sequence; the next one still comes
    UNLESS = "unless"
    #: had it in an earlier period (`once`)
    ALREADY = "already"
    #: does not follow the official account, or not any more
    NOT_FOLLOWING = "not_following"
    #: WeChat lets nothing through to this follower now: no act of theirs is recent enough, or what it allowed is used up
    WINDOW_CLOSED = "window_closed"


class MailingState(StrEnum):
    """Where a mailing stands."""

    #: its audience is being written down
    FREEZING = "freezing"
    #: its deliveries are worked on
    SENDING = "sending"
    #: stands still until somebody says otherwise
    PAUSED = "paused"
    #: given up; what was not sent never will be
    CANCELLED = "cancelled"
    #: nothing is left to be done
    FINISHED = "finished"
