"""What `growth check` sees beside what a schema can say: names that are not there, files nobody reads, secrets written out."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any, Final

from growth.app import discover, load
from growth.language import _
from growth.workspace.check import secrets_in
from growth.workspace.delivery import EmailProvider, Robot
from growth.workspace.problems import Problem, Severity, did_you_mean, hint_for, problem_at
from growth.workspace.settings import KNOWN_ALERTS, Settings
from growth.workspace.workspace import SETTINGS, Workspace

#: files and folders of a workspace that are not YAML of ours
_OTHERS: Final = frozenset({"templates", "public", "pnpm-lock.yaml", "docker-compose.yaml", "compose.yaml"})


def check_settings(workspace: Workspace) -> Iterator[Problem]:
    """Every problem of growth.yaml as a whole, and of files that belong to nobody."""
    yield from _recipients(workspace)
    yield from _alerts(workspace)
    yield from _consent_abroad(workspace)
    yield from _logo(workspace)
    yield from _variables(workspace)
    yield from _secrets(workspace)
    yield from _unread_files(workspace)


def _recipients(workspace: Workspace) -> Iterator[Problem]:
    """Names behind `alerts` and `report` are those of `notify`, or addresses."""
    settings = workspace.settings
    known = tuple(settings.notify)
    places: list[tuple[tuple[str | int, ...], str]] = [
        (("alerts", event, position), name) for event, names in settings.alerts.items() for position, name in enumerate(names)
    ]
    places += [
        (("report", number, "to", position), name) for number, entry in enumerate(settings.report) for position, name in enumerate(entry.to)
    ]
    for path, name in places:
        if name not in known and not _address(name):
            hint = hint_for(name, known) or _("declare it in notify, or write an address")
            yield problem_at(
                workspace.where(SETTINGS, None, *path), "unknown-reference", _("“{name}” is not in notify", name=name), hint=hint
            )
    for robot, entry in settings.notify.items():
        for position, address in enumerate(entry.to):
            if entry.robot is Robot.MAIL and not _address(address):
                place = workspace.where(SETTINGS, None, "notify", robot, "to", position)
                yield problem_at(
                    place, "wrong-value", _("“{text}” is not an e-mail address", text=address), hint=_("write it as ops@example.com")
                )


def _address(text: str) -> bool:
    name, at, host = text.rpartition("@")
    return bool(at and name and "." in host and not any(character.isspace() for character in text))


def _alerts(workspace: Workspace) -> Iterator[Problem]:
    for event in workspace.settings.alerts:
        if event not in KNOWN_ALERTS:
            place = workspace.where(SETTINGS, None, "alerts", event, key=True)
            message = _("nothing raises an alert “{name}”", name=event)
            yield problem_at(place, "unknown-alert", message, hint=hint_for(event, KNOWN_ALERTS), severity=Severity.WARNING)


def _consent_abroad(workspace: Workspace) -> Iterator[Problem]:
    """个人信息保护法 39: addresses go abroad only with a separate consent."""
    settings = workspace.settings
    if settings.email.provider is EmailProvider.SENDGRID and settings.site.mainland and not settings.email.of_sendgrid.cross_border_consent:
        place = workspace.where(SETTINGS, None, "email", "sendgrid")
        hint = _("obtain a separate consent, then write cross_border_consent: true; or use smtp")
        yield problem_at(place, "P4", _("SendGrid's servers are abroad, and no consent to that is declared"), hint=hint)


def _logo(workspace: Workspace) -> Iterator[Problem]:
    logo = workspace.settings.site.logo
    if logo and "://" not in logo and not (workspace.root / "public" / logo.lstrip("/")).is_file():
        place = workspace.where(SETTINGS, None, "site", "logo")
        yield problem_at(
            place, "file-missing", _("public/{file} is not there", file=logo.lstrip("/")), hint=_("put it there"), severity=Severity.WARNING
        )


def _variables(workspace: Workspace) -> Iterator[Problem]:
    """Variables that are named and not set: an error when they are needed, a warning before."""
    from growth.workspace.variables import texts_of

    for (kind, name), document in workspace.documents.items():
        for path, text in texts_of(document):
            for variable in workspace.environment.missing(text):
                hint = _("put a line {name}=… into .env before it is needed", name=variable)
                place = workspace.where(kind, name, *path)
                yield problem_at(place, "missing-variable", _("{name} is not set", name=variable), hint=hint, severity=Severity.WARNING)


def _secrets(workspace: Workspace) -> Iterator[Problem]:
    models: list[tuple[str, str | None, Any, tuple[str, ...]]] = [(SETTINGS, None, Settings, ())]
    models += [(SETTINGS, None, load(target), (key,)) for app in workspace.apps for key, target in app.sections.items()]
    models += [(kind.name, name, load(kind.model), ()) for kind in workspace.kinds.values() for name in workspace.values.get(kind.name, {})]
    for kind_name, name, model, at in models:
        for path, place in secrets_in(workspace, kind_name, name, model=model, at=at):
            hint = _("write ${{{name}}} here and put the secret into .env", name="_".join(str(step) for step in path[-2:]).upper())
            yield problem_at(
                place, "secret-in-yaml", _("a secret is written out in a file that goes into git"), hint=hint, severity=Severity.WARNING
            )


def _unread_files(workspace: Workspace) -> Iterator[Problem]:
    """A YAML file that nothing reads is probably misnamed."""
    patterns = [kind.pattern for app in discover() for kind in app.files]
    folders = {pattern.rpartition("/")[0] for pattern in patterns if "/" in pattern}
    known = {"growth.yaml", *patterns, *_named_files(workspace)}
    for path in sorted(workspace.root.iterdir()):
        if path.name.startswith(".") or path.name in _OTHERS:
            continue
        if path.name in folders:
            for deeper in sorted(path.glob("*/**/*.yaml")):
                yield _unread(deeper.relative_to(workspace.root).as_posix(), _("put it into {folder}/ itself", folder=path.name))
            continue
        if path.is_dir():
            near = did_you_mean(path.name, folders)
            if near and near not in {entry.name for entry in workspace.root.iterdir()} and any(path.glob("*.y*ml")):
                yield _unread(f"{path.name}/", _("did you mean {name}/?", name=near))
        elif path.suffix in (".yaml", ".yml") and path.name not in known:
            near = did_you_mean(PurePosixPath(path.name).stem, [PurePosixPath(name).stem for name in known if "/" not in name])
            yield _unread(path.name, _("did you mean {name}.yaml?", name=near) if near else None)


def _named_files(workspace: Workspace) -> Iterator[str]:
    """File names that stand somewhere in YAML, as ``faq: faq.yaml`` does."""
    nodes = [document.root for document in workspace.documents.values() if document.root is not None]
    while nodes:
        node = nodes.pop()
        if isinstance(node.content, dict):
            nodes += [entry.node for entry in node.content.values()]
        elif isinstance(node.content, list):
            nodes += node.content
        elif node.text and node.text.endswith((".yaml", ".yml")):
            yield node.text.removeprefix("./")


def _unread(file: str, hint: str | None) -> Problem:
    return Problem(file, 1, 1, "file-unread", Severity.WARNING, _("nothing reads this file"), hint)
