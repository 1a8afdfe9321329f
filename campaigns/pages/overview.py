"""``/campaigns``: every campaign with its next run and what the last one came to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from campaigns.campaign import campaigns
from campaigns.handing import upcoming
from campaigns.pages.chosen import ROLES, chosen
from campaigns.results import Results, results
from growth.channels import medium_title
from growth.language import _, ngettext
from growth.messaging import MailingView, mailings_of
from growth.reporting import Column, Empty, Kind, Table
from growth.web import Page, Viewer, page

#: how far ahead the next run is looked for
AHEAD = timedelta(days=400)


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignsPage:
    """The variables of campaigns.html."""

    #: one sentence that says how things stand
    sentence: str
    #: every campaign
    table: Table


@page("/campaigns", nav="campaigns", roles=ROLES)
def overview(viewer: Viewer) -> Page:
    """All campaigns."""
    workspace, now = viewer.workspace, viewer.now
    rows: list[dict[str, object]] = []
    sending = 0
    with viewer.database.read() as session:
        for name, campaign in campaigns(workspace).items():
            runs = upcoming(workspace, campaign, now, now + AHEAD)
            last: MailingView | None = next(iter(mailings_of(session, campaign.stream)), None)
            found: Results | None = None
            if last is not None:
                found = results(session, campaign=name, period=last.occurrence, workspace=workspace, now=now)
                sending += last.state == "sending"
            rows.append(
                {
                    "name": name,
                    "href": f"/campaigns/{name}",
                    "medium": medium_title(campaign.file.medium),
                    "next_at": runs[0].due_at if runs else None,
                    "period": last.occurrence if last else None,
                    "state": last.state if last else None,
                    "sent": found.whole.handed_over if found else None,
                    "opened": found.whole.opened if found else None,
                    "clicked": found.clickers if found else None,
                    "cost": found.cost if found else None,
                }
            )
    table = Table(
        id="campaigns",
        title=_("Campaigns"),
        columns=[
            Column(id="name", label=_("Campaign"), key=True),
            Column(id="medium", label=_("Medium")),
            Column(id="next_at", label=_("Next run"), kind=Kind.INSTANT, lead=True),
            Column(id="period", label=_("Last period")),
            Column(id="state", label=_("State"), kind=Kind.BADGE, lead=True),
            Column(id="sent", label=_("Sent"), kind=Kind.NUMBER),
            Column(id="opened", label=_("Opened"), kind=Kind.NUMBER),
            Column(id="clicked", label=_("Clicked"), kind=Kind.NUMBER),
            Column(id="cost", label=_("Cost"), kind=Kind.MONEY),
        ],
        rows=rows,
        empty=Empty(
            title=_("No campaign yet"),
            text=_("A campaign is a file: what is said, to whom, and when. Start from an example."),
            code="growth new campaign monthly --from 新标月报",
        ),
    )
    table = viewer.arrange(table, sort="name")
    if viewer.format:
        return viewer.download(table)
    sentence = ngettext("{n} campaign is declared.", "{n} campaigns are declared.", len(rows))
    if sending:
        sentence += " " + ngettext("{n} is being sent now.", "{n} are being sent now.", sending)
    return viewer.render("web/campaigns/campaigns.html", CampaignsPage(sentence=sentence, table=table), title=_("Campaigns"))


@page("/campaigns/{name:str}", nav="campaigns", roles=ROLES)
def one(viewer: Viewer, name: str) -> Page:
    """To its latest period, else the next one."""
    campaign, period = chosen(viewer, name, None)
    return viewer.redirect(f"/campaigns/{campaign.name}/{period.key}")
