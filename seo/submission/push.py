"""Tell search engines of pages: what is new or changed first, within the quota, every URL with its verdict."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from growth import urls as urls_
from growth.clock import site_day
from growth.db import Database
from growth.errors import GrowthError, ProviderError
from growth.language import _
from seo.submission.engine import BatchAnswer, Engine, Rejected, engine_modules
from seo.submission.models import Push, PushQuota

#: a page that an engine took or rejected is told again only after this time: engines find pushing without a change impolite
AGAIN_AFTER = timedelta(days=30)
#: tries of one call that failed in a passing way, and the pause before each further one in seconds
PAUSES = (0.0, 1.0, 3.0)


class PushState(StrEnum):
    """What became of a URL at an engine."""

    #: the engine took it
    ACCEPTED = "accepted"
    #: the engine will not take it; `reason` says why
    REJECTED = "rejected"
    #: not looked at yet: the quota ended or the engine did not answer
    LEFT = "left"


@dataclass(slots=True)
class PushResult:
    """What became of the URLs at one engine (contracts/cli.md › submit push). `refused`: a wrong key or site, no later try will help."""

    sent: int = 0
    accepted: int = 0
    rejected: list[Rejected] = field(default_factory=list)
    left: int = 0
    quota_left: int | None = None
    message: str = ""
    fix: str | None = None
    refused: bool = False


def engines(database: Database, *, only: str | None = None) -> dict[str, Engine]:
    """The engines that growth.yaml sets up. Raises GrowthError for an unknown one, or where none is set up."""
    modules = engine_modules()
    if only is not None and only not in modules:
        raise GrowthError(_("there is no engine “{name}”", name=only), fix=_("choose from: {names}", names=", ".join(sorted(modules))))
    found = {}
    for name, module in modules.items():
        if only in (None, name) and (engine := module.connect(database.workspace)) is not None:
            found[name] = engine
    if not found:
        raise GrowthError(_("no search engine is set up"), fix=_("fill in `submit:` in growth.yaml, e.g. baidu: {site: …, token: …}"))
    return found


def push(database: Database, engine: Engine, urls: Sequence[str], *, now: datetime, tick: Callable[..., None] | None = None) -> PushResult:
    """Push `urls` in the engine's batches; each call's verdicts are committed before the next, so an interruption loses nothing.

    A call never goes past the quota that is known: an engine may refuse it whole. Where today's is not known and comes only with an
    answer, the first URL goes alone.
    """
    result = PushResult()
    quota = _quota_today(database, engine.meta.id, now)
    start = 0
    while start < len(urls):
        unknown = engine.meta.quota_in_answers and quota is None
        batch = urls[start : start + (1 if unknown else min(engine.meta.batch, quota or engine.meta.batch))]
        start += len(batch)
        try:
            answer = _tried(engine, batch)
        except ProviderError as fault:
            answer = BatchAnswer(left=tuple(batch), stop=True, message=fault.message)
            result.fix, result.refused = fault.fix, fault.permanent
        if answer.stop:
            answer = replace(answer, left=answer.left + tuple(urls[start:]))
        if not result.refused:
            _keep(database, engine.meta.id, answer, now=now)
        _count(result, answer)
        quota = answer.quota_left if answer.quota_left is not None else quota
        if tick:
            tick(done=start, total=len(urls), errors=len(result.rejected))
        if answer.stop:
            break
    return result


def candidates(session: Session, *, engine: str, urls: Iterable[str], now: datetime) -> list[str]:
    """Of `urls`, those the engine should hear of: left from before first, then never told, then told (or rejected) long ago."""
    rows = session.execute(select(Push.url, Push.state, Push.at).where(Push.engine == engine)).tuples()
    known = {url: (state, at) for url, state, at in rows}
    left, fresh, old = [], [], []
    for url in dict.fromkeys(urls):
        state, at = known.get(url, (None, now))
        if state is None:
            fresh.append(url)
        elif state == PushState.LEFT:
            left.append(url)
        elif now - at >= AGAIN_AFTER:
            old.append(url)
    return left + fresh + old


def read_urls(lines: Iterable[str], *, source: str) -> list[str]:
    """URLs of a file, one a line; blank lines and ``#`` comments are passed over. Raises GrowthError naming the line."""
    found = []
    for number, line in enumerate(lines, start=1):
        text = line.strip().removeprefix("\ufeff")
        if not text or text.startswith("#"):
            continue
        try:
            found.append(urls_.normal(text))
        except urls_.NotAUrl as fault:
            raise GrowthError(f"{source}:{number}:1: {fault}", fix=_("one whole address a line: https://www.example.com/page")) from fault
    return found


def pushed_counts(session: Session) -> dict[str, dict[str, int]]:
    """How many URLs stand in each state, by engine."""
    counts: dict[str, dict[str, int]] = {}
    for engine, state, n in session.execute(select(Push.engine, Push.state, func.count()).group_by(Push.engine, Push.state)):
        counts.setdefault(engine, {})[state] = n
    return counts


def quota_left(session: Session, *, engine: str) -> int | None:
    """What the engine last said."""
    return session.scalar(select(PushQuota.quota_left).where(PushQuota.engine == engine).order_by(PushQuota.day.desc()).limit(1))


def _quota_today(database: Database, engine: str, now: datetime) -> int | None:
    """What the engine said today of what is left; None where it said nothing, or that nothing is (which is asked anew)."""
    day = site_day(now, database.workspace.zone)
    with database.read() as session:
        row = session.get(PushQuota, (engine, day))
        return row.quota_left if row is not None and row.quota_left > 0 else None


def _tried(engine: Engine, batch: Sequence[str]) -> BatchAnswer:
    last: ProviderError | None = None
    for pause in PAUSES:
        time.sleep(pause)
        try:
            return engine.push(batch)
        except ProviderError as fault:
            if fault.permanent or fault.retry_after is not None:
                raise
            last = fault
    assert last is not None
    raise last


def _count(result: PushResult, answer: BatchAnswer) -> None:
    result.sent += len(answer.accepted) + len(answer.rejected)
    result.accepted += len(answer.accepted)
    result.rejected += answer.rejected
    result.left += len(answer.left)
    result.quota_left = answer.quota_left if answer.quota_left is not None else result.quota_left
    result.message = answer.message or result.message


def _keep(database: Database, engine: str, answer: BatchAnswer, *, now: datetime) -> None:
    day = site_day(now, database.workspace.zone)
    verdicts: list[tuple[str, PushState, str | None]] = [(url, PushState.ACCEPTED, None) for url in answer.accepted]
    verdicts += [(entry.url, PushState.REJECTED, entry.reason) for entry in answer.rejected]
    verdicts += [(url, PushState.LEFT, answer.message or None) for url in answer.left]
    for start in range(0, len(verdicts), 500):
        part = verdicts[start : start + 500]
        with database.write() as session:
            known = select(Push).where(Push.engine == engine, Push.url.in_([url for url, _state, _reason in part]))
            rows = {row.url: row for row in session.scalars(known)}
            for url, state, reason in part:
                row = rows.get(url)
                if row is None:
                    session.add(Push(engine=engine, url=url, state=state, reason=reason, at=now, day=day, times=1))
                else:
                    row.state, row.reason, row.at, row.day, row.times = state, reason, now, day, row.times + 1
    if answer.quota_left is not None:
        with database.write() as session:
            session.merge(PushQuota(engine=engine, day=day, quota_left=answer.quota_left))
