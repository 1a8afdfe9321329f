"""Why two counters differ, in sentences with our figures: for the page and the command."""

from __future__ import annotations

from collections.abc import Iterator

from growth.language import _
from growth.traffic.beside import Beside, Cause


def cause_words(found: Beside) -> Iterator[tuple[str, int | None, str]]:
    """(id, figure, sentence) of each cause that has a figure, then of the two that can be named but not counted (figure None)."""
    words = {
        Cause.BOTS: _("page views of bots, left out here; the other counts those it does not know"),
        Cause.NO_TRACK: _("page views left out because the browser asked not to be followed (traffic.do_not_track: obey)"),
        Cause.PREFETCH: _("pages fetched ahead by a browser and perhaps never seen, left out here"),
        Cause.STAFF: _("page views of your own team (traffic.staff_addresses), left out here"),
        Cause.SPAM: _("page views with a forged referrer, left out here"),
        Cause.RATE: _("page views quicker than people are, left out here"),
        Cause.MISSING: _("views of missing pages: dead ends here, page views there"),
        Cause.MIDNIGHT: _("visits that went on over midnight: one here, two there"),
        Cause.CAMPAIGN: _("visits that began because another campaign brought somebody back within the visit"),
        Cause.UNEXPLAINED: _("page views that nothing above explains: look which pages have only their script, or count a view twice"),
        Cause.UNSEEN: _(
            "of {n} sign-ups without a visit of ours: browsers that run no script; theirs, from another domain, is blocked more often",
            n=found.signups,
        ),
    }
    for cause, count in found.causes.items():
        yield cause.value, count, words[cause]
    yield (
        "visitors",
        None,
        _("A visitor is a cookie within a day there; here the day's hash of address and browser, or the cookie (traffic.identity)."),
    )
    yield "script", None, _("A page that has only one of the two scripts is counted by that one alone.")
