"""Why a request is not served. Each has its status; the page or problem that people and programs see is made in `errors`."""

from __future__ import annotations

from growth.errors import GrowthError
from growth.language import _


class Refusal(GrowthError):
    """A request that is not served."""

    status = 400


class Missing(Refusal):
    """What the address names is not there (or not for this viewer, which must look the same)."""

    status = 404

    def __init__(self, message: str | None = None, *, fix: str | None = None) -> None:
        super().__init__(message or _("There is nothing at this address."), fix=fix or _("Look it up in the navigation or by search."))


class Forbidden(Refusal):
    """The viewer has none of the roles that the page asks for."""

    status = 403

    def __init__(self, message: str | None = None, *, fix: str | None = None) -> None:
        super().__init__(message or _("Your roles do not open this page."), fix=fix or _("Ask an administrator for the role you need."))


class ForgedForm(Refusal):
    """A change without our own token, or sent from another site."""

    status = 403

    def __init__(self) -> None:
        super().__init__(
            _("This form is too old or came from elsewhere; nothing was changed."), fix=_("Open the page anew and send it again.")
        )


class NotLoggedIn(Refusal):
    """Nobody is logged in; the answer leads to /login and back."""

    status = 401

    def __init__(self) -> None:
        super().__init__(_("Please log in."))


class BadKey(Refusal):
    """No API key, an unknown one, or one without the scope."""

    status = 401


class TooOften(Refusal):
    """More requests than one address may make; `seconds` until the next."""

    status = 429

    def __init__(self, seconds: float) -> None:
        super().__init__(_("Too many requests from your address."), fix=_("Wait a moment and try again."))
        self.seconds = max(1, round(seconds + 0.5))


class TooSlowBody(Refusal):
    """The body did not come in time: a connection is not held open by a drip."""

    status = 408

    def __init__(self) -> None:
        super().__init__(_("What you sent did not arrive in time."), fix=_("Try again."))


class TooLong(Refusal):
    """The body is larger than the route takes."""

    status = 413

    def __init__(self, most_bytes: int) -> None:
        super().__init__(_("What was sent is larger than {most} KB.", most=most_bytes // 1024), fix=_("Send less, or in parts."))
