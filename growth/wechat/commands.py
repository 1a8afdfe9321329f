"""``growth wechat``: check, plan, apply, try, QR codes, followers, inbox, figures."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from growth import clock
from growth.cli import toolkit
from growth.errors import ExitCode, GrowthError
from growth.language import _

if TYPE_CHECKING:
    from growth.wechat.settings import WeChatFile

app = toolkit.group(_("The WeChat official account: growth wechat try 利率多少"))
followers_app = toolkit.group(_("Followers: growth wechat followers sync"))
app.add_typer(followers_app, name="followers")


def _file(*, configured: bool = True) -> WeChatFile:
    from growth.wechat.settings import WeChatFile

    file = toolkit.workspace().one("wechat", WeChatFile)
    if configured and not toolkit.workspace().resolve(file.account.app_id):
        raise GrowthError(_("wechat.yaml has no account"), fix="account: {app_id: wx…, type: service, verified: true, mode: safe}")
    return file


@app.command()
def check() -> None:
    """Lint wechat.yaml against WeChat's limits and the account's rights. Example: growth wechat check"""
    from growth.wechat.lint import check as run
    from growth.workspace import Severity

    problems = list(run(toolkit.workspace(), "wechat", _file(configured=False)))
    toolkit.emit_rows(
        problems,
        columns={"file": _("File"), "line": _("Line"), "severity": _("Severity"), "message": _("What"), "hint": _("Hint")},
        empty=_("wechat.yaml is within WeChat's limits."),
    )
    if any(problem.severity is Severity.ERROR for problem in problems):
        raise typer.Exit(ExitCode.FOUND)


@app.command()
def plan() -> None:
    """What differs between wechat.yaml and the live account: menus, tags, QR codes. Example: growth wechat plan"""
    from growth.wechat.client import Account
    from growth.wechat.live import plan as run

    file = _file()
    steps = run(toolkit.database(), file, Account(toolkit.database(), file), now=clock.now())
    _print_steps(steps, done=False)


@app.command()
def apply(dry_run: toolkit.dry_run_option = False) -> None:
    """Make the live account as wechat.yaml says. Example: growth wechat apply"""
    from growth.wechat import live
    from growth.wechat.client import Account

    file = _file()
    account = Account(toolkit.database(), file)
    run = live.plan if dry_run else live.apply
    _print_steps(run(toolkit.database(), file, account, now=clock.now()), done=not dry_run)
    if not dry_run:
        toolkit.hint(_("Followers see a new menu within 5 minutes, or when they open the account anew."))


def _print_steps(steps: list[Any], *, done: bool) -> None:
    rows = [{"what": step.what, "action": step.action, "done": done, "detail": step.detail} for step in steps]
    toolkit.emit_rows(
        rows, columns={"what": _("What"), "action": _("Step"), "done": _("Done")}, empty=_("The live account is as wechat.yaml says.")
    )


@app.command("try")
def try_(
    text: Annotated[str, typer.Argument(help=_("What a follower writes."))] = "",
    event: Annotated[str | None, typer.Option(help=_("subscribe, scan, click …"))] = None,
    key: Annotated[str, typer.Option(help=_("Scene or menu key of the event."))] = "",
    openid: Annotated[str, typer.Option(help=_("Who writes; matters for {{ contact.name }}."))] = "openid-of-nobody",
) -> None:
    """What the bot would answer; no network, nothing is stored. Example: growth wechat try 利率多少"""
    from growth.wechat.trying import try_message

    found = try_message(toolkit.workspace(), _file(configured=False), text=text, event=event, key=key, openid=openid, now=clock.now())
    toolkit.emit(found, text=f"[{found['rule']}] {found['reply']}")


@app.command()
def qrcode(
    channel: Annotated[str | None, typer.Argument(help=_("A channel of wechat.yaml › qrcodes; else all are listed."))] = None,
    output: Annotated[Path | None, typer.Option("-o", "--output", help="poster.png, .svg, .pdf")] = None,
) -> None:
    """A channel's QR code, made at WeChat where there is none. Example: growth wechat qrcode poster-subway -o poster.svg"""
    from growth.wechat.qrcodes import ensure_code, qr_codes

    database = toolkit.database()
    if channel is None:
        with database.read() as session:
            rows = qr_codes(session)
        toolkit.emit_rows(
            rows,
            columns={"channel": _("Channel"), "permanent": _("Permanent"), "url": _("Says"), "expires_at": _("Until")},
            empty=_("No QR code yet: declare it in wechat.yaml › qrcodes, then: growth wechat apply"),
        )
        return
    from growth.channels import form_of, qr_code
    from growth.wechat.client import Account

    file = _file()
    form = form_of(output) if output else None
    code = ensure_code(database, file, Account(database, file), channel=channel, now=clock.now())
    if output is not None and form is not None:
        from growth.reporting import write_whole

        write_whole(output, qr_code(code.url, form=form))
    toolkit.emit({**_plain(code), "file": str(output) if output else None}, text=_("{channel}: {url}", channel=channel, url=code.url))


def _plain(code: Any) -> dict[str, Any]:
    return {name: getattr(code, name) for name in ("channel", "scene", "permanent", "url", "created_at", "expires_at")}


@followers_app.callback()
def followers() -> None:
    """Followers of the account."""


@followers_app.command("sync")
def sync(dry_run: toolkit.dry_run_option = False) -> None:
    """Read the list of followers from WeChat: who follows, who left unseen. Example: growth wechat followers sync"""
    from growth.wechat.client import Account
    from growth.wechat.sync import sync_followers

    file = _file()
    counts = sync_followers(toolkit.database(), Account(toolkit.database(), file), now=clock.now(), dry_run=dry_run)
    text = _("{total} follow; {added} were new to us, {left} had left", total=counts["total"], added=counts["added"], left=counts["left"])
    toolkit.emit(counts, text=text)


@app.command()
def inbox() -> None:
    """Conversations that wait for a person. Example: growth wechat inbox --json"""
    from growth.wechat.stats import open_talks

    with toolkit.database().read() as session:
        talks = open_talks(session)
    rows = [
        {
            "id": talk.follower_id,
            "state": talk.state,
            "since": talk.since,
            "last_at": talk.last_at,
            "reason": talk.reason,
            "text": talk.text,
        }
        for talk in talks
    ]
    toolkit.emit_rows(
        rows, columns={"state": _("State"), "since": _("Since"), "reason": _("Called by"), "text": _("Said last")}, empty=_("Nobody waits.")
    )


@app.command()
def stats(
    by: Annotated[str, typer.Option(help="channel")] = "channel",
    from_: Annotated[str | None, typer.Option("--from", help="2026-11-01")] = None,
    to: Annotated[str | None, typer.Option("--to", help="2026-11-30")] = None,
) -> None:
    """New, returning and lost followers, joined accounts and sign-ups by channel. Example: growth wechat stats --by channel"""
    from growth.wechat.stats import by_channel

    if by != "channel":
        raise GrowthError(_("--by {by}: only channel", by=by), fix="growth wechat stats --by channel")
    first, last = (toolkit.parse_day(value) if value else None for value in (from_, to))
    with toolkit.database().read() as session:
        rows = by_channel(session, first=first, last=last)
    toolkit.emit_rows(
        rows,
        columns={
            "channel": _("Channel"),
            "new": _("New"),
            "returning": _("Returning"),
            "unfollowed": _("Left"),
            "bound": _("Joined"),
            "signups": _("Sign-ups"),
        },
        empty=_("No follower yet."),
    )
