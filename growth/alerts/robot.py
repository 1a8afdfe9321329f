"""The contract of a robot: one file, one entry; how it is found, what it gets, what it answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from importlib import import_module
from importlib.metadata import entry_points
from typing import TYPE_CHECKING

from growth.errors import GrowthError, ProviderError
from growth.language import Text, _

if TYPE_CHECKING:
    import httpx

    from growth.workspace import Workspace


class UnknownRobot(GrowthError):
    """`notify` names a robot that is not installed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RobotMessage:
    """One text for a group of the team; it holds no personal data. `event` is the same for every try of the same message."""

    event: str
    kind: str
    title: str
    body: str
    link: str | None
    happened_at: datetime
    #: of this try; signatures are dated with it
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RobotTarget:
    """Where one robot sends: what `notify` of growth.yaml says, its secrets read."""

    name: str
    url: str
    secret: str
    to: tuple[str, ...]
    workspace: Workspace = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Robot:
    """A way to tell the team. `send` raises ProviderError, and nothing else, where the message was not taken.

    `per_minute` is how many calls a minute its service takes; the rest is summed up.
    """

    name: str
    title: Text
    send: Callable[[RobotMessage, RobotTarget, httpx.Client], None]
    per_minute: int = 20
    #: address of the service's documentation, with the day on which it was read
    source: str = ""


#: the built-in robots; others come by the entry-point group ``growth.robots``
_BUILT_IN = ("wecom", "dingtalk", "feishu", "webhook", "mail")


def robot_names() -> tuple[str, ...]:
    """Every robot that is installed, the built-in ones first."""
    return _BUILT_IN + tuple(entry.name for entry in entry_points(group="growth.robots"))


def find_robot(name: str) -> Robot:
    """The robot of that name, imported now. Raises UnknownRobot."""
    if name in _BUILT_IN:
        found: Robot = import_module(f"growth.alerts.robots.{name}").ROBOT
        return found
    for entry in entry_points(group="growth.robots"):
        if entry.name == name:
            outside: Robot = entry.load()
            return outside
    raise UnknownRobot(_("notify: there is no robot “{name}”", name=name), fix=_("choose from: {words}", words=", ".join(robot_names())))


def post(http: httpx.Client, url: str, *, content: bytes, headers: dict[str, str]) -> httpx.Response:
    """POST to a robot's service, its faults told as ProviderError: no answer and 5xx may pass, other 4xx do not."""
    import httpx

    try:
        answer = http.post(url, content=content, headers=headers)
    except (httpx.InvalidURL, httpx.UnsupportedProtocol) as fault:
        raise ProviderError(
            _("the address is not usable: {why}", why=fault), permanent=True, fix=_("check `url` of this target in growth.yaml")
        ) from fault
    except httpx.HTTPError as fault:
        raise ProviderError(_("no answer: {name}", name=type(fault).__name__)) from fault
    if answer.status_code == 429 or answer.status_code >= 500:
        raise ProviderError(f"HTTP {answer.status_code}", retry_after=_retry_after(answer))
    if answer.status_code >= 300:
        raise ProviderError(
            f"HTTP {answer.status_code}", permanent=True, fix=_("check `url` of this target in growth.yaml; redirects are not followed")
        )
    return answer


def _retry_after(answer: httpx.Response) -> timedelta | None:
    """The Retry-After header in seconds (RFC 9110 §10.2.3), at most a day; its date form is not used by these services."""
    text = answer.headers.get("retry-after", "")
    return timedelta(seconds=min(int(text), 86400)) if text.isascii() and text.isdigit() else None
