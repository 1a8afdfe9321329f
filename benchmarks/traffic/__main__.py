"""``python -m benchmarks.traffic``: imports, the collector beside FastAPI, attribution reports, classification; ``--only`` runs one part.

``--events N`` is the size of the past that reports are made over (5,000,000 is the issue's), ``--lines N`` that of the imported file,
``--seconds N`` the time under load; ``--grow`` measures reports at every size of ``--sizes`` and prints how each figure grows (20,000,000
events take long, and 10 GB of disk).
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from benchmarks.traffic.collecting import collecting
from benchmarks.traffic.importing import classification, imports
from benchmarks.traffic.reports import grown, reports


def main(arguments: list[str]) -> int:
    """Run and print; 1 where a target is missed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.traffic", description=__doc__.split("\n\n", 1)[0])
    parser.add_argument("--only", choices=("import", "collect", "reports", "classify"))
    parser.add_argument("--events", type=int, default=500_000)
    parser.add_argument("--lines", type=int, default=200_000)
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--peers", type=Path, default=Path(sys.prefix) / "peers" / "bin")
    parser.add_argument("--grow", action="store_true")
    parser.add_argument("--sizes", type=int, nargs="+", default=(1_000_000, 5_000_000))
    wanted = parser.parse_args(arguments)
    parts: dict[str, Callable[[], bool]] = {
        "import": lambda: imports(wanted.lines),
        "collect": lambda: collecting(wanted.peers, wanted.seconds),
        "reports": lambda: grown(wanted.sizes) if wanted.grow else reports(wanted.events),
        "classify": classification,
    }
    met = [run() for name, run in parts.items() if wanted.only in (None, name)]
    return 0 if all(met) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
