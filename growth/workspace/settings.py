"""growth.yaml as a whole; sections of apps are read beside it (`App.sections`)."""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import AfterValidator, Field

from growth.workspace.delivery import Email, Limits, Notify, Sms
from growth.workspace.fields import FromEnv, Url, YamlModel
from growth.workspace.site import Attribution, Signup, Site, Traffic, Web
from growth.workspace.upkeep import Attribute, Backup, Renewal, ReportSchedule, Retention, Targets

#: the database of a workspace that names none
DEFAULT_DATABASE: Final = "${GROWTH_DATABASE_URL:-sqlite:///.growth/growth.db}"
#: events that growth raises by itself; apps add theirs
KNOWN_ALERTS: Final = (
    "new_errors",
    "listing_lost",
    "approval_waiting",
    "follower_waiting",
    "job_missed",
    "job_failed",
    "rank_lost",
    "delivery_uncertain",
    "complaints",
    "provider_down",
    "renewal_due",
    "backup_failed",
    "disk_full",
    "workspace_broken",
)


def _listening(web: Web | None) -> str:
    """The address of the web process as seen from the same machine."""
    web = web or Web()
    host = "127.0.0.1" if web.host in ("0.0.0.0", "::") else web.host  # noqa: S104  (compared, not bound)
    return f"http://{f'[{host}]' if ':' in host else host}:{web.port}{web.path_prefix}/"


#: an address that ends in a slash, so that paths can be put after it
PublicUrl = Annotated[Url, AfterValidator(lambda url: url if url.endswith("/") else url + "/")]


class Settings(YamlModel):
    """growth.yaml. Only `site.url` is needed; all else has defaults that work."""

    site: Site
    database: FromEnv = Field(default=DEFAULT_DATABASE, description="sqlite:///… or postgresql://… / 数据库")
    web: Web = Field(default_factory=Web)
    public_url: PublicUrl = Field(
        default_factory=lambda written: _listening(written.get("web")),
        description="where tracked links, pages and callbacks of this program are reached; default: that of `web` / 本程序的公网地址",
    )
    signup: Signup = Field(default_factory=Signup)
    attribution: Attribution = Field(default_factory=Attribution)
    traffic: Traffic = Field(default_factory=Traffic)
    email: Email = Field(default_factory=Email)
    sms: Sms = Field(default_factory=Sms)
    notify: dict[str, Notify] = Field(default_factory=dict, description="where people of the team are told / 通知渠道")
    alerts: dict[str, tuple[str, ...]] = Field(default_factory=dict, description="event → names of `notify` or addresses / 告警")
    limits: Limits = Field(default_factory=Limits)
    report: tuple[ReportSchedule, ...] = Field(default=(), description="reports made and told by themselves / 定时报告")
    targets: Targets = Field(default_factory=Targets)
    attributes: dict[str, Attribute] = Field(default_factory=dict, description="columns of contacts / 联系人属性")
    apps: tuple[str, ...] | None = Field(default=None, description="the apps in use; default: all / 启用的应用")
    renewals: tuple[Renewal, ...] = Field(default=(), description="what runs out; warned of 60, 30 and 7 days ahead / 到期提醒")
    backup: Backup = Field(default_factory=Backup)
    retention: Retention = Field(default_factory=Retention)

    @property
    def sender(self) -> str:
        """The sender of mails: `email.from`, else one made of the site's name and host."""
        return self.email.from_ or f"{self.site.name} <no-reply@{self.site.host.removeprefix('www.')}>"
