"""``POST /api/v1/signups`` and ``/api/v1/events``: what the site's server says."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from litestar.handlers import HTTPRouteHandler
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from growth.language import _
from growth.traffic import (
    Answer,
    KeyUsedOtherwise,
    earlier_answer,
    keep_answer,
    read_signup,
    read_step,
    record_signup,
    record_step,
    visitor_of_view,
)
from growth.web import Caller, Page, api


@api("/api/v1/signups", scope="signups")
def signups(caller: Caller) -> Page:
    """Book a sign-up: 201; the same answer for a repeat, 409 for the same Idempotency-Key with another body."""

    def book() -> Callable[[Session], dict[str, Any]]:
        body = read_signup(caller.document())
        visitor = visitor_of_view(caller.database, body.page, at=caller.now) if body.page and not body.visitor else None

        def write(session: Session) -> dict[str, Any]:
            view, _new = record_signup(session, body, workspace=caller.workspace, now=caller.now, visitor=visitor)
            return {"id": body.id, "signup": str(view.id), "visit": str(view.visit_id) if view.visit_id else None}

        return write

    return _once(caller, "signups", book)


@api("/api/v1/events", scope="events")
def events(caller: Caller) -> Page:
    """Book a step of a sign-up: 201; one whose sign-up has not come waits for it."""

    def book() -> Callable[[Session], dict[str, Any]]:
        body = read_step(caller.document())

        def write(session: Session) -> dict[str, Any]:
            known, _new = record_step(session, body, workspace=caller.workspace, now=caller.now)
            return {"signup": body.signup, "step": body.step, "state": "booked" if known else "waiting"}

        return write

    return _once(caller, "events", book)


def _once(caller: Caller, what: str, book: Callable[[], Callable[[Session], dict[str, Any]]]) -> Page:
    """Do it once for an Idempotency-Key; without one the site's own ids see to it."""
    scope, key = f"{what}:{caller.key.name}", caller.idempotency_key
    try:
        if key:
            with caller.database.read() as session:
                if (earlier := earlier_answer(session, scope=scope, key=key, body=caller.body)) is not None:
                    return caller.json(earlier.document, status=earlier.status)
        write = book()
        try:
            return _written(caller, scope, key, write)
        except IntegrityError:
            # the same thing came twice at once, and the other one was first: now it is there
            return _written(caller, scope, key, write)
    except KeyUsedOtherwise as fault:
        return caller.problem(409, _("Idempotency-Key used for another body"), detail=fault.message, fix=fault.fix)


def _written(caller: Caller, scope: str, key: str, write: Callable[[Session], dict[str, Any]]) -> Page:
    with caller.database.write() as session:
        if key and (earlier := earlier_answer(session, scope=scope, key=key, body=caller.body)) is not None:
            return caller.json(earlier.document, status=earlier.status)
        answer = Answer(status=201, document=write(session))
        if key:
            keep_answer(session, scope=scope, key=key, body=caller.body, answer=answer, now=caller.now)
    return caller.json(answer.document, status=answer.status)


def pages() -> list[HTTPRouteHandler]:
    """The API of sign-ups and steps."""
    return [signups, events]
