"""Conversions handed back to ad platforms: which click led to a sign-up or a step, so that their bidding learns. Off by default."""

from growth.traffic.conversions.platform import Outgoing, Platform, PlatformMeta, Verdict, platform_modules, platforms_in_use
from growth.traffic.conversions.queue import queue_conversions
from growth.traffic.conversions.sending import SendCounts, send_conversions
from growth.traffic.conversions.state import ConversionState
from growth.traffic.conversions.store import ConversionView, conversion_counts, conversions, send_again

__all__ = [
    "ConversionState",
    "ConversionView",
    "Outgoing",
    "Platform",
    "PlatformMeta",
    "SendCounts",
    "Verdict",
    "conversion_counts",
    "conversions",
    "platform_modules",
    "platforms_in_use",
    "queue_conversions",
    "send_again",
    "send_conversions",
]
