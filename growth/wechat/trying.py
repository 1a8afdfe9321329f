"""What the bot would answer, without network and without storing anything."""

from __future__ import annotations

from datetime import datetime

from growth.rendering import LimitedRenderer
from growth.wechat.answering import answer
from growth.wechat.desk import open_now
from growth.wechat.expressions import Searcher
from growth.wechat.faq import faqs_of
from growth.wechat.handling import _rendered
from growth.wechat.message import Incoming
from growth.wechat.settings import WeChatFile
from growth.workspace import Workspace


def try_message(
    workspace: Workspace, file: WeChatFile, *, text: str, event: str | None, key: str, openid: str, now: datetime
) -> dict[str, str]:
    """``{"rule", "reply"}`` as contracts/cli.md says; the contact's name is left empty, since nothing is looked up."""
    message = Incoming(
        account="gh_try", openid=openid, kind="event" if event else "text", created_at=now, text=text, event=(event or "").lower(), key=key
    )
    if message.event in ("subscribe", "scan"):
        said = file.welcome.by_channel.get(key) or (file.welcome.default if message.event == "subscribe" else "")
        return {"rule": "welcome", "reply": _filled(workspace, said, message, ())}
    with Searcher() as searcher:
        found = answer(message, file, faqs_of(workspace, file), search=searcher.search)
    if found.handoff and not open_now(file.handoff, at=now, zone=workspace.zone):
        return {"rule": found.rule, "reply": file.handoff.off_hours}
    if found.news:
        return {"rule": found.rule, "reply": f"{found.news.title} {found.news.url}"}
    template = (file.handoff.say or found.template) if found.handoff else found.template
    return {"rule": found.rule, "reply": template if found.plain else _filled(workspace, template, message, found.groups)}


def _filled(workspace: Workspace, template: str, message: Incoming, groups: tuple[str, ...]) -> str:
    site = workspace.settings.site
    variables: dict[str, object] = {
        "message": {"text": message.text, "kind": message.kind},
        "match": list(groups),
        "contact": {"name": "", "role": ""},
        "site": {"name": site.name or "", "url": site.url, "phone": site.phone},
    }
    with LimitedRenderer(root=workspace.root, zone=workspace.zone) as renderer:
        return _rendered(renderer, template, variables, name="wechat.yaml")
