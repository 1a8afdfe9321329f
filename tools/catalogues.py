"""Collect the texts to translate from code and templates, merge them into the zh-CN catalogues, compile. ``make messages``.

One catalogue an owner (growth, wechat, campaigns, seo), since an app can be left out. ``--missing`` prints what has no translation yet.
The docstring of a command is its help, so it is a text as well.
"""

from __future__ import annotations

import ast
import inspect
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "growth" / "locale" / "zh_CN" / "LC_MESSAGES"
KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2)}
OWNERS = ("growth", "wechat", "campaigns", "seo")


def owner_of(path: Path) -> str:
    """Whose catalogue the texts of a file belong to."""
    parts = path.relative_to(ROOT).parts
    if parts[0] in ("campaigns", "seo"):
        return parts[0]
    for name in ("wechat", "campaigns", "seo"):
        if name in parts[:4]:
            return name
    return "growth"


def files() -> Iterator[Path]:
    """Everything that may hold texts of the interface; the sandbox speaks for itself."""
    for folder in ("growth", "campaigns", "seo"):
        yield from (
            path for path in sorted((ROOT / folder).rglob("*.py")) if "migrations" not in path.parts and "sandbox" not in path.parts
        )
    for pattern in ("*.html", "*.txt"):
        yield from sorted((ROOT / "templates" / "web").rglob(pattern))
        yield from sorted((ROOT / "templates" / "report").rglob(pattern))
        yield from sorted((ROOT / "templates" / "email").rglob(pattern))


def collect() -> dict[str, Catalog]:
    """The texts by owner, each with the places where it stands."""
    found = {owner: Catalog(project="growth-suite", charset="utf-8") for owner in OWNERS}
    for path in files():
        method = "python" if path.suffix == ".py" else "jinja2.ext:babel_extract"
        options = {} if path.suffix == ".py" else {"extensions": "jinja2.ext.i18n", "silent": "false"}
        for _line, message, comments, context in extract_from_file(method, path, keywords=KEYWORDS, options=options):
            found[owner_of(path)].add(message, None, locations=[(str(path.relative_to(ROOT)), 0)], auto_comments=comments, context=context)
        if path.suffix == ".py" and (path.name.endswith("commands.py") or path.parent.name == "cli"):
            for said in helps(path):
                found[owner_of(path)].add(said, None, locations=[(str(path.relative_to(ROOT)), 0)])
    return found


def helps(path: Path) -> Iterator[str]:
    """The docstrings that are the help of a command or of a group of them."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.FunctionDef) and any(_makes_a_command(one) for one in node.decorator_list):
            said = ast.get_docstring(node, clean=False)
            if said:
                yield inspect.cleandoc(said)


def _makes_a_command(decorator: ast.expr) -> bool:
    return (
        isinstance(decorator, ast.Call)
        and isinstance(decorator.func, ast.Attribute)
        and decorator.func.attr in ("command", "callback")
        and not any(keyword.arg == "help" for keyword in decorator.keywords)
    )


def merged(owner: str, template: Catalog) -> Catalog:
    """The owner's catalogue with the texts as they are now: translations kept, what is gone dropped."""
    path = FOLDER / f"{owner}.po"
    catalogue = Catalog(locale="zh_CN", project="growth-suite", charset="utf-8", fuzzy=False)
    if path.exists():
        with path.open("rb") as stream:
            catalogue = read_po(stream, locale="zh_CN")
    catalogue.update(template, no_fuzzy_matching=True)
    catalogue.obsolete.clear()
    return catalogue


def missing(catalogue: Catalog) -> list[str]:
    """Texts without a translation."""
    return [_id(message.id) for message in catalogue if message.id and not _done(message.string)]


def _done(string: object) -> bool:
    return all(string) if isinstance(string, list | tuple) else bool(string)


def _id(message_id: object) -> str:
    return str(message_id[0]) if isinstance(message_id, list | tuple) else str(message_id)


def main(arguments: list[str]) -> int:
    """Merge, write, compile; with ``--missing`` print what is to be done, with ``--check`` fail where something is."""
    left = 0
    FOLDER.mkdir(parents=True, exist_ok=True)
    for owner, template in collect().items():
        catalogue = merged(owner, template)
        left += len(missing(catalogue))
        if "--missing" in arguments:
            sys.stdout.writelines(f"{owner}\t{text!r}\n" for text in missing(catalogue))
        elif "--check" not in arguments:
            with (FOLDER / f"{owner}.po").open("wb") as stream:
                write_po(stream, catalogue, width=140, omit_header=False, sort_output=True, no_location=False, include_lineno=False)
    if "--check" not in arguments and "--missing" not in arguments:
        sys.path.insert(0, str(ROOT / "hooks"))
        import messages  # type: ignore[import-not-found]  # hooks/ is on the path from here on only

        messages.bring()
    sys.stdout.write(f"{left} texts without a translation\n")
    return 1 if left and "--check" in arguments else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
