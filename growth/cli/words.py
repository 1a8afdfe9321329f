"""The words of the command line, taken from the apps; a word's module is imported only when it is used.

Options that work everywhere (``-C --lang --json --jsonl --quiet --debug``) may stand anywhere on the line:
they are taken out before Typer reads it.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer
from typer.core import TyperGroup

from growth import __version__
from growth.app import Command, discover, load
from growth.cli.globals import Globals, UnknownUse, split_globals, use_globals
from growth.cli.usage import HouseFormatter, speak, usage_words
from growth.errors import ExitCode, GrowthError
from growth.language import _, guess_language, use_language

if TYPE_CHECKING:
    from typer._click.core import Command as ClickCommand
    from typer._click.core import Context
    from typer._click.formatting import HelpFormatter


class Words(TyperGroup):
    """The top group: one command for each word that an app hands over."""

    def words(self) -> dict[str, Command]:
        """Every word by name, apps in their order."""
        return {command.name: command for app in discover() for command in app.commands}

    def list_commands(self, ctx: Context) -> list[str]:
        """Names in order."""
        return list(self.words())

    def get_command(self, ctx: Context, cmd_name: str) -> ClickCommand | None:
        """The command behind a word, imported now."""
        found = self.words().get(cmd_name)
        if found is None:
            return None
        command = typer.main.get_command(load(found.target))
        command.name = found.name
        command.help = command.help or str(found.help)
        speak(command)
        return command

    def format_commands(self, ctx: Context, formatter: HelpFormatter) -> None:
        """The list of words, without importing one."""
        for app in discover():
            if app.commands:
                with formatter.section(str(app.title)):
                    formatter.write_dl([(command.name, str(command.help)) for command in app.commands])

    def format_epilog(self, ctx: Context, formatter: HelpFormatter) -> None:
        """What works everywhere, and an example."""
        with formatter.section(_("Everywhere")):
            formatter.write_dl(
                [
                    ("-C, --workspace DIR", _("the workspace (else GROWTH_WORKSPACE, else found upwards from here)")),
                    ("--lang zh-CN|en", _("language of help and messages")),
                    ("--json, --jsonl", _("one JSON document; a document a line")),
                    ("--quiet", _("no progress, no hints")),
                    ("--debug", _("tracebacks")),
                ]
            )
        with formatter.section(_("Examples")):
            formatter.write_text("growth init mysite --site https://www.example.com/")
            formatter.write_text("growth -C mysite seo audit")


def program() -> typer.Typer:
    """The Typer program without its words."""
    app = typer.Typer(
        cls=Words,
        name="growth",
        help=_("Growth Suite carries out a website's growth plan."),
        rich_markup_mode=None,
        no_args_is_help=True,
        add_completion=False,
        context_settings={"help_option_names": ["-h", "--help"]},
        subcommand_metavar="COMMAND [ARGS]…",
    )

    def version(asked: bool) -> None:
        if asked:
            typer.echo(f"growth {__version__}")
            raise typer.Exit

    @app.callback()
    def root(
        version_: bool = typer.Option(False, "--version", callback=version, is_eager=True, help=_("Print the version.")),
    ) -> None:
        pass

    return app


def run(arguments: list[str]) -> int:
    """Run one command line; the exit code (contracts/cli.md). Errors go to stderr as ``error:`` and ``fix:`` lines."""
    chosen = Globals()
    try:
        use_language(guess_language(_language_root(chosen)))
        chosen, rest = split_globals(arguments)
        use_language(chosen.lang or guess_language(_language_root(chosen)))
        use_globals(chosen)
        TyperGroup.context_class.formatter_class = HouseFormatter
        command = typer.main.get_command(program())
        code = command.main(rest, prog_name="growth", standalone_mode=False)
        return int(code) if isinstance(code, int) else ExitCode.DONE
    except BaseException as fault:
        if chosen.debug and not isinstance(fault, SystemExit | GrowthError):
            raise
        return _told(fault)
    finally:
        from growth.cli import toolkit

        toolkit.close()


def _language_root(chosen: Globals) -> Path | None:
    """Where growth.yaml may say the language, cheaply: nothing is loaded yet."""
    start = chosen.workspace or (Path(os.environ["GROWTH_WORKSPACE"]) if os.environ.get("GROWTH_WORKSPACE") else Path.cwd())
    for folder in (start, *start.resolve().parents):
        if (folder / "growth.yaml").is_file():
            return folder
    return None


def _told(fault: BaseException) -> int:
    """The words and the exit code for an error."""
    problems: Any = getattr(fault, "problems", None)
    if isinstance(fault, GrowthError):
        if problems:
            for problem in problems:
                _line("error", str(problem))
        else:
            _line("error", str(fault))
        if fault.fix:
            _line("fix", fault.fix)
        return fault.exit_code
    if isinstance(fault, KeyboardInterrupt) or type(fault).__name__ == "Abort":
        _line("error", _("interrupted; what was done is kept"))
        return ExitCode.INTERRUPTED
    if isinstance(fault, UnknownUse):
        _line("error", str(fault))
        _line("fix", "growth --help")
        return ExitCode.REFUSED
    if isinstance(fault, SystemExit):
        return int(fault.code) if isinstance(fault.code, int) else ExitCode.REFUSED
    if hasattr(fault, "format_message"):
        context = getattr(fault, "ctx", None)
        _line("error", usage_words(fault))
        _line("fix", f"{context.command_path if context else 'growth'} --help")
        return ExitCode.REFUSED
    if isinstance(fault, BrokenPipeError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return ExitCode.DONE
    if isinstance(fault, OSError) and fault.filename is not None:
        _line("error", f"{os.fsdecode(fault.filename)}: {fault.strerror or fault}")
        _line("fix", _("name a place that is there and may be read and written"))
        return ExitCode.REFUSED
    _line("error", f"{type(fault).__name__}: {fault}")
    _line("fix", _("this is a fault of the program: run the command again with --debug and report what it prints"))
    return ExitCode.UNFINISHED


def _line(kind: str, text: str) -> None:
    from growth.text import printable

    for line in text.splitlines() or [""]:
        sys.stderr.write(f"{kind}: {printable(line)}\n")
