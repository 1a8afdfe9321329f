"""Where the site is published: directories, articles, videos, partner links, ads, posters … each with a life that is checked."""

from growth.placements.life import PlacementKind, PlacementState, UnknownPlacement, WrongStep, move
from growth.placements.listing import ListingFound, find_listing
from growth.placements.store import PlacementView, history, placement, placements, sync_placements
from growth.placements.verify import Look, Verdict, due_for_check, reach_of, verify_placement

__all__ = [
    "ListingFound",
    "Look",
    "PlacementKind",
    "PlacementState",
    "PlacementView",
    "UnknownPlacement",
    "Verdict",
    "WrongStep",
    "due_for_check",
    "find_listing",
    "history",
    "move",
    "placement",
    "placements",
    "reach_of",
    "sync_placements",
    "verify_placement",
]
