"""Rows of the traffic room, a noun a module.

Ids of texts, pages and visitors are hashes of what they stand for (`ids.text_id`): nothing is looked up while events are written, and both
stores agree.
"""

from growth.traffic.models.call import ContactClick, PhoneCall
from growth.traffic.models.event import BeaconCount, DroppedEvent, Event, EventText
from growth.traffic.models.page import (
    EntryDay,
    EntryMonth,
    HotSpot,
    PageCounts,
    PageDay,
    PageMonth,
    PagePath,
    PageWay,
    PageWayMonth,
    SpotText,
)
from growth.traffic.models.signup import ERASED, IdempotencyRecord, Signup, Step, WaitingStep
from growth.traffic.models.visit import DirtyDay, OtherCount, TrafficCursor, Visit, VisitDay
from growth.traffic.models.visitor import DaySalt, LooseVisitor, Recognised, VisitorPage, VisitorStep

__all__ = [
    "ERASED",
    "BeaconCount",
    "ContactClick",
    "DaySalt",
    "DirtyDay",
    "DroppedEvent",
    "EntryDay",
    "EntryMonth",
    "Event",
    "EventText",
    "HotSpot",
    "IdempotencyRecord",
    "LooseVisitor",
    "OtherCount",
    "PageCounts",
    "PageDay",
    "PageMonth",
    "PagePath",
    "PageWay",
    "PageWayMonth",
    "PhoneCall",
    "Recognised",
    "Signup",
    "SpotText",
    "Step",
    "TrafficCursor",
    "Visit",
    "VisitDay",
    "VisitorPage",
    "VisitorStep",
    "WaitingStep",
]
