"""Where the site is published: directories, articles, videos, partner links, ads, posters … each with a life that is checked."""

from growth.placements.life import PlacementKind, PlacementState, UnknownPlacement, WrongStep, check_step, move, placement_kind_title
from growth.placements.listing import ListingFound, find_listing, parse_page
from growth.placements.store import PlacementView, history, placement, placements, sync_placements
from growth.placements.verify import Look, Verdict, due_for_check, our_hosts, reach_of, verdict_title, verify_placement

__all__ = [
    "ListingFound",
    "Look",
    "PlacementKind",
    "PlacementState",
    "PlacementView",
    "UnknownPlacement",
    "Verdict",
    "WrongStep",
    "check_step",
    "due_for_check",
    "find_listing",
    "history",
    "move",
    "our_hosts",
    "parse_page",
    "placement",
    "placement_kind_title",
    "placements",
    "reach_of",
    "sync_placements",
    "verdict_title",
    "verify_placement",
]
