"""growth placement list and verify: as scripts call them, in the shapes of the contract."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest

from growth.db import Database
from growth.placements import PlacementState, move
from growth.placements.keep import sync
from tests.command import Growth
from tests.elsewhere import Elsewhere
from tests.journeys import Site, journey


@pytest.fixture
def database_url() -> None:
    """Commands are the same on each engine."""
    return


THREE = """placements:
  - {{id: hao123-home, channel: hao123, kind: directory, target: hao123, at: '{page}', cost: 80 CNY}}
  - {{id: sina-1, channel: media-sina, kind: article, title: 三个问题}}
  - {{id: sina-2, channel: media-sina, kind: article, title: 五个问题}}
"""


@pytest.fixture
def there(placed: Callable[..., Database], elsewhere: Elsewhere, our_site: Elsewhere) -> Database:
    elsewhere.put("/links", f'<a href="{our_site.url}/">诚信贷</a>')
    return placed(THREE.format(page=f"{elsewhere.url}/links"), more="traffic: {identity: cookie}")


def test_the_list_holds_state_evidence_cost_visits_and_signups(
    there: Database, growth: Callable[[Database], Growth], now: datetime
) -> None:
    sync(there, now=now)
    with there.write() as session:
        move(session, id="hao123-home", to=PlacementState.SUBMITTED, at=now, evidence="工单 1234", actor="user:ming")
    done = growth(there)("placement", "list", "--json")
    assert done.code == 0
    assert [row["id"] for row in done.json] == ["hao123-home", "sina-1", "sina-2"]
    first = done.json[0]
    assert (first["channel"], first["kind"], first["target"], first["state"]) == ("hao123", "directory", "hao123", "submitted")
    assert first["cost"] == {"amount": "80.00", "currency": "CNY"}
    assert first["since"] == "2026-11-23T10:00:00+08:00"
    assert (first["evidence"], first["checked_at"], first["visits"], first["signups"]) == ("工单 1234", None, 0, 0)
    assert done.json[1]["evidence"] is None
    assert [row["id"] for row in growth(there)("placement", "list", "--kind", "article", "--jsonl").lines] == ["sina-1", "sina-2"]


def test_visits_and_signups_come_by_the_placements_own_links_or_by_its_channel(
    there: Database, growth: Callable[[Database], Growth], now: datetime
) -> None:
    site = Site(there)
    journey(site).visit("/", via="hao123").wait(minutes=5).sign_up("ming")
    journey(site).visit("/", via="hao123")
    code = site.link("media-sina", label="placement:sina-1")
    journey(site).visit(f"/?g={code}").sign_up("hong")
    journey(site).visit("/", via="media-sina")
    rows = {row["id"]: row for row in growth(there)("placement", "list", "--json").json}
    assert (rows["hao123-home"]["visits"], rows["hao123-home"]["signups"]) == (2, 1), "the only one of its channel"
    assert (rows["sina-1"]["visits"], rows["sina-1"]["signups"]) == (1, 1), "by its own link"
    assert (rows["sina-2"]["visits"], rows["sina-2"]["signups"]) == (None, None), "who of the two brought the other cannot be told"


def test_verify_looks_at_what_has_a_page_and_was_begun(there: Database, growth: Callable[[Database], Growth], now: datetime) -> None:
    assert growth(there)("placement", "verify", "--json").json == [], "what is only planned is looked at when it is named"
    done = growth(there)("placement", "verify", "hao123-home", "--json")
    assert done.code == 0
    (look,) = done.json
    assert (look["id"], look["verdict"], look["state"]) == ("hao123-home", "listed", "live")
    assert "诚信贷" in look["evidence"]
    assert [row["id"] for row in growth(there)("placement", "verify", "--json").json] == ["hao123-home"]


def test_a_dry_run_of_verify_fetches_nothing(there: Database, growth: Callable[[Database], Growth], elsewhere: Elsewhere) -> None:
    done = growth(there)("placement", "verify", "hao123-home", "--dry-run", "--json")
    assert done.json == [{"id": "hao123-home", "at": f"{elsewhere.url}/links"}]
    assert elsewhere.asked == []
    assert growth(there)("placement", "list", "--json").json[0]["state"] == "planned"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("verify", "hao132-home"), "hao132-home"),
        (("list", "--kind", "directry"), "did you mean “directory”"),
        (("lost",), "lost"),
    ],
)
def test_wrong_use_is_2_with_a_way_out(there: Database, growth: Callable[[Database], Growth], words: tuple[str, ...], said: str) -> None:
    done = growth(there)("placement", *words)
    assert (done.code, done.out) == (2, "")
    assert said in done.err
    assert "fix: " in done.err


def test_an_empty_list_says_what_to_do(placed: Callable[..., Database], growth: Callable[[Database], Growth]) -> None:
    database = placed("placements: []\n")
    assert "growth new placement" in growth(database)("placement", "list").out
    assert growth(database)("placement", "list", "--json").json == []
