"""``make bench``: run every benchmark, side by side with what a user would pick instead; ``python -m benchmarks NAME`` runs one."""

from __future__ import annotations

import pkgutil
import subprocess
import sys

import benchmarks


def names() -> list[str]:
    """The benchmarks: packages below this one that can be run."""
    return sorted(entry.name for entry in pkgutil.iter_modules(benchmarks.__path__) if entry.ispkg)


def main(arguments: list[str]) -> int:
    """Run the named benchmarks, or all; 1 where one fails."""
    if unknown := sorted(set(arguments) - set(names())):
        sys.stderr.write(f"error: there is no benchmark “{unknown[0]}”\nfix: {', '.join(names())}\n")
        return 2
    failed = 0
    for name in arguments or names():
        sys.stdout.write(f"━━ {name}\n")
        sys.stdout.flush()
        failed += subprocess.run([sys.executable, "-m", f"benchmarks.{name}"], check=False).returncode != 0
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
