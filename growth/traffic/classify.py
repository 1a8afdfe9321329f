"""How one page view is classified, without a database: ``growth traffic classify`` and the tests of the rules."""

from __future__ import annotations

from dataclasses import dataclass

from growth.traffic.bots import bot_reason
from growth.traffic.clue import read_clue
from growth.traffic.rules import judge


@dataclass(frozen=True, slots=True, kw_only=True)
class Classified:
    """What the rules say of an address, a referrer and a user agent; None where nothing was said."""

    bot: str | None
    medium: str
    source: str | None
    term: str | None
    campaign: str | None
    click_id: str | None
    click_parameter: str | None
    token: str | None
    rule: str


def classify(
    url: str, referrer: str = "", user_agent: str = "", *, own_domains: frozenset[str] = frozenset(), ignored: frozenset[str] = frozenset()
) -> Classified:
    """Classify one page view. A user agent that is not given is no reason to take it for a bot. Raises ValueError for a bad address."""
    verdict = judge(read_clue(url, referrer, user_agent, own_domains=own_domains, ignored=ignored))
    reason = bot_reason(user_agent) if user_agent else None
    return Classified(
        bot=reason.value if reason else None,
        medium=verdict.medium.value,
        source=verdict.source or None,
        term=verdict.term or None,
        campaign=verdict.campaign or None,
        click_id=verdict.click_id or None,
        click_parameter=verdict.click_parameter or None,
        token=verdict.token or None,
        rule=verdict.rule,
    )
