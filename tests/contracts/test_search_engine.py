"""What every search engine's adapter must do; a new one is tested by being there (a file in seo/submission/engines/)."""

from __future__ import annotations

import inspect
from datetime import datetime

import pytest

from growth.db import Database
from growth.errors import ProviderError
from growth.sandbox import Sandbox
from growth.sandbox.keys import INDEXNOW_KEY
from seo.submission.engine import Engine, engine_modules
from seo.submission.settings import SubmitSettings
from tests.elsewhere import Elsewhere, elsewhere, our_site
from tests.seo.submission.conftest import GROWTH, Opened, english, no_pauses, opened, running, sandbox

__all__ = ["elsewhere", "english", "no_pauses", "opened", "our_site", "running", "sandbox"]

ENGINES = sorted(engine_modules())


@pytest.fixture
def database_url() -> None:
    """An adapter knows no database."""
    return


@pytest.fixture
def engine(request: pytest.FixtureRequest, opened: Opened, our_site: Elsewhere) -> Engine:
    our_site.put(f"/{INDEXNOW_KEY}.txt", INDEXNOW_KEY)
    found = engine_modules()[request.param].connect(opened().workspace)
    assert found is not None
    return found


@pytest.mark.parametrize("name", ENGINES)
def test_it_says_what_it_can_and_where_that_is_written(name: str) -> None:
    module = engine_modules()[name]
    meta = module.META
    assert (meta.id, meta.id in SubmitSettings.model_fields) == (name, True), "the key of `submit:` is the engine's id"
    assert meta.batch > 0
    assert meta.source.startswith("https://")
    assert meta.covers
    assert meta.title.en
    assert meta.title.zh
    assert "Source:" in (inspect.getdoc(module) or "")


@pytest.mark.parametrize("name", ENGINES)
def test_without_settings_it_is_not_used(name: str, database: Database) -> None:
    assert engine_modules()[name].connect(database.workspace) is None


@pytest.mark.parametrize("engine", ENGINES, indirect=True)
def test_every_url_gets_exactly_one_verdict(engine: Engine, sandbox: Sandbox, our_site: Elsewhere) -> None:
    sandbox.search.rules.quota = 40
    urls = [*(f"{our_site.url}/{number}" for number in range(30)), "https://elsewhere.example/"]
    for _round in range(2):
        try:
            answer = engine.push(urls)
        except ProviderError as fault:
            pytest.fail(f"{engine.meta.id}: {fault.message}")
        told = [*answer.accepted, *(entry.url for entry in answer.rejected), *answer.left]
        assert sorted(told) == sorted(urls)
        assert all(entry.reason for entry in answer.rejected)
        assert answer.left == () or answer.stop


@pytest.mark.parametrize("engine", ENGINES, indirect=True)
@pytest.mark.parametrize("status", [500, 502, 503])
def test_a_fault_of_the_engine_is_one_that_passes(engine: Engine, sandbox: Sandbox, our_site: Elsewhere, status: int) -> None:
    sandbox.search.rules.fail = {engine.meta.id: status}
    with pytest.raises(ProviderError) as fault:
        engine.push([f"{our_site.url}/1"])
    assert not fault.value.permanent
    assert fault.value.fix


@pytest.mark.parametrize("name", ENGINES)
def test_nobody_there_is_a_fault_that_passes_and_tells_no_secret(
    name: str, opened: Opened, elsewhere: Elsewhere, our_site: Elsewhere, now: datetime
) -> None:
    our_site.put(f"/{INDEXNOW_KEY}.txt", INDEXNOW_KEY)
    elsewhere.close()
    found = engine_modules()[name].connect(opened(growth=GROWTH.replace("'{sandbox}/", f"'{elsewhere.url}/")).workspace)
    assert found is not None
    with pytest.raises(ProviderError) as fault:
        found.push([f"{our_site.url}/1"])
    assert not fault.value.permanent
    assert "sandbox" not in str(fault.value)


def test_a_new_engine_needs_only_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: object) -> None:
    import importlib
    from pathlib import Path

    package = importlib.import_module("seo.submission.engines")
    assert isinstance(tmp_path, Path)
    (tmp_path / "brandnew.py").write_text(
        "from growth.language import Text\nfrom seo.submission.engine import EngineMeta\n"
        'META = EngineMeta(id="brandnew", title=Text("New", "新"), batch=1, source="https://new.example/")\n'
        "def connect(workspace):\n    return None\n",
        "utf-8",
    )
    path: list[str] = list(package.__path__)
    monkeypatch.setattr(package, "__path__", [*path, str(tmp_path)])
    assert "brandnew" in engine_modules()
