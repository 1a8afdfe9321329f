"""What stands around a page: navigation, address, footer; every shipped template renders from its example."""

from __future__ import annotations

import re
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

import pytest

from growth.language import speaking
from growth.rendering import (
    Address,
    Flash,
    Frame,
    NavLink,
    SiteShown,
    UnknownTemplate,
    UserShown,
    VariableMissing,
    html_environment,
    look_of,
    render,
    text_environment,
)
from growth.web import styleguide

SITE = SiteShown(
    name="诚信贷",
    url="https://www.example.com/",
    company="诚信数据",
    icp="京ICP备1号",
    police_filing="110105",
    privacy_url="https://www.example.com/p",
)


def frame(**more: Any) -> Frame:
    values: dict[str, Any] = {
        "title": "渠道",
        "site": SITE,
        "address": Address.of("/channels", {"sort": "-cost", "q": "百度", "open": "/x"}),
        "user": UserShown(name="ming", role_words="运营"),
        "csrf": "token-1",
        "nav": [NavLink(id="todo", label="待办", path="/todo", icon="todo", count=3, key="t")],
        "flashes": [Flash(text="<b>已保存</b>")],
    }
    return Frame(**(values | more))


def page(language: str = "zh-CN", **more: Any) -> str:
    found = styleguide.example(Address.of("/styleguide"))
    variables = {one.name: getattr(found, one.name) for one in fields(found)}
    with speaking(language):
        return render(html_environment(), "web/growth/styleguide.html", {"frame": frame(language=language, **more), **variables})


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_the_styleguide_shows_every_part_in_both_languages(language: str) -> None:
    html = page(language)
    for part in (
        "figures",
        "table-wrap",
        "chart",
        "badge",
        "problem",
        "notice",
        "progress",
        "field",
        "confirm",
        "tabs",
        "code-box",
        "timeline",
        "empty",
        "facts",
    ):
        assert f'class="{part}' in html
    assert f'<html lang="{language}"' in html


def test_every_macro_is_shown_on_the_styleguide_or_used_by_the_layouts() -> None:
    folder = Path(styleguide.__file__).parents[2] / "templates" / "web" / "growth"
    macros = re.findall(r"{% macro (\w+)\(", (folder / "macros.html").read_text("utf-8"))
    used = "".join(path.read_text("utf-8") for path in folder.glob("*.html"))
    unused = [
        name
        for name in macros
        if len(re.findall(rf"(?:ui\.|{{{{ ?|}}|[^\w.]){name}\(", used)) < 2 and name not in ("crumbs", "csrf", "post_button")
    ]
    assert unused == []


def test_texts_from_outside_come_escaped_into_the_frame() -> None:
    assert "<b>已保存</b>" not in page()
    assert "&lt;b&gt;已保存" in page()


def test_a_page_holds_no_inline_script_style_or_handler() -> None:
    html = page()
    assert not re.search(r"<[^>]+\s(?:on\w+|style)=", html)
    assert all("src=" in tag for tag in re.findall(r"<script[^>]*>", html))


def test_every_icon_that_is_used_is_drawn() -> None:
    html = page()
    drawn = set(re.findall(r'<symbol id="(i-[\w-]+)"', html))
    assert set(re.findall(r'href="#(i-[\w-]+)"', html)) <= drawn


def test_ids_are_not_given_twice() -> None:
    ids = re.findall(r'\sid="([^"]+)"', page())
    assert sorted(ids) == sorted(set(ids))


def test_public_pages_show_who_stands_behind_them() -> None:
    for name in ("layout.html", "layout_public.html"):
        html = render(html_environment(), f"web/growth/{name}", {"frame": frame()})
        assert "诚信数据" in html
        assert "京ICP备1号" in html
        assert "公安备案 110105" in html
        assert 'href="https://www.example.com/p"' in html


def test_an_address_changes_one_part_and_keeps_the_rest() -> None:
    address = Address.of("/channels", {"sort": "-cost", "q": "百度 & 搜狗", "open": "/x", "page": "3"})
    assert address.to(page=None) == "/channels?sort=-cost&q=%E7%99%BE%E5%BA%A6+%26+%E6%90%9C%E7%8B%97"
    assert address.to(sort="cost", page=1).endswith("page=1")
    assert "open" not in str(address)
    assert address.hidden("q", "page") == [("sort", "-cost")]


def test_a_missing_template_names_the_nearest() -> None:
    with pytest.raises(UnknownTemplate, match=r"web/growth/layuot\.html") as fault:
        render(html_environment(), "web/growth/layuot.html", {})
    assert fault.value.fix == "did you mean “web/growth/layout.html”?"


def test_a_missing_variable_names_the_template_and_line() -> None:
    with pytest.raises(VariableMissing, match=r"templates/web/growth/layout\.html:\d+"):
        render(html_environment(), "web/growth/layout.html", {})


def test_a_template_of_the_workspace_wins_and_its_faults_carry_its_own_name(tmp_path: Path) -> None:
    own = tmp_path / "templates" / "web" / "growth"
    own.mkdir(parents=True)
    (own / "_foot.html").write_text("<footer>eigene {{ frame.site.name }}</footer>", "utf-8")
    assert "eigene 诚信贷" in render(html_environment(tmp_path), "web/growth/layout.html", {"frame": frame()})
    (own / "_foot.html").write_text("\n{{ frame.nothing }}", "utf-8")
    with pytest.raises(VariableMissing, match=r"^templates/web/growth/_foot\.html:2:"):
        render(html_environment(tmp_path), "web/growth/layout.html", {"frame": frame()})


def test_a_template_of_the_workspace_reaches_no_secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CANARY", "canary-1")
    own = tmp_path / "templates" / "web" / "growth"
    own.mkdir(parents=True)
    (own / "_foot.html").write_text("{{ frame.path.__globals__ }}{{ frame.__init__ }}", "utf-8")
    with pytest.raises(Exception, match="not allowed in a template") as fault:
        render(html_environment(tmp_path), "web/growth/layout.html", {"frame": frame()})
    assert "canary" not in str(fault.value)


def test_a_file_that_is_not_utf8_is_named_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "a.txt").write_bytes(b"first\n" + "中文".encode("gbk"))
    with pytest.raises(Exception, match=r"a\.txt:2:1: not UTF-8"):
        render(text_environment(tmp_path), "a.txt", {})


def test_a_state_is_a_mark_and_a_word_and_an_unknown_one_shows_its_name() -> None:
    with speaking("zh-CN"):
        assert (str(look_of("lost").label), look_of("lost").tone) == ("已丢失", "bad")
    assert (look_of("something").label, look_of("something").tone) == ("something", "")


def test_every_field_of_a_pages_variables_is_explained() -> None:
    for kind in (Frame, NavLink, SiteShown, UserShown, styleguide.StyleguidePage):
        assert is_dataclass(kind)
        source = Path(__import__(kind.__module__, fromlist=["x"]).__file__).read_text("utf-8")
        body = source.split(f"class {kind.__name__}")[1].split("\n\n\n")[0].split("\n    def ")[0].split("\n    @property")[0]
        for one in fields(kind):
            assert re.search(rf"    #: .+\n    {one.name}:", body), f"{kind.__name__}.{one.name}"
