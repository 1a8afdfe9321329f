"""The channel rules, in their order: own token, utm, click id, referrer, in-app browser, direct (reference: GA4's default groups).

For utm the order within is GA4's (support.google.com/analytics/answer/9756891, as Plausible has put it into code):
cross-network → paid shopping → paid search → paid social → paid video → display → paid other → shopping → social → video → AI → search →
e-mail → affiliate → audio → SMS → push → referral. Where we differ: a utm_medium that is word for word one of the media below is that
medium; one that no rule knows is `unassigned` and never falls to referral or direct; where utm names no medium, a click id of the same
platform does.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from enum import IntEnum
from typing import Final, NamedTuple

from growth.channels import ChannelMedium
from growth.traffic.clue import Clue
from growth.traffic.sources import Source, source_named

M = ChannelMedium


class Strength(IntEnum):
    """How much a page view says of where it came from."""

    #: nothing: the referrer is the site itself or was only passed on the way; the visit goes on
    NONE = 0
    #: direct: starts a visit, changes none
    DIRECT = 1
    #: only the app it was opened in: starts a visit, changes none
    IN_APP = 2
    #: a referrer: a touch, also within a visit
    REFERRER = 3
    #: own token, utm or click id: a touch, and a visit of its own where it is another than before
    CAMPAIGN = 4


class Verdict(NamedTuple):
    """Where a page view came from. `token` is a code of ours that is still to be looked up."""

    strength: Strength
    medium: ChannelMedium
    source: str = ""
    campaign: str = ""
    term: str = ""
    click_parameter: str = ""
    click_id: str = ""
    token: str = ""
    #: which rule decided
    rule: str = ""


def judge(clue: Clue) -> Verdict:
    """Where the page view came from; a token of ours is left to whoever knows the links."""
    for rule in RULES:
        if (found := rule(clue)) is not None:
            return found
    return _verdict(clue, Strength.DIRECT, M.DIRECT, rule="direct")


def _by_campaign(clue: Clue) -> Verdict | None:
    if not clue.has_campaign:
        return None
    known = source_named(clue.source) if clue.source else None
    source = known.name if known else clue.source
    medium = _grouped(clue, known)
    if not clue.medium and clue.click is not None and (not source or source == clue.click.source):
        return _verdict(clue, Strength.CAMPAIGN, clue.click.medium, source=clue.click.source, rule="utm+click")
    return _verdict(clue, Strength.CAMPAIGN, medium, source=source, rule="utm")


def _by_click(clue: Clue) -> Verdict | None:
    click = clue.click
    if click is None:
        return None
    sender = clue.referrer.name if clue.referrer else ""
    if sender and sender != click.source and not clue.own_referrer and click.parameter in _COPIED:
        return None
    return _verdict(clue, Strength.CAMPAIGN, click.medium, source=click.source, term=clue.referrer_term, rule="click_id")


def _by_referrer(clue: Clue) -> Verdict | None:
    if not clue.referrer_host:
        return None
    if clue.own_referrer:
        return _verdict(clue, Strength.NONE, M.DIRECT, rule="own_referrer")
    if clue.referrer is not None:
        source, medium = clue.referrer.name, clue.referrer.medium
        if clue.shared and medium is M.WECHAT:
            source = clue.shared
        return _verdict(clue, Strength.REFERRER, medium, source=source, term=clue.referrer_term, rule="referrer")
    return _verdict(clue, Strength.REFERRER, M.REFERRAL, source=clue.referrer_host.removeprefix("www."), rule="referrer")


def _by_app(clue: Clue) -> Verdict | None:
    if clue.in_app is None:
        return None
    source = clue.shared if clue.shared and clue.in_app.medium is M.WECHAT else clue.in_app.name
    return _verdict(clue, Strength.IN_APP, clue.in_app.medium, source=source, rule="in_app")


#: asked in this order; the first that knows an answer decides
RULES: Final[tuple[Callable[[Clue], Verdict | None], ...]] = (_by_campaign, _by_click, _by_referrer, _by_app)
#: click ids that stay in an address when it is copied into another engine (Plausible's tests: DuckDuckGo with gclid is organic)
_COPIED: Final = frozenset({"gclid", "msclkid"})


def _verdict(clue: Clue, strength: Strength, medium: ChannelMedium, *, source: str = "", term: str = "", rule: str) -> Verdict:
    return Verdict(
        strength=strength,
        medium=medium,
        source=source,
        campaign=clue.campaign,
        term=clue.term or term,
        click_parameter=clue.click.parameter if clue.click else "",
        click_id=clue.click_value,
        token=clue.token,
        rule=rule,
    )


_PAID: Final = re.compile(r".*cp.*|ppc|retargeting|paid.*")
_SHOP: Final = re.compile(r".*(([^a-df-z]|^)shop|shopping).*")
#: words for what the rules find, taken as they are
_SAID: Final = {
    medium.value: medium
    for medium in (
        M.ORGANIC_SEARCH,
        M.PAID_SEARCH,
        M.ORGANIC_SOCIAL,
        M.PAID_SOCIAL,
        M.ORGANIC_VIDEO,
        M.PAID_VIDEO,
        M.ORGANIC_SHOPPING,
        M.PAID_SHOPPING,
        M.AI_ASSISTANT,
        M.WECHAT,
    )
}
_MAIL: Final = frozenset({"email", "e-mail", "e_mail", "e mail", "newsletter", "edm", "邮件"})
_SOCIAL: Final = frozenset(
    {"social", "social-network", "social-media", "sm", "social network", "social media", "social_network", "social_media"}
)
_DISPLAY: Final = frozenset({"display", "banner", "expandable", "interstitial", "cpm"})


def _grouped(clue: Clue, known: Source | None) -> ChannelMedium:
    """The medium of utm parameters."""
    medium, source, campaign = clue.medium, clue.source, clue.campaign.lower()
    kind = known.medium if known else None
    paid = bool(_PAID.fullmatch(medium))
    shop = kind is M.ORGANIC_SHOPPING or bool(_SHOP.fullmatch(campaign))
    order: tuple[tuple[bool, ChannelMedium], ...] = (
        (medium in _SAID, _SAID.get(medium, M.UNASSIGNED)),
        ("cross-network" in campaign or medium == "cross-network", M.CROSS_NETWORK),
        (paid and shop, M.PAID_SHOPPING),
        (paid and kind is M.ORGANIC_SEARCH, M.PAID_SEARCH),
        (paid and kind in (M.ORGANIC_SOCIAL, M.WECHAT), M.PAID_SOCIAL),
        (paid and kind is M.ORGANIC_VIDEO, M.PAID_VIDEO),
        (medium in _DISPLAY, M.DISPLAY),
        (paid, M.PAID_OTHER),
        (shop, M.ORGANIC_SHOPPING),
        (kind is M.ORGANIC_SOCIAL or medium in _SOCIAL, M.ORGANIC_SOCIAL),
        (kind is M.WECHAT and medium in ("", "social", "referral", "app", "link"), M.WECHAT),
        (kind is M.ORGANIC_VIDEO or "video" in medium, M.ORGANIC_VIDEO),
        (kind is M.AI_ASSISTANT, M.AI_ASSISTANT),
        (kind is M.ORGANIC_SEARCH or medium == "organic", M.ORGANIC_SEARCH),
        (medium in _MAIL or source in _MAIL or kind is M.EMAIL, M.EMAIL),
        (medium in ("affiliate", "affiliates"), M.AFFILIATE),
        (medium == "audio", M.AUDIO),
        (medium == "sms" or source == "sms" or medium == "短信", M.SMS),
        (medium.endswith("push") or "mobile" in medium or "notification" in medium or source == "firebase", M.PUSH),
        (medium in ("referral", "app", "link"), M.REFERRAL),
    )
    return next((found for holds, found in order if holds), M.UNASSIGNED)
