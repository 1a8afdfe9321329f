"""Traffic: the collector, visits, events, sign-ups, funnels."""

from growth.traffic.backfill import LogDrop, import_log
from growth.traffic.beacon import BadBeacon, EventKind, check_beacons
from growth.traffic.beside import Beside, Cause, Pair, beside, counters
from growth.traffic.bodies import BadBody, SignupBody, StepBody, read_signup, read_signup_name, read_step
from growth.traffic.bots import BotReason, bot_reason
from growth.traffic.calls import CallView, UnknownCall, calls, note_call, settle_call
from growth.traffic.classify import Classified, classify
from growth.traffic.collector import VISITOR_COOKIE, VISITOR_COOKIE_AGE, Collector, Parcel, Received, new_visitor, read_request, script
from growth.traffic.funnels import REGISTER_STEP, VISIT_STEP, FunnelStep, funnel, reached
from growth.traffic.getting_in_touch import ContactClicks, contact_clicks
from growth.traffic.hot_areas import ClickedElement, ClickedPage, Depth, HotPage, Spot, clicked_pages, hot_page, refresh_hot_areas
from growth.traffic.idempotency import Answer, KeyUsedOtherwise, earlier_answer, keep_answer
from growth.traffic.importing import EventImport, RejectedLine, SignupImport, import_events, import_signups
from growth.traffic.live import LiveVisit, Ways, on_site, ways
from growth.traffic.other_counts import Counter, CountImport, import_counts
from growth.traffic.rollups import refresh_rollups
from growth.traffic.signups import SignupView, find_signup, record_signup, record_step, visitor_of_view
from growth.traffic.sources import registered_domain
from growth.traffic.store import VisitView, entry_paths, page_paths, signup_values, visits, visits_by_entry, visits_by_origin
from growth.traffic.tables import PAGE, SIGNUP, STEP, VISIT
from growth.traffic.visits import catch_up, pending_events
from growth.traffic.way import Way
from growth.traffic.website import (
    DeadEnd,
    PageRow,
    ScriptError,
    SiteSums,
    SourceRow,
    dead_ends,
    last_event_at,
    left_out,
    pages,
    script_errors,
    site_sums,
    sources,
    tracking_loss,
    visits_by_day,
)
from growth.traffic.working import Came, Working, Wrong, working

__all__ = [
    "PAGE",
    "REGISTER_STEP",
    "SIGNUP",
    "STEP",
    "VISIT",
    "VISITOR_COOKIE",
    "VISITOR_COOKIE_AGE",
    "VISIT_STEP",
    "Answer",
    "BadBeacon",
    "BadBody",
    "Beside",
    "BotReason",
    "CallView",
    "Came",
    "Cause",
    "Classified",
    "ClickedElement",
    "ClickedPage",
    "Collector",
    "ContactClicks",
    "CountImport",
    "Counter",
    "DeadEnd",
    "Depth",
    "EventImport",
    "EventKind",
    "FunnelStep",
    "HotPage",
    "KeyUsedOtherwise",
    "LiveVisit",
    "LogDrop",
    "PageRow",
    "Pair",
    "Parcel",
    "Received",
    "RejectedLine",
    "ScriptError",
    "SignupBody",
    "SignupImport",
    "SignupView",
    "SiteSums",
    "SourceRow",
    "Spot",
    "StepBody",
    "UnknownCall",
    "VisitView",
    "Way",
    "Ways",
    "Working",
    "Wrong",
    "beside",
    "bot_reason",
    "calls",
    "catch_up",
    "check_beacons",
    "classify",
    "clicked_pages",
    "contact_clicks",
    "counters",
    "dead_ends",
    "earlier_answer",
    "entry_paths",
    "find_signup",
    "funnel",
    "hot_page",
    "import_counts",
    "import_events",
    "import_log",
    "import_signups",
    "keep_answer",
    "last_event_at",
    "left_out",
    "new_visitor",
    "note_call",
    "on_site",
    "page_paths",
    "pages",
    "pending_events",
    "reached",
    "read_request",
    "read_signup",
    "read_signup_name",
    "read_step",
    "record_signup",
    "record_step",
    "refresh_hot_areas",
    "refresh_rollups",
    "registered_domain",
    "script",
    "script_errors",
    "settle_call",
    "signup_values",
    "site_sums",
    "sources",
    "tracking_loss",
    "visitor_of_view",
    "visits",
    "visits_by_day",
    "visits_by_entry",
    "visits_by_origin",
    "ways",
    "working",
]
