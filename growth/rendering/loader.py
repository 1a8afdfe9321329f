"""Where templates are looked for: the workspace's ``templates/`` first, then the shipped ones."""

from __future__ import annotations

from collections.abc import Callable
from importlib import resources
from pathlib import Path

from jinja2 import BaseLoader, Environment, TemplateNotFound
from jinja2.exceptions import TemplateSyntaxError
from jinja2.loaders import split_template_path

#: a template file larger than this is refused; ours are a few KB
MAX_SIZE_BYTES = 512 * 1024


def shipped() -> Path:
    """The folder of the shipped templates."""
    return Path(str(resources.files("templates")))


def search_path(root: Path | None) -> tuple[Path, ...]:
    """Folders in the order they are looked through; `root` is the workspace."""
    return (*((root / "templates",) if root is not None else ()), shipped())


class TemplateFolders(BaseLoader):
    """Loads UTF-8 files from `folders`; a name or a symbolic link that leads out of its folder finds nothing."""

    def __init__(self, folders: tuple[Path, ...]) -> None:
        self.folders = folders

    def get_source(self, environment: Environment, template: str) -> tuple[str, str, Callable[[], bool]]:
        """The text, the file and a function that says whether the file is still the same."""
        path = self.find(template)
        if path is None:
            raise TemplateNotFound(template)
        stamp = path.stat().st_mtime_ns
        try:
            text = path.read_bytes().decode("utf-8-sig")
        except UnicodeDecodeError as fault:
            line = path.read_bytes()[: fault.start].count(b"\n") + 1
            raise TemplateSyntaxError("not UTF-8; save the file as UTF-8", line, template, str(path)) from fault

        def same() -> bool:
            try:
                return path.stat().st_mtime_ns == stamp and self.find(template) == path
            except OSError:
                return False

        return text, str(path), same

    def find(self, template: str) -> Path | None:
        """The file behind a name such as ``email/newsletter/body.html``."""
        parts = split_template_path(template)
        for folder in self.folders:
            path = folder.joinpath(*parts)
            if path.is_file() and path.resolve().is_relative_to(folder.resolve()) and path.stat().st_size <= MAX_SIZE_BYTES:
                return path
        return None

    def list_templates(self) -> list[str]:
        """All names, sorted; Python files of the package are not templates."""
        found = {
            path.relative_to(folder).as_posix()
            for folder in self.folders
            if folder.is_dir()
            for path in folder.rglob("*")
            if path.is_file() and path.suffix not in {".py", ".pyc"} and "__pycache__" not in path.parts
        }
        return sorted(found)
