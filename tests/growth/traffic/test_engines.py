"""A whole story, told on SQLite and on PostgreSQL: the same visits, touches and sign-ups."""

from __future__ import annotations

from collections.abc import Callable

from growth.channels import clicks_by_channel, record_click, resolve_link
from growth.db import Database
from growth.traffic import Received, find_signup, visits
from tests.growth.traffic.conftest import CHANNELS, YAML
from tests.journeys import Site, journey


def test_the_same_story_on_each_engine(open_workspace: Callable[..., Database]) -> None:
    site = Site(open_workspace(YAML, files={"channels.yaml": CHANNELS}))
    held: list[Received] = []
    late = journey(site, "late", held=held).visit("/", referrer="https://www.zhihu.com/").wait(minutes=5).go("/x").leave()
    site.send(held[1], held[2])
    journey(site, "ming").visit("/", via="poster").wait(minutes=3).go("/register").sign_up("u1", role="investor", phone="13800138000")
    journey(site, None).visit("/loan?bd_vid=1").sign_up("u2", openid="oABC").step("u2", "apply")
    site.send(held[0])
    with site.database.write() as session:
        link = resolve_link(session, site.link("poster"))
        record_click(session, link=link, at=site.start, bot=None, workspace=site.database.workspace)
    with site.database.read() as session:
        found = [(visit.channel, visit.source, visit.landing, visit.pages) for visit in visits(session)]
        assert sorted(found) == [("baidu-paid", "baidu", "/loan", 1), ("organic-social", "zhihu", "/", 2), ("poster", None, "/", 2)]
        assert find_signup(session, "u1").visit_id is not None
        assert find_signup(session, "u2").visit_id is not None
        assert clicks_by_channel(session)["poster"].people == 1
    assert late.visitor == "late"
