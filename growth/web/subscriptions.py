"""What people say about our messages: unsubscribing (RFC 8058), preferences, subscribing with confirmation, and the open pixel.

GET changes nothing anywhere: mailbox scanners follow every link. No page says whether an address is known.
"""

from __future__ import annotations

from dataclasses import dataclass

from litestar.handlers import HTTPRouteHandler

from growth.contacts import BadAddress, Medium
from growth.db import vault
from growth.language import _
from growth.messaging import (
    PIXEL,
    Preferences,
    ask_to_confirm,
    asked,
    confirm,
    opener,
    preferences_of,
    preferences_url,
    read_unsubscribe,
    record_open,
    set_preferences,
    unsubscribe,
)
from growth.security import BadToken, mask_address
from growth.traffic import bot_reason
from growth.web import Missing, Page, Visitor, public

#: version of the words that people agree to on these pages; a new wording gets a new one
TEXT_VERSION = "2026-11"


@dataclass(frozen=True, slots=True, kw_only=True)
class UnsubscribePage:
    """Variables of unsubscribe.html."""

    #: whether it is done
    done: bool
    #: the medium in words
    medium: str
    #: where finer wishes are said
    preferences: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PreferencesPage:
    """Variables of preferences.html."""

    #: (medium, its words, whether marketing comes, whether notices come)
    media: list[tuple[str, str, bool, bool]]
    #: whether this is the answer to a change
    saved: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmPage:
    """Variables of confirm.html."""

    #: the address, masked
    address: str
    #: whether it is done
    done: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscribePage:
    """Variables of subscribe.html."""

    #: what was wrong, or empty
    fault: str


def medium_words(medium: Medium) -> str:
    """A medium as people read it."""
    return {Medium.EMAIL: _("E-mails"), Medium.SMS: _("Text messages"), Medium.WECHAT: _("WeChat messages")}[medium]


def _missing() -> Missing:
    return Missing(_("This link is not valid: perhaps it was cut short when it was copied."))


@public("/unsubscribe/{token:str}", methods=("GET", "POST"), token=True)
def unsubscribe_page(visitor: Visitor, token: str) -> Page:
    """GET shows one button; POST unsubscribes at once, without redirect or cookie, from a mailbox's own button too (RFC 8058)."""
    try:
        if visitor.method == "POST":
            with visitor.database.write() as session:
                recipient = unsubscribe(session, token, at=visitor.now)
        else:
            with visitor.database.read() as session:
                recipient = read_unsubscribe(vault(session), token)
    except BadToken as fault:
        raise _missing() from fault
    done = visitor.method == "POST"
    link = preferences_url(visitor.workspace, visitor.database.vault, contact_id=recipient.contact_id)
    page = UnsubscribePage(done=done, medium=medium_words(recipient.medium), preferences=link)
    return visitor.render("web/contacts/unsubscribe.html", page, title=_("You are unsubscribed") if done else _("Unsubscribe"))


@public("/preferences/{token:str}", methods=("GET", "POST"), token=True)
def preferences_page(visitor: Visitor, token: str) -> Page:
    """What the person gets, and what they want to get."""
    try:
        with visitor.database.read() as session:
            _contact, found = preferences_of(session, token)
        if visitor.method == "POST":
            form = visitor.form
            wanted = Preferences(
                marketing={medium: form.ticked(f"marketing-{medium}") and not form.ticked("none") for medium in found.marketing},
                service={medium: form.ticked(f"service-{medium}") and not form.ticked("none") for medium in found.service},
            )
            with visitor.database.write() as session:
                found = set_preferences(session, token, wanted, at=visitor.now, text_version=TEXT_VERSION)
    except BadToken as fault:
        raise _missing() from fault
    media = [(str(medium), medium_words(medium), found.marketing[medium], found.service[medium]) for medium in found.marketing]
    page = PreferencesPage(media=media, saved=visitor.method == "POST")
    return visitor.render("web/contacts/preferences.html", page, title=_("What you would like to get"))


@public("/subscribe", methods=("POST",))
def subscribe(visitor: Visitor) -> Page:
    """From a form of the site: fields `email`, and `source` for the form's name. Always the same answer, whoever asks."""
    fault = ""
    if not visitor.form.get("website"):
        # “website” is hidden from people; only programs fill it
        try:
            ask_to_confirm(visitor.database, email=visitor.form.get("email"), source=visitor.form.get("source"), now=visitor.now)
        except BadAddress as bad:
            fault = bad.message
    title = _("This does not look like an e-mail address") if fault else _("Please look into your mailbox")
    return visitor.render("web/contacts/subscribe.html", SubscribePage(fault=fault), title=title, status=400 if fault else 200)


@public("/confirm/{token:str}", methods=("GET", "POST"), token=True)
def confirm_page(visitor: Visitor, token: str) -> Page:
    """GET shows one button, since scanners open links; POST is the consent."""
    try:
        if visitor.method == "POST":
            address = confirm(visitor.database, token, at=visitor.now, text_version=TEXT_VERSION)
        else:
            address = asked(visitor.database, token)
    except BadToken as fault:
        raise Missing(_("This link has expired or is not valid. Please subscribe once more.")) from fault
    done = visitor.method == "POST"
    title = _("Thank you, you are subscribed") if done else _("Confirm your subscription")
    return visitor.render("web/contacts/confirm.html", ConfirmPage(address=mask_address(address), done=done), title=title)


@public("/o/{picture:str}")
def opened(visitor: Visitor, picture: str) -> Page:
    """The open pixel: always the picture, whatever the token is worth. A HEAD tells nothing."""
    token = picture.removesuffix(".gif")
    if visitor.method == "GET" and token != picture:
        by = opener(visitor.user_agent, bot=bot_reason(visitor.user_agent) is not None)
        try:
            with visitor.database.write() as session:
                record_open(session, token, by=by, at=visitor.now)
        except BadToken:
            pass
    return visitor.content(PIXEL, media_type="image/gif", cache="no-store, private")


def pages() -> list[HTTPRouteHandler]:
    """The public routes of subscriptions."""
    return [unsubscribe_page, preferences_page, subscribe, confirm_page, opened]
