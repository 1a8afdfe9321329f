"""The demo's workspace: files with marks (``@SITE_URL@``) that are filled in when the workspace is written."""

from __future__ import annotations

import calendar
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from urllib.parse import urlsplit

from growth.sandbox import keys

_FILES = Path(__file__).parent / "workspace"
#: the file that holds variables for ``.env``
ENVIRONMENT = "env"


def marks(*, site_url: str, sandbox_url: str, smtp_port: int, public_url: str, today: date) -> dict[str, str]:
    """What stands for each mark. `site_url` and `public_url` end in a slash, `sandbox_url` does not; dates lie around `today`."""
    this_month = today.replace(day=1)
    last_month = (this_month - timedelta(days=1)).replace(day=1)
    before = (last_month - timedelta(days=1)).replace(day=1)
    return {
        "@SITE_URL@": site_url.rstrip("/") + "/",
        "@SANDBOX_URL@": sandbox_url.rstrip("/"),
        "@SMTP_PORT@": str(smtp_port),
        "@PUBLIC_URL@": public_url.rstrip("/") + "/",
        "@LISTEN@": urlsplit(public_url).netloc,
        "@TODAY@": today.isoformat(),
        "@MONTH_END@": today.replace(day=calendar.monthrange(today.year, today.month)[1]).isoformat(),
        "@LAST_MONTH@": last_month.isoformat(),
        "@TWO_MONTHS_AGO@": before.isoformat(),
        "@NEXT_YEAR@": str(today.year + 1),
        "@INDEXNOW_KEY@": keys.INDEXNOW_KEY,
        "@BAIDU_TOKEN@": keys.BAIDU_TOKEN,
        "@BING_KEY@": keys.BING_KEY,
        "@ALIYUN_ID@": keys.ALIYUN_ID,
        "@ALIYUN_SECRET@": keys.ALIYUN_SECRET,
        "@ROBOT_KEY@": keys.ROBOT_KEY,
        "@WECHAT_APP_ID@": keys.WECHAT_APP_ID,
        "@WECHAT_SECRET@": keys.WECHAT_SECRET,
        "@WECHAT_TOKEN@": keys.WECHAT_TOKEN,
        "@WECHAT_AES_KEY@": keys.WECHAT_AES_KEY,
    }


def workspace_files() -> Iterator[tuple[str, str]]:
    """The demo's files by relative name, their marks not yet filled."""
    for file in sorted(_FILES.rglob("*")):
        if file.is_file():
            yield file.relative_to(_FILES).as_posix(), file.read_text("utf-8")


def write_demo_workspace(folder: Path, *, site_url: str, sandbox_url: str, smtp_port: int, public_url: str, today: date) -> dict[str, str]:
    """Write the demo's files into `folder`, each whole; returns the variables for ``.env`` (keys of growth itself are not among them).

    Files that are there already are written anew.
    """
    filled = marks(site_url=site_url, sandbox_url=sandbox_url, smtp_port=smtp_port, public_url=public_url, today=today)
    variables: dict[str, str] = {}
    for name, text in workspace_files():
        for mark, value in filled.items():
            text = text.replace(mark, value)
        if name == ENVIRONMENT:
            pairs = (line.partition("=") for line in text.splitlines() if line and not line.startswith("#"))
            variables = {key: value for key, _equals, value in pairs}
            continue
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        beside = target.with_name(target.name + ".new")
        beside.write_text(text, "utf-8")
        beside.replace(target)
    return variables
