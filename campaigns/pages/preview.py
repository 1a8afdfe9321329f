"""The mail as one person would get it, for an iframe of ours: no script, nothing foreign, an origin of its own."""

from __future__ import annotations

from html import escape

from campaigns.pages.chosen import ROLES, chosen
from campaigns.preview import example, preview
from growth.errors import GrowthError
from growth.web import Page, Viewer, page


@page("/campaigns/{name:str}/{period:str}/preview", nav="campaigns", roles=ROLES)
def preview_page(viewer: Viewer, name: str, period: str, part: str = "html", variant: str = "", contact: str = "", step: int = 1) -> Page:
    """`part` html, text or subject of message `step`, for an example person; `contact` only for those who may see personal data."""
    campaign, when = chosen(viewer, name, period)
    if contact:
        viewer.require("marketer", "service")
    try:
        if contact:
            parts = preview(viewer.database, campaign, when, address=contact, variant=variant, step=step, now=viewer.now)
        else:
            parts = example(viewer.database, campaign, when, variant=variant, step=step)
    except GrowthError as fault:
        return viewer.preview(f"<pre>{escape(str(fault))}\n{escape(fault.fix or '')}</pre>")
    if part == "html" and "html" in parts:
        return viewer.preview(parts["html"])
    return viewer.preview(
        f'<pre style="white-space:pre-wrap;font:14px/1.6 sans-serif">{escape(parts.get(part, parts.get("text", "")))}</pre>'
    )
