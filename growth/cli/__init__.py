"""The command line: a shell over the packages. ``main`` is the ``growth`` command."""

from __future__ import annotations


def main() -> None:
    """Entry point of the ``growth`` command."""
    import sys

    from growth.cli.words import run

    sys.exit(run(sys.argv[1:]))


__all__ = ["main"]
