"""``growth traffic``: visits, and how one is classified."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from growth.cli import toolkit
from growth.language import _

app = toolkit.group(_("Visits, and how one is classified."))


@app.command("classify")
def classify_(
    file: Annotated[Path | None, typer.Argument(metavar="[FILE]", help=_("JSON lines; default: standard input."))] = None,
) -> None:
    """Say how page views are classified; needs no database.

    Example: echo '{"url":"https://www.example.com/?bd_vid=1","referrer":"","user_agent":""}' | growth traffic classify
    """
    own, ignored = _site()
    rows = (_classified(line, number, own, ignored) for number, line in enumerate(_lines(file), 1) if line.strip())
    columns = {name: name for name in ("bot", "medium", "source", "term", "campaign", "click_id", "rule")}
    toolkit.emit_rows(rows, columns=columns, long=True)


@app.command("visits")
def visits_(
    from_: Annotated[str | None, typer.Option("--from", metavar="D", help=_("First day."))] = None,
    to: Annotated[str | None, typer.Option("--to", metavar="D", help=_("Last day."))] = None,
) -> None:
    """List visits, bots left out. Example: growth traffic visits --from 2026-11-01 --to 2026-11-30 --jsonl"""
    from growth.traffic import catch_up, visits

    database = toolkit.database()
    catch_up(database)
    columns = {
        "started_at": _("Start"),
        "visitor": _("Visitor"),
        "channel": _("Channel"),
        "source": _("Source"),
        "pages": _("Pages"),
        "landing": _("Landing page"),
    }
    with database.read() as session:
        rows = visits(session, from_day=toolkit.parse_day(from_) if from_ else None, until_day=toolkit.parse_day(to) if to else None)
        toolkit.emit_rows(
            rows, columns=columns, long=True, empty=_("No visits yet. Put the script on the site, or: growth events import FILE")
        )


def _site() -> tuple[frozenset[str], frozenset[str]]:
    """The site's domains and hosts to ignore, where the command stands in a workspace."""
    from growth.errors import GrowthError
    from growth.traffic import registered_domain
    from growth.workspace.problems import WorkspaceMissing

    try:
        site = toolkit.workspace().settings.site
    except WorkspaceMissing:
        return frozenset(), frozenset()
    except GrowthError:
        raise
    return frozenset(registered_domain(host) for host in site.hosts), frozenset(site.ignore_referrers)


def _classified(line: str, number: int, own: frozenset[str], ignored: frozenset[str]) -> Any:
    from growth.errors import GrowthError, Where
    from growth.traffic import classify

    try:
        document = json.loads(line)
        if not isinstance(document, dict):
            raise TypeError
        texts = [document.get(name) or "" for name in ("url", "referrer", "user_agent")]
        if not all(isinstance(text, str) for text in texts):
            raise TypeError
        return classify(*texts, own_domains=own, ignored=ignored)
    except (ValueError, TypeError) as fault:
        raise GrowthError(
            _("line {line} names no web address", line=number),
            fix='{"url": "https://…", "referrer": "", "user_agent": ""}',
            where=Where("-", number),
        ) from fault


def _lines(file: Path | None) -> Iterator[str]:
    from growth.errors import GrowthError

    if file is None or str(file) == "-":
        yield from sys.stdin
        return
    try:
        yield from file.read_text("utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as fault:
        raise GrowthError(_("{path} cannot be read", path=file), fix=_("check the path; it is UTF-8 text")) from fault
