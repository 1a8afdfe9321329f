"""The life of a placement: planned, prepared, submitted, live, changed, lost, refused, expired; every step dated with its evidence."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from growth.errors import GrowthError
from growth.language import Text, _
from growth.placements.models import Placement, PlacementEvent


class PlacementKind(StrEnum):
    """What sort of spot it is."""

    #: an entry in a navigation site or catalogue
    DIRECTORY = "directory"
    #: a text published elsewhere
    ARTICLE = "article"
    #: a film on a video site
    VIDEO = "video"
    #: a link exchanged with a partner (友情链接)
    PARTNER_LINK = "partner-link"
    #: a link paid by result
    AFFILIATE = "affiliate"
    #: an ad that was booked
    AD = "ad"
    #: a post in a social network
    SOCIAL = "social"
    #: print, with a QR code
    POSTER = "poster"
    #: a chat group or forum
    GROUP = "group"
    #: somebody wrote about us
    MENTION = "mention"


_KINDS = {
    PlacementKind.DIRECTORY: Text("directory", "导航或目录"),
    PlacementKind.ARTICLE: Text("article", "文章"),
    PlacementKind.VIDEO: Text("video", "视频"),
    PlacementKind.PARTNER_LINK: Text("partner link", "友情链接"),
    PlacementKind.AFFILIATE: Text("affiliate link", "联盟推广"),
    PlacementKind.AD: Text("ad", "广告"),
    PlacementKind.SOCIAL: Text("social post", "社交媒体"),
    PlacementKind.POSTER: Text("poster", "海报"),
    PlacementKind.GROUP: Text("group", "社群"),
    PlacementKind.MENTION: Text("mention", "提及"),
}


def placement_kind_title(kind: str) -> str:
    """A kind of placement as people read it; an unknown one as it is."""
    try:
        return str(_KINDS[PlacementKind(kind)])
    except ValueError:
        return kind


class PlacementState(StrEnum):
    """Where in its life a placement is."""

    #: declared, nothing done
    PLANNED = "planned"
    #: texts fitted, requirements looked at
    PREPARED = "prepared"
    #: handed in, not seen yet
    SUBMITTED = "submitted"
    #: seen with our link
    LIVE = "live"
    #: seen, but not as it should be
    CHANGED = "changed"
    #: was there, is gone
    LOST = "lost"
    #: the other side said no
    REFUSED = "refused"
    #: its time has passed
    EXPIRED = "expired"


#: which steps are possible. A look may find any placement live or changed, whatever people said of it before.
STEPS: dict[PlacementState, frozenset[PlacementState]] = {
    PlacementState.PLANNED: frozenset(
        {PlacementState.PREPARED, PlacementState.SUBMITTED, PlacementState.LIVE, PlacementState.CHANGED, PlacementState.EXPIRED}
    ),
    PlacementState.PREPARED: frozenset(
        {
            PlacementState.PREPARED,
            PlacementState.SUBMITTED,
            PlacementState.LIVE,
            PlacementState.CHANGED,
            PlacementState.REFUSED,
            PlacementState.EXPIRED,
        }
    ),
    PlacementState.SUBMITTED: frozenset(
        {PlacementState.SUBMITTED, PlacementState.LIVE, PlacementState.CHANGED, PlacementState.REFUSED, PlacementState.EXPIRED}
    ),
    PlacementState.LIVE: frozenset({PlacementState.CHANGED, PlacementState.LOST, PlacementState.EXPIRED}),
    PlacementState.CHANGED: frozenset({PlacementState.LIVE, PlacementState.CHANGED, PlacementState.LOST, PlacementState.EXPIRED}),
    PlacementState.LOST: frozenset(
        {PlacementState.PREPARED, PlacementState.SUBMITTED, PlacementState.LIVE, PlacementState.CHANGED, PlacementState.EXPIRED}
    ),
    PlacementState.REFUSED: frozenset({PlacementState.PREPARED, PlacementState.SUBMITTED, PlacementState.LIVE, PlacementState.CHANGED}),
    PlacementState.EXPIRED: frozenset({PlacementState.PREPARED, PlacementState.SUBMITTED, PlacementState.LIVE, PlacementState.CHANGED}),
}


class UnknownPlacement(GrowthError):
    """No placement of that id."""


class WrongStep(GrowthError):
    """The placement's life does not go that way."""


def move(session: Session, *, id: str, to: PlacementState, at: datetime, evidence: str, actor: str) -> None:
    """Take placement `id` one step, with its evidence. Raises UnknownPlacement, WrongStep."""
    row = session.scalar(select(Placement).where(Placement.id == id))
    if row is None:
        raise UnknownPlacement(_("there is no placement “{id}”", id=id), fix="growth placement list")
    state = PlacementState(row.state)
    check_step(id, state, to)
    if state is not to:
        row.state, row.since = to, at
    session.add(PlacementEvent(placement_id=id, at=at, state=to, evidence=evidence[:2000], actor=actor))


def check_step(id: str, state: PlacementState, to: PlacementState) -> None:
    """Raise WrongStep, naming the possible ones, where placement `id` cannot go from `state` to `to`."""
    if to not in STEPS[state]:
        allowed = ", ".join(sorted(STEPS[state]))
        raise WrongStep(
            _("{id} is {state}; it cannot become {to}", id=id, state=state, to=to), fix=_("possible: {allowed}", allowed=allowed)
        )
