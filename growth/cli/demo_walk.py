"""The walk: six steps, each the very commands that a user types, on the sample site and the sandbox."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from growth import clock
from growth.cli import toolkit
from growth.cli.demo_past import search_samples
from growth.cli.demo_people import PEOPLE, missing_links, visit
from growth.cli.demo_world import SITE_KEY, World
from growth.errors import ExitCode, GrowthError, Unfinished
from growth.language import _, language
from growth.workspace import Workspace, load_workspace

#: longest wait for the directory's review, seconds
REVIEW_SECONDS = 20


def walk(folder: Path) -> None:
    """Make the workspace where it is not there, then all six steps. Raises what a step raises, naming it."""
    begun = time.monotonic()
    root = folder.expanduser().absolute()
    _prepare(root)
    workspace = load_workspace(root)
    with World(workspace) as world:
        steps: Sequence[tuple[str, Callable[[Walk], None]]] = (
            (_("Audit the site"), audit),
            (_("Submit it to search engines and a directory"), submit),
            (_("Send the monthly e-mail and a service SMS"), send),
            (_("Answer WeChat followers"), answer),
            (_("Visitors, sign-ups, and which channel brought them"), attribute),
            (_("The operations report"), report),
        )
        here = Walk(root, world, workspace)
        for number, (title, step) in enumerate(steps, start=1):
            toolkit.say(f"\n━━ {number}/{len(steps)} {title}")
            step(here)
    _farewell(root, workspace, seconds=time.monotonic() - begun)


class Walk:
    """Runs commands in the demo's workspace and shows them as they are typed."""

    def __init__(self, root: Path, world: World, workspace: Workspace) -> None:
        self.root, self.world, self.workspace = root, world, workspace
        self._shown = _short(root)

    def run(self, *arguments: str, allowed: tuple[int, ...] = (0,)) -> int:
        """Run a command; its output goes to the reader. Raises Unfinished for an exit code that is not `allowed`."""
        self._show(arguments)
        code = subprocess.run(self._command(arguments), stdout=sys.stderr if toolkit.wants_json() else None, check=False).returncode
        return self._checked(code, arguments, allowed)

    def ask(self, *arguments: str, allowed: tuple[int, ...] = (0,), shown: bool = True) -> Any:
        """Run a command with ``--json`` and return the document."""
        if shown:
            self._show((*arguments, "--json"))
        done = subprocess.run(self._command((*arguments, "--json")), stdout=subprocess.PIPE, check=False)
        self._checked(done.returncode, arguments, allowed)
        return json.loads(done.stdout or b"null")

    def _command(self, arguments: Sequence[str]) -> list[str]:
        return [sys.executable, "-m", "growth.cli", "-C", str(self.root), "--lang", language(), *arguments]

    def _show(self, arguments: Sequence[str]) -> None:
        toolkit.say(f"$ growth -C {self._shown} {' '.join(_quoted(word) for word in arguments)}")

    def _checked(self, code: int, arguments: Sequence[str], allowed: tuple[int, ...]) -> int:
        if code not in allowed:
            raise Unfinished(
                _("“growth {command}” ended with {code}", command=" ".join(arguments), code=code),
                fix=f"growth -C {self._shown} {' '.join(arguments)} --debug",
            )
        return code


def _prepare(root: Path) -> None:
    if (root / "growth.yaml").exists():
        toolkit.say(_("The workspace {root} is there; the walk goes on in it.", root=root))
    else:
        toolkit.say(f"$ growth init {_short(root)} --demo")
        command = [sys.executable, "-m", "growth.cli", "--lang", language(), "init", str(root), "--demo"]
        if subprocess.run(command, check=False, stdout=sys.stderr if toolkit.wants_json() else None).returncode:
            raise Unfinished(_("the demo's workspace could not be made"), fix=f"growth init {root} --demo --debug")
    _site_key(root)


def _site_key(root: Path) -> None:
    """The API key that the sample site's server signs in with, made once and kept in the demo's ``.env``."""
    env = root / ".env"
    if f"{SITE_KEY}=" in env.read_text("utf-8"):
        return
    command = [sys.executable, "-m", "growth.cli", "-C", str(root), "key", "create", "demo-site", "--scope", "signups,events", "--json"]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True)
    key = json.loads(done.stdout)["key"]
    with os.fdopen(os.open(env, os.O_WRONLY | os.O_APPEND), "a", encoding="utf-8") as stream:
        stream.write(f"{SITE_KEY}={key}\n")


def audit(here: Walk) -> None:
    """1. Crawl and check the sample site; HTML report and workbook; positions of its words, visits of crawlers in its logs."""
    here.run("seo", "audit")
    here.run("seo", "report", "--format", "html", "-o", str(reports(here.root) / "seo.html"))
    here.run("seo", "report", "--format", "xlsx", "-o", str(reports(here.root) / "seo.xlsx"))
    positions = search_samples(here.workspace, now=clock.now())
    here.run("seo", "keywords", "import", str(positions))
    here.run("seo", "coverage", "--configured")


