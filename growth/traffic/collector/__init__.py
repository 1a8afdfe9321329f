"""The collector: the script in the page, the buffer behind `/collect`."""

from growth.traffic.collector.buffer import Collector
from growth.traffic.collector.parcel import Parcel, Received, judged, read_request
from growth.traffic.collector.script import VISITOR_COOKIE, VISITOR_COOKIE_AGE, new_visitor, script

__all__ = ["VISITOR_COOKIE", "VISITOR_COOKIE_AGE", "Collector", "Parcel", "Received", "judged", "new_visitor", "read_request", "script"]
