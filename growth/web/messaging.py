"""``/webhooks/sendgrid`` and ``/webhooks/sms/PROVIDER/SECRET``: what providers report. 2xx is said after the commit, never before."""

from __future__ import annotations

from hmac import compare_digest

from litestar.handlers import HTTPRouteHandler

from growth.contacts import Medium
from growth.errors import ProviderError
from growth.language import _
from growth.messaging import Provider, RawRequest, UnknownProvider, UnsupportedFeature, apply_feedback, open_provider
from growth.web import Missing, Page, Visitor, public
from growth.web.limits import TOKENS, Purpose
from growth.web.refusals import Refusal, TooOften
from growth.workspace import MissingSecret

#: a report of a provider holds many events: SendGrid sends up to 768 KB
MOST_BYTES = 1024 * 1024


class Unproven(Refusal):
    """A report whose sender cannot be told, or that is none."""

    status = 401

    def __init__(self) -> None:
        super().__init__(_("This report cannot be verified; nothing was stored."), fix=_("Check the address and the key at the provider."))


@public("/webhooks/sendgrid", methods=("POST",), most_bytes=MOST_BYTES)
def sendgrid_events(visitor: Visitor) -> Page:
    """SendGrid's events, signed over their raw bytes. Without ``email.sendgrid.webhook_public_key`` the address is off."""
    key = visitor.workspace.settings.email.of_sendgrid.webhook_public_key
    if not key or not _resolved(visitor, key):
        raise Missing
    _apply(visitor, _open(visitor, Medium.EMAIL, "sendgrid"))
    return visitor.nothing()


@public("/webhooks/sms/{provider:str}/{secret:str}", methods=("POST",), most_bytes=MOST_BYTES)
def sms_report(visitor: Visitor, provider: str, secret: str) -> Page:
    """Receipts and replies of a text-message gateway. Gateways sign nothing: the secret in the address is the proof."""
    settings = visitor.workspace.settings.sms
    wanted = _resolved(visitor, settings.webhook_secret)
    if not wanted or provider != settings.provider:
        raise Missing
    if not compare_digest(wanted.encode(), secret.encode()):
        # only guesses are counted: a gateway reports each message of a large mailing within minutes
        if seconds := visitor.shell.limits.take(Purpose.TOKEN, visitor.network, TOKENS):
            raise TooOften(seconds)
        raise Unproven
    _apply(visitor, _open(visitor, Medium.SMS, provider))
    return visitor.json({"code": 0, "msg": "OK", "result": 0, "errmsg": "OK"})


def _apply(visitor: Visitor, provider: Provider) -> None:
    request = RawRequest(body=visitor.body, headers=visitor.headers, path=visitor.path, at=visitor.now)
    try:
        events = provider.read_feedback(request)
    except (ProviderError, UnsupportedFeature) as fault:
        raise Unproven from fault
    finally:
        provider.close()
    apply_feedback(visitor.database, provider.name, events, now=visitor.now)


def _open(visitor: Visitor, medium: Medium, name: str) -> Provider:
    """The provider, its account set up. One that is not is off: nothing was sent by it."""
    try:
        return open_provider(visitor.workspace, medium, name)
    except (UnknownProvider, MissingSecret, ProviderError) as fault:
        raise Missing from fault


def _resolved(visitor: Visitor, text: str) -> str:
    """A setting's value; empty where its variable is not there, which turns the address off."""
    try:
        return visitor.workspace.resolve(text)
    except MissingSecret:
        return ""


def pages() -> list[HTTPRouteHandler]:
    """The addresses that providers report to."""
    return [sendgrid_events, sms_report]
