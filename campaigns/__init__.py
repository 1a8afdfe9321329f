"""App: e-mail, SMS and WeChat campaigns from YAML."""

from growth.app import App, Command, FileKind, Migrations, NavItem
from growth.language import Text

APP = App(
    name="campaigns",
    title=Text("Campaigns", "群发"),
    order=20,
    commands=(
        Command(
            name="campaign",
            help=Text("Campaigns: plan, approve, send, results", "群发：计划、审批、发送、结果"),
            target="campaigns.commands:app",
        ),
    ),
    models=("campaigns.models",),
    migrations=(Migrations(owner="campaigns", store="main", package="campaigns.migrations.main"),),
    files=(FileKind(name="campaign", pattern="campaigns/*.yaml", model="campaigns.schema:CampaignFile", check="campaigns.findings:check"),),
    jobs=("campaigns.jobs:jobs",),
    rules=("campaigns.rules:rules",),
    pages=("campaigns.pages:pages",),
    navigation=(
        NavItem(
            id="campaigns",
            label=Text("Campaigns", "群发"),
            path="/campaigns",
            icon="campaigns",
            order=6,
            roles=("marketer", "approver", "director", "viewer"),
        ),
    ),
    report_sections=("campaigns.handing:report_section",),
    overview_cards=("campaigns.handing:overview_cards",),
    todo=("campaigns.handing:todo",),
    calendar=("campaigns.handing:calendar",),
    search=("campaigns.handing:search",),
    metrics=("campaigns.handing:metrics",),
    segment_fields=("campaigns.handing:SEGMENT_FIELDS",),
)
