"""What the wheel ships, and that it works where nothing of the checkout is."""

import os
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built as a release would be."""
    folder = tmp_path_factory.mktemp("dist")
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)], check=True, capture_output=True
    )
    return next(folder.glob("*.whl"))


def test_the_wheel_ships_the_program_and_not_its_tests(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    for wanted in (
        "growth/cli/words.py",
        "growth/web/static/vendor/htmx.min.js",
        "growth/locale/zh_CN/LC_MESSAGES/growth.mo",
        "growth/sandbox/demo/workspace/growth.yaml",
        "growth/jobs/holidays.csv",
        "templates/web/growth/layout.html",
        "templates/email/newsletter.html",
        "seo/__init__.py",
        "campaigns/schema.py",
    ):
        assert wanted in names
    assert not [name for name in names if name.startswith(("tests/", "benchmarks/", "tools/", "docs/", "hooks/"))]


def run(python: Path, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {key: value for key, value in os.environ.items() if key not in ("PYTHONPATH", "GROWTH_WORKSPACE")}
    return subprocess.run(
        [str(python), "-m", "growth.cli", "--lang", "en", *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_wheel_works_away_from_the_checkout(wheel: Path, tmp_path: Path) -> None:
    """The wheel alone in an environment of its own; what it depends on is lent by this one."""
    home = tmp_path / "env"
    venv.create(home, with_pip=False)
    site = next(home.glob("lib/python*/site-packages"))
    zipfile.ZipFile(wheel).extractall(site)
    lent = next(path for path in sys.path if path.endswith("site-packages"))
    (site / "lent.pth").write_text(lent + "\n")
    python = home / "bin" / "python"
    place = subprocess.run(
        [str(python), "-c", "import growth, templates; print(growth.__file__, templates.__file__)"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert place.stdout.count(str(site)) == 2
    assert run(python, tmp_path, "--help").returncode == 0
    made = run(python, tmp_path, "init", "mysite", "--site", "https://www.example.com/")
    assert made.returncode == 0, made.stderr
    doctor = run(python, tmp_path, "-C", "mysite", "doctor")
    assert doctor.returncode == 0, doctor.stdout
    assert "database" in doctor.stdout


@pytest.mark.slow
def test_the_wheel_with_pinned_requirements_walks_the_demo(wheel: Path, tmp_path: Path) -> None:
    """Everything from the registries, as a user installs it."""
    home = tmp_path / "env"
    venv.create(home, with_pip=True)
    python = home / "bin" / "python"
    pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "--require-hashes", "-r", str(ROOT / "requirements" / "run.txt")], check=True)
    subprocess.run([*pip, "--no-deps", str(wheel)], check=True)
    walked = run(python, tmp_path, "demo", "run", "demo")
    assert walked.returncode == 0, walked.stdout[-3000:] + walked.stderr[-3000:]
    assert run(python, tmp_path, "-C", "demo", "doctor").returncode == 0