def submit(here: Walk) -> None:
    """2. Push pages to the search engines; prepare, hand in and verify a directory listing."""
    here.run("submit", "push", allowed=(ExitCode.DONE, ExitCode.UNFINISHED))
    placed = {row["id"]: row for row in here.ask("placement", "list", "--kind", "directory", shown=False)}
    if placed["wanxiang-finance"]["state"] in ("planned", "prepared", "lost", "refused", "expired"):
        here.run("submit", "prepare", "wanxiang")
        here.run("submit", "send", "wanxiang")
    deadline = time.monotonic() + REVIEW_SECONDS
    while here.ask("submit", "verify", "wanxiang", shown=False)[0]["verdict"] != "listed" and time.monotonic() < deadline:
        time.sleep(1)
    here.run("submit", "verify", "wanxiang")


def send(here: Walk) -> None:
    """3. Plan and send the monthly e-mail and the service SMS; nobody gets one twice."""
    for name in ("monthly", "service-notice"):
        here.run("campaign", "plan", name)
        here.run("campaign", "send", name)
    assert here.world.sandbox is not None
    toolkit.say(_("The mails can be read in a browser while the sandbox runs: {url}/mailbox", url=here.world.sandbox.url))


def answer(here: Walk) -> None:
    """4. Set the account up, then a signed conversation with a follower's phone."""
    here.run("wechat", "apply")
    sandbox = here.world.sandbox
    assert sandbox is not None
    phone = sandbox.wechat.phone("阿明")
    talk: Sequence[tuple[str, Callable[[], Any]]] = (
        (_("follows by the poster's QR code"), lambda: phone.follow("poster-subway")),
        ("利率", lambda: phone.say("利率")),
        (_("taps the menu: frequent questions"), lambda: phone.click("faq")),
        ("逾期了怎么办", lambda: phone.say("逾期了怎么办")),
        (_("leaves the account"), phone.unfollow),
    )
    for words, act in talk:
        reply = act()
        said = reply.text or " / ".join(str(article.get("title", "")) for article in reply.articles) or f"({reply.kind})"
        toolkit.say(f"  阿明 ▸ {words}\n  {_('account')} ◂ {said.splitlines()[0] if said else ''}")
        if reply.kind == "failure":
            raise GrowthError(_("the callback answered wrongly: {why}", why=reply.why), fix=f"growth -C {_short(here.root)} doctor")
    here.run("wechat", "stats", "--by", "channel")


def attribute(here: Walk) -> None:
    """5. Visitors come through links, QR codes, search and a letter; some register; the table says who brought them."""
    import httpx

    links = {(channel, via): _link(here, channel, via) for channel, via in missing_links(PEOPLE)}
    site, growth = here.world.site_url, here.world.growth_url
    with httpx.Client(timeout=15, follow_redirects=False) as client:
        found = [visit(client, visitor, links=links, site=site, growth=growth, now=clock.now()) for visitor in PEOPLE]
    new, known = sum(one.registered == "registered" for one in found), sum(one.registered == "known" for one in found)
    toolkit.say(_("{n} visitors came; {new} registered, {known} were members already.", n=len(found), new=new, known=known))
    if wrong := [one for one in found if one.registered.startswith("HTTP")]:
        raise GrowthError(_("the sample site refused {name}: {answer}", name=wrong[0].visitor.name, answer=wrong[0].registered))
    time.sleep(1.5)  # the collector writes at least once a second
    here.run("attribution", "report")


def report(here: Walk) -> None:
    """6. The report that joins all five."""
    here.run("report", "operations", "--format", "html", "-o", str(reports(here.root) / "operations.html"))
    here.run("report", "operations", "--format", "text")


def reports(root: Path) -> Path:
    """Where the walk puts its reports."""
    folder = root / ".growth" / "reports"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _link(here: Walk, channel: str, via: str) -> str:
    """The address that is followed: of a tracked link, or of the one behind a QR code."""
    document = here.ask("channel", "link", channel, shown=False)
    if via == "link":
        return str(document["url"])
    file = reports(here.root) / f"qr-{channel}.svg"
    return str(here.ask("channel", "qrcode", channel, "-o", str(file), shown=False)["url"])


def _farewell(root: Path, workspace: Workspace, *, seconds: float) -> None:
    short, folder = _short(root), _short(reports(root))
    lines = [
        "",
        _("Done in {n} s. What was made:", n=round(seconds)),
        f"  {folder}/seo.html, seo.xlsx     " + _("the audit"),
        f"  {folder}/operations.html        " + _("the operations report"),
        f"  {short}/*.yaml                   " + _("what you would edit"),
        _("Look at it in a browser (dashboard, mailbox, phone of a follower):"),
        f"  growth -C {short} up --sandbox   → {workspace.settings.public_url}",
        _("A first log-in:"),
        f"  growth -C {short} user add me --role admin",
        _("The same for a site of your own:"),
        "  growth init mysite --site https://www.example.com/ && growth -C mysite seo audit",
    ]
    if toolkit.wants_json():
        toolkit.emit({"workspace": str(root), "reports": str(reports(root)), "seconds": round(seconds, 1)})
    else:
        toolkit.say("\n".join(lines))


def _short(path: Path) -> str:
    try:
        return str(path.relative_to(Path.cwd()))
    except ValueError:
        return str(path)


def _quoted(word: str) -> str:
    return f'"{word}"' if " " in word else word
