"""Write the initial migration of an owner from its models: ``python tools/migrations.py growth|seo|campaigns|wechat|all``.

Until the first release there is one revision an owner and store, rewritten in place. After it, this tool will write the next revision.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from alembic.autogenerate import produce_migrations, render_python_code
from alembic.migration import MigrationContext
from sqlalchemy import Table, create_engine
from sqlalchemy.types import TypeDecorator

from growth.app import App, Migrations, discover, load
from growth.db import metadata

ROOT = Path(__file__).resolve().parent.parent
PREFIX = {"seo": "seo_", "campaigns": "campaign_", "wechat": "wx_"}
HEAD = '''"""{owner}: the tables of the first release ({store})."""

import sqlalchemy as sa
from alembic import op

revision = "{owner}_{store}_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
{body}


def downgrade() -> None:
    raise RuntimeError("the first revision is not taken back; restore a backup")
'''


def owner_of(table: Table) -> str:
    """The owner of a table by the prefix of its name."""
    return next((owner for owner, prefix in PREFIX.items() if table.name.startswith(prefix)), "growth")


def write(app: App, migrations: Migrations) -> Path:
    """The one revision of `migrations`, from the models as they are."""

    def include(item: Any, _name: Any, kind: str, _reflected: bool, _other: Any) -> bool:
        table = item if kind == "table" else getattr(item, "table", None)
        return table is None or (owner_of(table) == migrations.owner and (table.schema or "main") == migrations.store)

    def render(kind: str, item: Any, _context: Any) -> str | bool:
        if kind == "type" and isinstance(item, TypeDecorator):
            return f"sa.{type(item.impl_instance).__name__}()"
        return False

    engine = create_engine("sqlite://")
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={
                "target_metadata": metadata,
                "include_object": include,
                "include_schemas": False,
                "render_item": render,
                "compare_type": True,
            },
        )
        script = produce_migrations(context, metadata)
        assert script.upgrade_ops is not None
        body = render_python_code(script.upgrade_ops, render_item=render, migration_context=context)
    folder = ROOT / migrations.package.replace(".", "/")
    (folder / "versions").mkdir(parents=True, exist_ok=True)
    for package in (folder.parent, folder, folder / "versions"):
        if not (package / "__init__.py").exists():
            (package / "__init__.py").write_text('"""Alembic scripts."""\n')
    target = folder / "versions" / "0001_first_release.py"
    target.write_text(HEAD.format(owner=migrations.owner, store=migrations.store, body=_indented(body)))
    return target


def _indented(body: str) -> str:
    lines = [line for line in body.splitlines() if not line.lstrip().startswith("# ###")]
    return "\n".join(("    " + line if line and not line.startswith("    ") else line) for line in lines) or "    pass"


def wanted(names: list[str]) -> Iterator[tuple[App, Migrations]]:
    """The owners asked for, their models imported first."""
    apps = discover()
    for app in apps:
        for module in app.models:
            load(module)
    for app in apps:
        for migrations in app.migrations:
            if "all" in names or app.name in names:
                yield app, migrations


if __name__ == "__main__":
    for each in wanted(sys.argv[1:] or ["all"]):
        print(write(*each).relative_to(ROOT))
