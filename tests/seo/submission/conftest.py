"""A site on this machine, the sandbox's search engines and directory around it, and the command line in its workspace."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from growth.db import Database
from growth.language import speaking
from growth.sandbox import Sandbox
from growth.sandbox.keys import BAIDU_TOKEN, BING_KEY, INDEXNOW_KEY
from seo.submission import push
from tests.command import Growth, growth_in
from tests.conftest import NOW
from tests.elsewhere import Elsewhere, elsewhere, our_site

__all__ = ["elsewhere", "growth_in", "our_site"]

GROWTH = """site:
  name: 诚信贷
  url: '{site}/'
  company: 诚信数据科技有限公司
  icp: 京ICP备00000000号
  founded: 2014-05-01
  names: {{4: 诚信贷, 15: 诚信贷小额借款网, 30: "诚信贷：写明年化利率与费用的小额借款网站"}}
  descriptions: {{30: 费用写明、资金存管的小额借款网站, 200: "{long}"}}
email: {{from: "诚信贷 <news@example.com>"}}
submit:
  baidu: {{site: '{site}', token: "${{BAIDU_PUSH_TOKEN}}", endpoint: '{sandbox}/urls'}}
  indexnow: {{key: {key}, endpoint: '{sandbox}/indexnow'}}
  bing: {{api_key: "${{BING_API_KEY}}", endpoint: '{sandbox}/webmaster/api.svc/json'}}
alerts: {{listing_lost: [ops@example.com]}}
"""
DIRECTORY = """directories:
  wanxiang:
    name: 万象导航
    name_en: Wanxiang
    home: "{sandbox}/directory"
    submit_url: "{sandbox}/directory/submit"
    method: form
    automation: allowed
    requires: [icp, home-200, title]
    fields: {{name: {{chars: 15}}, url: {{chars: 255}}, description: {{chars: 85}}}}
    review_days: 7
    find: ["{sandbox}/directory/category/finance"]
    form:
      url: "{sandbox}/directory/submit"
      fields: {{name: name, url: url, description: description, email: "=news@example.com", category: "=finance"}}
      success: 投稿成功，编号 \\d+
      error: 投稿失败：[^。]+
"""
CHANNELS = "channels:\n  wanxiang: {medium: directory}\n  hao123: {medium: directory}\n"
PLACEMENTS = (
    "placements:\n"
    "  - {{id: wanxiang-finance, channel: wanxiang, kind: directory, target: wanxiang, link_to: '{site}/', rel: follow}}\n"
    "  - {{id: hao123-home, channel: hao123, kind: directory, target: hao123}}\n"
)

Opened = Callable[..., Database]


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with speaking("en"):
        yield


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """The tries stay, their pauses do not."""
    monkeypatch.setattr(push, "PAUSES", (0.0,) * len(push.PAUSES))


@pytest.fixture(scope="session")
def running() -> Iterator[Sandbox]:
    with Sandbox() as found:
        yield found


@pytest.fixture
def sandbox(running: Sandbox) -> Sandbox:
    """A sandbox in which nothing has happened yet; an entry waits for its editor."""
    running.reset(now=lambda: NOW)
    running.directory.review = None
    return running


@pytest.fixture
def opened(open_workspace: Callable[..., Database], sandbox: Sandbox, our_site: Elsewhere) -> Opened:
    """``opened(growth=…, directories=…, env=…)`` → a database whose workspace knows the sandbox; its site is `our_site`."""

    def make(
        *, growth: str = GROWTH, directories: str = DIRECTORY, placements: str = PLACEMENTS, env: dict[str, str] | None = None
    ) -> Database:
        given = {"site": our_site.url, "sandbox": sandbox.url, "key": INDEXNOW_KEY, "long": "费用写明。" * 30}
        files = {
            "directories.yaml": directories.format(**given),
            "placements.yaml": placements.format(**given),
            "channels.yaml": CHANNELS,
        }
        secrets = {"BAIDU_PUSH_TOKEN": BAIDU_TOKEN, "BING_API_KEY": BING_KEY} | (env or {})
        return open_workspace(growth.format(**given), files=files, env=secrets)

    return make


@pytest.fixture
def growth(growth_in: Callable[[Path], Growth]) -> Callable[[Database], Growth]:
    """``growth(database)("submit", "list", "--json")``."""
    return lambda database: growth_in(database.workspace.root)
