"""SendGrid's event webhook: proven by its signature over timestamp and raw body, then read.

SendGrid sends every 30 s, repeats what is not answered with 2xx for a day, in any order and with duplicates; `sg_event_id` tells them
apart. Facts: sendgrid.com/docs, event webhook reference.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_der_public_key

from growth.errors import ProviderError
from growth.language import _
from growth.messaging.bounces import is_hard
from growth.messaging.provider import Feedback, FeedbackKind, RawRequest

SIGNATURE = "x-twilio-email-event-webhook-signature"
TIMESTAMP = "x-twilio-email-event-webhook-timestamp"
#: SendGrid tries for 24 hours; what is older was kept by somebody
OLDEST = timedelta(hours=25)
#: clocks differ
AHEAD = timedelta(minutes=5)
_PLAIN = {
    "processed": FeedbackKind.ACCEPTED,
    "delivered": FeedbackKind.DELIVERED,
    "open": FeedbackKind.OPENED,
    "spamreport": FeedbackKind.COMPLAINT,
    "unsubscribe": FeedbackKind.REFUSED,
    "group_unsubscribe": FeedbackKind.REFUSED,
}


def read_events(request: RawRequest, *, public_key: str, now: datetime) -> list[Feedback]:
    """The events of a request; those we do not use (deferred, click) are left out. Raises ProviderError where it is not proven."""
    verify(request, public_key=public_key, now=now)
    try:
        rows = json.loads(request.body)
    except ValueError as fault:
        raise ProviderError(_("not a report: {why}", why=fault), permanent=True) from fault
    if not isinstance(rows, list):
        raise ProviderError(_("not a report: a JSON array is meant"), permanent=True)
    return [found for row in rows if isinstance(row, dict) for found in _feedback(row, now)]


def verify(request: RawRequest, *, public_key: str, now: datetime) -> None:
    """Whether SendGrid signed exactly these bytes, within a day. Raises ProviderError."""
    timestamp = request.headers.get(TIMESTAMP, "")
    try:
        key = load_der_public_key(base64.b64decode(public_key, validate=True))
        signature = base64.b64decode(request.headers.get(SIGNATURE, ""), validate=True)
        if not isinstance(key, ec.EllipticCurvePublicKey):
            raise InvalidSignature
        key.verify(signature, timestamp.encode() + request.body, ec.ECDSA(hashes.SHA256()))
        age = now - datetime.fromtimestamp(int(timestamp), UTC)
    except (InvalidSignature, UnsupportedAlgorithm, binascii.Error, ValueError, OverflowError, OSError) as fault:
        raise ProviderError(_("the signature does not fit"), permanent=True) from fault
    if not -AHEAD <= age <= OLDEST:
        raise ProviderError(_("the signature is too old"), permanent=True)


def _feedback(row: dict[str, Any], now: datetime) -> Sequence[Feedback]:
    """What one event means; none, one, or two where SendGrid dropped a mail since the person had said no before."""
    name = str(row.get("sg_event_id") or "")[:100]
    if not name:
        return []
    reason = " ".join(str(row.get(key) or "") for key in ("status", "reason") if row.get(key))[:300]
    kinds = _kinds(row, reason)
    return [
        Feedback(
            event=name if len(kinds) == 1 else f"{name}:{kind}",
            kind=kind,
            at=_instant(row.get("timestamp"), now),
            message_id=str(row.get("delivery") or "") or None,
            address=str(row.get("email") or "") or None,
            reason=reason,
            machine=row.get("sg_machine_open") is True,
        )
        for kind in kinds
    ]


def _kinds(row: dict[str, Any], reason: str) -> list[FeedbackKind]:
    event = str(row.get("event"))
    if event in _PLAIN:
        return [_PLAIN[event]]
    if event == "bounce":
        # "blocked" is a word about the sender, not about the mailbox
        hard = row.get("type") != "blocked" and is_hard(str(row.get("status") or ""), str(row.get("reason") or ""))
        return [FeedbackKind.HARD_BOUNCE if hard or row.get("bounce_classification") == "Invalid Address" else FeedbackKind.SOFT_BOUNCE]
    if event == "dropped":
        if "Bounced Address" in reason or ("Invalid" in reason and "Address" in reason):
            return [FeedbackKind.HARD_BOUNCE]
        said_no = "Unsubscribed Address" in reason or "Spam Reporting Address" in reason
        return [FeedbackKind.SOFT_BOUNCE, FeedbackKind.REFUSED] if said_no else [FeedbackKind.SOFT_BOUNCE]
    return []


def _instant(value: object, now: datetime) -> datetime:
    try:
        return datetime.fromtimestamp(float(str(value)), UTC)
    except (ValueError, OverflowError, OSError):
        return now
