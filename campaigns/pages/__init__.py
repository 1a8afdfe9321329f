"""Pages of campaigns: all of them, one period with its plan, preview, deliveries and results."""

from __future__ import annotations

from litestar.handlers import HTTPRouteHandler


def pages() -> list[HTTPRouteHandler]:
    """The routes."""
    from campaigns.pages import actions, overview, period, preview

    return [
        overview.overview,
        overview.one,
        period.one_period,
        period.deliveries_of,
        preview.preview_page,
        actions.plan,
        actions.approve,
        actions.send,
        actions.pause,
        actions.resume,
        actions.cancel,
        actions.retry,
    ]
