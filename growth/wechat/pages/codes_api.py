"""``POST /api/v1/wechat/codes``: what the site shows somebody who registered, so that they can say it to the official account."""

from __future__ import annotations

from growth.traffic import read_signup_name
from growth.web import Caller, Page, api
from growth.wechat.bind import LIFETIME, make_code


@api("/api/v1/wechat/codes", scope="signups")
def codes(caller: Caller) -> Page:
    """A code that joins the follower who gives it to the sign-up: 201. Each call makes a new one; older ones stay good until they end."""
    signup = read_signup_name(caller.document())
    with caller.database.write() as session:
        code = make_code(session, key=f"signup:{signup}", now=caller.now)
    return caller.json({"signup": signup, "code": code, "expires_at": (caller.now + LIFETIME).isoformat()}, status=201)
