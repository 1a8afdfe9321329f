"""Channels: the catalogue, what each costs, tracked links and QR codes, identities and touches."""

from growth.channels.catalogue import (
    Changes,
    ChannelView,
    UnknownChannel,
    channel_named,
    channels,
    declared_channels,
    ensure_channels,
    find_channel,
)
from growth.channels.clicks import ClickCount, clicks_by_channel, clicks_of_link, record_click
from growth.channels.cost import CostRow, channel_costs, costs_by_day, record_costs, total_cost
from growth.channels.costs_import import CostImport, Rejected, import_costs
from growth.channels.identity import (
    BadKey,
    Join,
    add_identities,
    identity_id,
    join,
    joins_of_person,
    keys_of_person,
    stored_key,
    undo_join,
)
from growth.channels.links import (
    TOKEN_PARAMETER,
    BadTarget,
    ResolvedLink,
    TrackedLink,
    absolute_target,
    link_url,
    personal_code,
    resolve_link,
    tracked_link,
    with_token,
)
from growth.channels.media import OWN_MEDIA, ChannelMedium, medium_title
from growth.channels.origin import Origin, origin_ids
from growth.channels.qrcodes import form_of, qr_code
from growth.channels.settings import CHANNEL_NAME, ChannelEntry, ChannelsFile
from growth.channels.touches import BadEvidence, NewTouch, TouchKind, forget_touches, record_touch, record_touches, touch_count
from growth.channels.writing import insert_new

__all__ = [
    "CHANNEL_NAME",
    "OWN_MEDIA",
    "TOKEN_PARAMETER",
    "BadEvidence",
    "BadKey",
    "BadTarget",
    "Changes",
    "ChannelEntry",
    "ChannelMedium",
    "ChannelView",
    "ChannelsFile",
    "ClickCount",
    "CostImport",
    "CostRow",
    "Join",
    "NewTouch",
    "Origin",
    "Rejected",
    "ResolvedLink",
    "TouchKind",
    "TrackedLink",
    "UnknownChannel",
    "absolute_target",
    "add_identities",
    "channel_costs",
    "channel_named",
    "channels",
    "clicks_by_channel",
    "clicks_of_link",
    "costs_by_day",
    "declared_channels",
    "ensure_channels",
    "find_channel",
    "forget_touches",
    "form_of",
    "identity_id",
    "import_costs",
    "insert_new",
    "join",
    "joins_of_person",
    "keys_of_person",
    "link_url",
    "medium_title",
    "origin_ids",
    "personal_code",
    "qr_code",
    "record_click",
    "record_costs",
    "record_touch",
    "record_touches",
    "resolve_link",
    "stored_key",
    "total_cost",
    "touch_count",
    "tracked_link",
    "undo_join",
    "with_token",
]
