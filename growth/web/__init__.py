"""The web shell: handlers of pages, public routes and API routes, behind one door.

A page module ``growth/web/<room>.py`` (an app: ``<app>/pages/…``) defines handlers with the decorators below and a function
``pages() -> list`` that returns them; the function is named in `App.pages`::

    from growth.web import Page, Viewer, page

    @page("/placements", nav="placements", roles=("seo", "marketer"))
    def placements(viewer: Viewer, kind: str = "") -> Page:
        with viewer.database.read() as session:
            ...
        return viewer.render("web/growth/placements.html", PlacementsPage(...), title=_("Placements"))

    def pages() -> list[HTTPRouteHandler]:
        return [placements]

`page`       people who are logged in: roles, forgery, limits, language are settled before the function is called (`Viewer`)
`public`     anybody, without cookies: rate and size limited (`Visitor`)
`api`        the site's server with an API key (`Caller`); errors are RFC 9457 problems
`bare`       an ASGI application of its own, for what must be very quick (the collector)
`lifespan`   something that runs as long as the process (a writer thread)

Handlers are sync and run in a thread. Raise `Missing` (404), `Forbidden` (403) or any GrowthError (400; Unreachable 503): what people
and programs see of it is made here. Times: `viewer.now`. Downloads: ``?format=csv|xlsx`` → `viewer.format`. GET changes nothing.
"""

from growth.web.answers import Page, own_path
from growth.web.api import Caller, api
from growth.web.app import create_app, lifespan, routes_of
from growth.web.arrival import Arrival
from growth.web.bare import Asked, Bare, Reply, bare, problem
from growth.web.forms import Form, Upload
from growth.web.page import IMPORT_BYTES, Rules, page
from growth.web.public import Visitor, public
from growth.web.refusals import Forbidden, Missing, Refusal, TooOften
from growth.web.viewer import Viewer

__all__ = [
    "IMPORT_BYTES",
    "Arrival",
    "Asked",
    "Bare",
    "Caller",
    "Forbidden",
    "Form",
    "Missing",
    "Page",
    "Refusal",
    "Reply",
    "Rules",
    "TooOften",
    "Upload",
    "Viewer",
    "Visitor",
    "api",
    "bare",
    "create_app",
    "lifespan",
    "own_path",
    "page",
    "problem",
    "public",
    "routes_of",
]
