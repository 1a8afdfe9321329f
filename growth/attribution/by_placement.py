"""What each placement brought: by its own tracked links, or by its channel where it is the channel's only placement."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from growth.attribution.dimension import Dimension
from growth.attribution.model import model_named
from growth.attribution.report import ReportRow, attribution_report
from growth.placements import PlacementView
from growth.workspace import Workspace


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacementFigures:
    """Visits and credited sign-ups of one placement."""

    visits: int
    signups: float


def placement_figures(
    session: Session, *, workspace: Workspace, views: Sequence[PlacementView], until_day: date, from_day: date | None = None
) -> Mapping[str, PlacementFigures | None]:
    """By id, under the workspace's model. None where links of its own (``--label placement:ID``) are needed to tell: its channel has
    other placements too.
    """
    model = model_named(workspace.settings.attribution.model)

    def rows(dimension: Dimension) -> dict[str, ReportRow]:
        report = attribution_report(session, workspace=workspace, model=model, from_day=from_day, until_day=until_day, dimension=dimension)
        return {row.label: row for row in report.rows}

    by_placement, by_channel = rows(Dimension.PLACEMENT), rows(Dimension.CHANNEL)
    sharing = Counter(view.channel for view in views)
    found: dict[str, PlacementFigures | None] = {}
    for view in views:
        row = by_placement.get(view.id) if sharing[view.channel] > 1 else by_channel.get(view.channel)
        if row is not None:
            found[view.id] = PlacementFigures(visits=row.visits, signups=row.credit)
        else:
            found[view.id] = None if sharing[view.channel] > 1 else PlacementFigures(visits=0, signups=0.0)
    return found
