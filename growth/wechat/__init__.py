"""App: the WeChat official account. It lives in growth, and nobody in growth imports it."""

from growth.app import App, Command, FileKind, Migrations, NavItem
from growth.language import Text

APP = App(
    name="wechat",
    title=Text("WeChat", "微信"),
    order=30,
    commands=(Command(name="wechat", help=Text("The WeChat official account", "微信公众号"), target="growth.wechat.commands:app"),),
    navigation=(
        NavItem(
            id="wechat",
            label=Text("WeChat", "微信"),
            path="/wechat",
            icon="wechat",
            order=7,
            roles=("marketer", "service", "director", "viewer"),
        ),
    ),
    models=("growth.wechat.models",),
    migrations=(Migrations(owner="wechat", store="main", package="growth.wechat.migrations.main"),),
    files=(FileKind(name="wechat", pattern="wechat.yaml", model="growth.wechat.settings:WeChatFile", check="growth.wechat.lint:check"),),
    pages=("growth.wechat.pages:pages",),
    rules=("growth.wechat.lint:rules",),
    report_sections=("growth.wechat.handing:report_section",),
    todo=("growth.wechat.handing:todo",),
    timeline=("growth.wechat.handing:timeline",),
    doctor=("growth.wechat.handing:doctor",),
    providers={"wechat": "growth.wechat.provider:open_wechat"},
    openness={"wechat": "growth.wechat.openness:openness"},
    segment_fields=("growth.wechat.handing:SEGMENT_FIELDS",),
    privacy=("growth.wechat.privacy:kept",),
    personal_data=("growth.wechat.handing:PERSONAL_DATA",),
)
