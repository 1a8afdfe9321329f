"""Paid beside organic: what a word cost as an ad and brought, from imported costs and the attribution report by keyword."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from growth.attribution import MICRO, Dimension, attribution_report, model_named
from growth.channels import COST
from growth.money import Money
from growth.workspace import Workspace
from seo.reading.text import folded


@dataclass(frozen=True, slots=True, kw_only=True)
class Paid:
    """One word as an ad over some days. `costs` one sum a currency; `signups` are credits of the model that growth.yaml names."""

    costs: tuple[Money, ...]
    clicks: int
    impressions: int
    visits: int
    signups: float
    #: cost per sign-up, where there is one currency and a sign-up
    cac: Money | None


def paid_words(session: Session, workspace: Workspace, *, words: Collection[str], from_day: date, until_day: date) -> dict[str, Paid]:
    """What each of the folded `words` cost and brought on these site days, inclusive; words without cost, visit or sign-up are left out.

    Sign-ups and visits are those of `growth attribution report --by keyword`: where the ad's address carried the word.
    """
    costs, clicks, impressions = _costs(session, words, from_day, until_day)
    micros: dict[str, int] = defaultdict(int)
    visits: dict[str, int] = defaultdict(int)
    report = attribution_report(
        session,
        workspace=workspace,
        model=model_named(workspace.settings.attribution.model),
        from_day=from_day,
        until_day=until_day,
        dimension=Dimension.KEYWORD,
    )
    for row in report.rows:
        if (key := folded(row.label)) in words:
            micros[key] += row.micros
            visits[key] += row.visits
    found = {}
    for key in words:
        sums = tuple(Money.from_minor(minor, unit) for unit, minor in sorted(costs[key].items()))
        if sums or micros[key] or visits[key]:
            cac = Money.from_minor(round(sums[0].minor * MICRO / micros[key]), sums[0].currency) if len(sums) == 1 and micros[key] else None
            found[key] = Paid(
                costs=sums,
                clicks=clicks[key],
                impressions=impressions[key],
                visits=visits[key],
                signups=micros[key] / MICRO,
                cac=cac,
            )
    return found


def _costs(
    session: Session, words: Collection[str], from_day: date, until_day: date
) -> tuple[dict[str, dict[str, int]], dict[str, int], dict[str, int]]:
    """Minor units by word and currency, clicks and impressions by word: rows of `growth costs import` that name a keyword."""
    minor: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    clicks: dict[str, int] = defaultdict(int)
    impressions: dict[str, int] = defaultdict(int)
    query = (
        select(COST.c.keyword, COST.c.currency, func.sum(COST.c.amount), func.sum(COST.c.clicks), func.sum(COST.c.impressions))
        .where(COST.c.keyword != "", COST.c.day.between(from_day, until_day))
        .group_by(COST.c.keyword, COST.c.currency)
    )
    for word, currency, amount, clicked, shown in session.execute(query):
        if (key := folded(word)) in words:
            minor[key][currency] += int(amount)
            clicks[key] += int(clicked or 0)
            impressions[key] += int(shown or 0)
    return minor, clicks, impressions
