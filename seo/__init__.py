"""App: the SEO audit, submission to search engines, indexing."""

from growth.app import App, Command, FileKind, Migrations, NavItem
from growth.language import Text

APP = App(
    name="seo",
    title=Text("SEO", "SEO"),
    order=10,
    commands=(
        Command(name="seo", help=Text("Audit the site: crawl, issues, reports", "SEO 审计：抓取、问题、报告"), target="seo.commands:app"),
        Command(
            name="submit",
            help=Text("Tell search engines and directories of the site", "向搜索引擎和导航网站提交"),
            target="seo.submission.commands:app",
        ),
    ),
    navigation=(
        NavItem(id="seo", label=Text("SEO", "SEO"), path="/seo", icon="seo", order=4, roles=("seo", "marketer", "director", "viewer")),
    ),
    pages=("seo.pages:pages",),
    models=("seo.models", "seo.submission.models", "seo.comparing.models", "seo.indexing.models", "seo.ranking.models"),
    migrations=(
        Migrations(owner="seo", store="main", package="seo.migrations.main"),
        Migrations(owner="seo", store="crawl", package="seo.migrations.crawl"),
    ),
    files=(
        FileKind(name="keywords", pattern="keywords.yaml", model="seo.ranking.settings:KeywordsFile"),
        FileKind(name="directories", pattern="directories.yaml", model="seo.submission.settings:DirectoriesFile"),
    ),
    sections={"seo": "seo.settings:SeoSettings", "submit": "seo.submission.settings:SubmitSettings"},
    jobs=("seo.jobs:jobs", "seo.submission.jobs:jobs", "seo.comparing.jobs:jobs", "seo.indexing.jobs:jobs", "seo.ranking.jobs:jobs"),
    report_sections=("seo.handing:report_sections", "seo.ranking.handing:report_sections"),
    doctor=("seo.handing:doctor", "seo.indexing.doctor:doctor"),
    overview_cards=("seo.handing:overview_cards", "seo.ranking.handing:overview_cards"),
    todo=("seo.handing:todo", "seo.ranking.handing:todo"),
    search=("seo.handing:search", "seo.ranking.handing:search"),
    url_facts=("seo.handing:url_facts", "seo.ranking.handing:url_facts"),
    metrics=("seo.handing:metrics",),
    rules=("seo.handing:rules",),
    checks=("seo.submission.directories:check_targets",),
)
