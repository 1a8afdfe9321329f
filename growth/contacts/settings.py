"""segments.yaml: named audiences. One grammar, also for a campaign's own audience (contracts/workspace.md)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any, Final
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema, model_validator

from growth.app import handed
from growth.clock import day_start, site_day
from growth.language import _
from growth.workspace import Problem, Severity, Workspace, YamlModel, did_you_mean, hint_for, parse_day, parse_duration, problem_at

#: words of a condition that another room lends (`App.segment_fields`)
LENT: Final = ("step", "visited", "opened", "clicked", "received", "channel", "follower")
OPERATORS: Final = ("is", "not", "in", "contains", "above", "below", "before", "after", "exists")
_HEADS: Final = ("field", "tag", "segment", *LENT)
#: fields of every contact, and which operators each has
_ANY_TEXT: Final = ("is", "not", "in", "contains", "exists")
_SEALED: Final = ("is", "not", "in", "exists")
_TIME: Final = ("before", "after", "exists")
FIELDS: Final[Mapping[str, tuple[str, ...]]] = {
    "email": _SEALED,
    "phone": _SEALED,
    "name": ("exists",),
    "role": _ANY_TEXT,
    "tags": ("is", "not", "in", "contains", "exists"),
    "email_consent": ("is", "not", "exists"),
    "sms_consent": ("is", "not", "exists"),
    "consent_source": ("is", "in", "contains", "exists"),
    "consent_at": _TIME,
    "locale": _ANY_TEXT,
    "timezone": _ANY_TEXT,
    "created_at": _TIME,
    "last_visit": _TIME,
    "last_sent": _TIME,
}
#: how deep groups may nest, and how many conditions a segment may have
DEEPEST: Final = 8
MOST_CONDITIONS: Final = 200
_AGO = re.compile(r"(.+?)\s*(?:ago|前|之前|以前)")


@dataclass(frozen=True, slots=True)
class Moment:
    """An instant as people write one: so long ago, a date, or an exact time."""

    ago: timedelta | None = None
    day: date | None = None
    instant: datetime | None = None

    def at(self, now: datetime, zone: ZoneInfo) -> datetime:
        """The instant it stands for; a date is its beginning at the site."""
        if self.ago is not None:
            return now - self.ago
        if self.day is not None:
            return day_start(self.day, zone)
        return self.instant or day_start(site_day(now, zone), zone)


def parse_moment(text: str) -> Moment:
    """Read ``30 days ago``, ``30天前``, ``2026-11-01``, RFC 3339, ``today``. Raises ValueError with the form that is allowed."""
    plain = unicodedata.normalize("NFKC", text).strip().lower()
    if plain in ("today", "今天"):
        return Moment()
    if match := _AGO.fullmatch(plain):
        return Moment(ago=parse_duration(match[1]))
    try:
        return Moment(day=parse_day(plain))
    except ValueError as fault:
        try:
            exact = datetime.fromisoformat(plain.upper())
        except ValueError:
            if re.match(r"\d{4}\D\d{1,2}\D\d{1,2}", plain):
                raise fault from None
            raise ValueError(_("“{text}” is not a time; write 30 days ago or 2026-11-01", text=text[:40])) from None
        if exact.tzinfo is None:
            raise ValueError(_("“{text}” has no offset; write 2026-11-01 or 2026-11-01T10:00:00+08:00", text=text[:40])) from None
        return Moment(instant=exact.astimezone(UTC))


def _moment(value: Any) -> Any:
    if isinstance(value, Moment | bool | list | dict) or value is None:
        return value
    return parse_moment(str(value))


MomentText = Annotated[
    Moment,
    BeforeValidator(_moment),
    WithJsonSchema({"type": "string", "examples": ["30 days ago", "2026-11-01"], "description": "so long ago, or a date / 时间"}),
]
Scalar = str | int | float | bool


def _path_pattern(value: str) -> str:
    if not value.startswith("/"):
        raise ValueError(_("“{text}” is not a path; it starts with / and may end in *", text=value[:80]))
    return value


class Condition(YamlModel):
    """One condition: a field with an operator, a tag, something done or seen, another segment, or a group."""

    field: str | None = Field(default=None, description="a field of the contact, or an attribute / 字段")
    is_: Scalar | None = Field(default=None, alias="is", description="equals / 等于")
    not_: Scalar | None = Field(default=None, alias="not", description="differs, or is empty / 不等于")
    in_: tuple[Scalar, ...] | None = Field(default=None, alias="in", min_length=1, description="one of / 属于")
    contains: str | None = Field(default=None, min_length=1, description="part of the text, or a tag / 包含")
    above: float | None = Field(default=None, description="greater than / 大于")
    below: float | None = Field(default=None, description="less than / 小于")
    before: MomentText | None = Field(default=None, description="earlier than / 早于")
    after: MomentText | None = Field(default=None, description="later than / 晚于")
    exists: bool | None = Field(default=None, description="filled or not / 有值")
    tag: str | None = Field(default=None, min_length=1, description="has the tag / 标签")
    step: str | None = Field(default=None, description="reached a step of the funnel / 到达步骤")
    visited: Annotated[str, AfterValidator(_path_pattern)] | None = Field(default=None, description="saw a page, * at the end / 访问过")
    opened: str | None = Field(default=None, description="opened the campaign / 打开过")
    clicked: str | None = Field(default=None, description="clicked in the campaign / 点击过")
    received: str | None = Field(default=None, description="was sent the campaign / 收到过")
    channel: str | None = Field(default=None, description="came by the channel / 来自渠道")
    follower: bool | None = Field(default=None, description="follows the official account / 关注公众号")
    segment: str | None = Field(default=None, description="is in another segment / 属于人群")
    since: MomentText | None = Field(default=None, description="for what was done or seen: not earlier / 自何时起")
    all: tuple[Condition, ...] | None = Field(default=None, description="a group: every one holds / 全部满足")
    any: tuple[Condition, ...] | None = Field(default=None, description="a group: one holds / 任一满足")
    none: tuple[Condition, ...] | None = Field(default=None, description="a group: none holds / 均不满足")

    @model_validator(mode="after")
    def _one_thing(self) -> Condition:
        heads = [name for name in _HEADS if getattr(self, name) is not None]
        groups = [name for name in ("all", "any", "none") if getattr(self, name) is not None]
        operators = self.operators
        if groups and not heads and not operators and self.since is None:
            return self
        if len(heads) != 1 or groups:
            raise ValueError(_("a condition says one thing: {words}", words=", ".join(_HEADS)))
        if heads == ["field"]:
            if len(operators) != 1:
                raise ValueError(_("a field needs one of: {words}", words=", ".join(OPERATORS)))
            allowed = FIELDS.get(self.field or "", OPERATORS)
            if operators[0] not in allowed:
                raise ValueError(
                    _("“{field}” has no “{operator}”; allowed: {words}", field=self.field, operator=operators[0], words=", ".join(allowed))
                )
        elif operators:
            raise ValueError(_("“{operator}” belongs to a field", operator=operators[0]))
        if self.since is not None and heads[0] not in LENT:
            raise ValueError(_("“since” belongs to something done or seen: {words}", words=", ".join(LENT)))
        return self

    @property
    def operators(self) -> list[str]:
        """The operators that are written."""
        return [name for name in OPERATORS if getattr(self, _ATTRIBUTE.get(name, name)) is not None]

    @property
    def operand(self) -> Any:
        """The value behind the one operator."""
        name = self.operators[0]
        return getattr(self, _ATTRIBUTE.get(name, name))

    @property
    def head(self) -> str:
        """What it is about: ``field``, ``tag``, a lent word, or ``group``."""
        return next((name for name in _HEADS if getattr(self, name) is not None), "group")


_ATTRIBUTE: Final = {"is": "is_", "not": "not_", "in": "in_"}


class Segment(YamlModel):
    """An audience: everybody for whom `all` hold, one of `any` holds and none of `none` does. Empty: everybody."""

    all: tuple[Condition, ...] = Field(default=(), description="every one holds / 全部满足")
    any: tuple[Condition, ...] = Field(default=(), description="one of them holds / 任一满足")
    none: tuple[Condition, ...] = Field(default=(), description="none of them holds / 均不满足")

    def conditions(self) -> Iterator[tuple[tuple[str | int, ...], Condition]]:
        """Every condition with its path, groups before what is in them."""
        yield from _walk(self, ())


def _walk(holder: Segment | Condition, path: tuple[str | int, ...]) -> Iterator[tuple[tuple[str | int, ...], Condition]]:
    for group in ("all", "any", "none"):
        for position, condition in enumerate(getattr(holder, group) or ()):
            here = (*path, group, position)
            yield here, condition
            yield from _walk(condition, here)


class SegmentsFile(YamlModel):
    """segments.yaml."""

    segments: dict[str, Segment] = Field(default_factory=dict, description="audiences by name / 人群")


def named_segments(workspace: Workspace) -> dict[str, Segment]:
    """The segments of segments.yaml by name."""
    return workspace.one("segments", SegmentsFile).segments


def lent_words(workspace: Workspace) -> dict[str, Any]:
    """Words of conditions that the enabled apps lend, with what makes a Select of each."""
    found: dict[str, Any] = {}
    for fields in handed(workspace.apps, "segment_fields"):
        found |= fields
    return found


def check_segments(workspace: Workspace, name: str, value: SegmentsFile) -> Iterator[Problem]:
    """What the schema cannot say of segments.yaml: names that are not there, circles, words that no app lends."""
    for title, segment in value.segments.items():
        yield from check_segment(workspace, segment, kind="segments", name=None, path=("segments", title))
        if _circle(title, value.segments):
            yield problem_at(
                workspace.where("segments", None, "segments", title, key=True),
                "unknown-reference",
                _("“{name}” contains itself", name=title),
                hint=_("take the condition “segment” out of one of them"),
            )


def check_segment(workspace: Workspace, segment: Segment, *, kind: str, name: str | None, path: tuple[str | int, ...]) -> Iterator[Problem]:
    """What is wrong with one segment that stands at `path` of a file."""
    known = named_segments(workspace)
    lent = lent_words(workspace)
    found = list(segment.conditions())
    if len(found) > MOST_CONDITIONS or any(len(where) > 2 * DEEPEST for where, _c in found):
        yield problem_at(workspace.where(kind, name, *path), "not-allowed", _("too many conditions, or nested too deep"))
        return
    for where, condition in found:
        head = condition.head
        place = workspace.where(kind, name, *path, *where, head)
        if head == "segment" and condition.segment not in known:
            yield problem_at(
                place,
                "unknown-reference",
                _("there is no segment “{name}”", name=condition.segment),
                hint=hint_for(condition.segment or "", list(known)),
            )
        elif head in LENT and head not in lent:
            yield problem_at(
                place,
                "unknown-reference",
                _("no app that is in use knows “{word}”", word=head),
                hint=_("add the app to `apps` in growth.yaml"),
            )
        elif head == "field" and condition.field not in FIELDS:
            yield from _attribute_problems(workspace, condition, place)


def _attribute_problems(workspace: Workspace, condition: Condition, place: Any) -> Iterator[Problem]:
    field = condition.field or ""
    declared = workspace.settings.attributes.get(field)
    if declared is not None and declared.personal:
        yield problem_at(
            place,
            "not-allowed",
            _("“{field}” is personal and encrypted: nobody can be chosen by it", field=field),
            hint=_("give them a tag instead"),
        )
    elif declared is None and (near := did_you_mean(field, FIELDS)):
        yield problem_at(
            place,
            "unknown-reference",
            _("“{field}” is taken for an attribute", field=field),
            hint=_("did you mean “{word}”?", word=near),
            severity=Severity.WARNING,
        )


def _circle(title: str, segments: Mapping[str, Segment]) -> bool:
    seen: set[str] = set()
    look: Iterable[str] = [title]
    while look:
        names = {
            condition.segment
            for name in look
            if name in segments
            for _path, condition in segments[name].conditions()
            if condition.segment is not None
        }
        if title in names:
            return True
        look = names - seen
        seen |= names
    return False
