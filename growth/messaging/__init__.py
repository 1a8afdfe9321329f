"""Messaging: messages, the delivery ledger, providers, and the sender that never sends twice."""

from growth.messaging.deliver import Assignment, Ending, Outcome, deliver
from growth.messaging.eligible import Rules, audience_query, count_audience
from growth.messaging.ledger import Claimed, NewDelivery, counts, sealed_addresses, skipped
from growth.messaging.mail import UnsafeHeader, mail_bytes, message_id
from growth.messaging.mailing import (
    MailingStands,
    MailingView,
    cancel_mailing,
    freeze,
    freeze_addresses,
    mailing_of,
    mailings_of,
    pause_mailing,
    resume_mailing,
    retry_mailing,
)
from growth.messaging.message import Mail, Message, Receipt, Sms, Stream, Verdict, WeChat
from growth.messaging.provider import (
    Capabilities,
    Feedback,
    FeedbackKind,
    Provider,
    RawRequest,
    UnknownProvider,
    UnsupportedFeature,
    open_provider,
    provider_names,
)
from growth.messaging.state import DeliveryState, MailingState, SkipReason

__all__ = [
    "Assignment",
    "Capabilities",
    "Claimed",
    "DeliveryState",
    "Ending",
    "Feedback",
    "FeedbackKind",
    "Mail",
    "MailingStands",
    "MailingState",
    "MailingView",
    "Message",
    "NewDelivery",
    "Outcome",
    "Provider",
    "RawRequest",
    "Receipt",
    "Rules",
    "SkipReason",
    "Sms",
    "Stream",
    "UnknownProvider",
    "UnsafeHeader",
    "UnsupportedFeature",
    "Verdict",
    "WeChat",
    "audience_query",
    "cancel_mailing",
    "count_audience",
    "counts",
    "deliver",
    "freeze",
    "freeze_addresses",
    "mail_bytes",
    "mailing_of",
    "mailings_of",
    "message_id",
    "open_provider",
    "pause_mailing",
    "provider_names",
    "resume_mailing",
    "retry_mailing",
    "sealed_addresses",
    "skipped",
]
