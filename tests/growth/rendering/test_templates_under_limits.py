"""What people write into templates cannot read, eat or stop anything; what is broken is named with file and line."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from growth.errors import GrowthError
from growth.rendering import LONG, LimitedRenderer, Source, TemplateBroken, TemplateTooHeavy, VariableMissing, check_source

CONTACT = {"name": "张三", "email": "z@example.com"}


@pytest.fixture(scope="module")
def renderer() -> Iterator[LimitedRenderer]:
    with LimitedRenderer() as found:
        yield found


def rendered(renderer: LimitedRenderer, text: str, *, html: bool = True, **variables: object) -> str:
    return renderer.once({"text": Source(text=text, name="campaigns/monthly.yaml", first_line=12, html=html)}, variables)["text"]


def test_html_escapes_what_is_printed_and_text_does_not(renderer: LimitedRenderer) -> None:
    assert rendered(renderer, "<p>{{ contact.name }}</p>", contact={"name": "<b>&"}) == "<p>&lt;b&gt;&amp;</p>"
    assert rendered(renderer, "{{ contact.name }}", html=False, contact={"name": "<b>&"}) == "<b>&"


@pytest.mark.parametrize("name", ["{{ 7*7 }}", "{% raw %}", "{{ contact.email }}", "{# x #}"])
def test_template_syntax_in_data_is_printed_as_it_is(renderer: LimitedRenderer, name: str) -> None:
    assert rendered(renderer, "{{ contact.name }}", html=False, contact={"name": name}) == name


@pytest.mark.parametrize(
    "text",
    [
        "{{ ''.__class__ }}",
        "{{ ''['__class__'] }}",
        "{{ lipsum.__globals__ }}",
        "{{ cycler.__init__ }}",
        "{{ self.__init__.__globals__ }}",
        "{{ _.__globals__ }}",
        "{{ gettext.__globals__['os'] }}",
        "{{ config }}",
        "{{ env }}",
        "{{ ''|attr('__class__') }}",
        "{{ '%s'|format('x') }}",
        "{{ '{0.__class__}'.format(contact) }}",
        "{{ '{0.__class__}'.format_map(contact) }}",
        "{% include '../../../etc/passwd' %}",
        "{% include '/etc/passwd' %}",
        "{{ ngettext('{n.__class__}', '{n.__class__}', 1) }}",
        "{{ contact.update({'name': 'other'}) }}",
    ],
)
def test_what_reaches_into_python_is_refused_with_the_line(renderer: LimitedRenderer, text: str) -> None:
    with pytest.raises(TemplateBroken) as fault:
        rendered(renderer, f"Hello\n{text}", contact=CONTACT)
    assert fault.value.where is not None
    assert (fault.value.where.file, fault.value.where.line) == ("campaigns/monthly.yaml", 13)


def test_a_message_with_a_dotted_field_shows_the_field_and_reads_nothing(renderer: LimitedRenderer) -> None:
    assert "class" in rendered(renderer, "{{ _('{a.__class__}', a=contact) }}", html=False, contact=CONTACT)
    assert "dict" not in rendered(renderer, "{{ _('{a.__class__}', a=contact) }}", html=False, contact=CONTACT)


def test_no_secret_of_the_environment_reaches_the_process_that_renders(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CANARY_SECRET", "canary-7731")
    with LimitedRenderer() as renderer:
        renderer.load({"text": Source(text="x", name="a.html")})
        process = renderer._process
        assert process is not None
        assert "canary" not in Path(f"/proc/{process.pid}/environ").read_text()


@pytest.mark.parametrize(
    "bomb",
    [
        "{{ 'a' * 200000000 }}",
        "{{ 'a'.center(300000000) }}",
        "{{ 'a'.zfill(300000000) }}",
        "{{ [0] * 200000000 }}",
        "{{ range(999999999)|list }}",
        "{{ 9 ** 999999999 }}",
        "{{ 1 << 999999999 }}",
        "{% set ns = namespace(s='aaaaaaaaaa') %}{% for i in range(60) %}{% set ns.s = ns.s ~ ns.s %}{% endfor %}{{ ns.s }}",
        "{% for i in range(99999) %}0123456789012345678901234567890123456789{% endfor %}",
        "{% macro again() %}{{ again() }}{% endmacro %}{{ again() }}",
    ],
)
def test_bombs_are_stopped_and_the_next_template_renders(renderer: LimitedRenderer, bomb: str) -> None:
    with pytest.raises(TemplateBroken):
        rendered(renderer, bomb)
    assert rendered(renderer, "{{ contact.name }}", contact=CONTACT) == "张三"


def test_an_endless_loop_is_stopped_and_costs_only_its_own_row(renderer: LimitedRenderer) -> None:
    text = "{% for a in range(n) %}{% for b in range(n) %}{% endfor %}{% endfor %}done"
    renderer.load({"text": Source(text=text, name="a.html")})
    began = time.monotonic()
    first, second, third = renderer.rows([{"n": 1}, {"n": 99999}, {"n": 2}])
    assert not isinstance(first, GrowthError)
    assert isinstance(second, TemplateTooHeavy)
    assert not isinstance(third, GrowthError)
    assert third["text"] == "done"
    assert time.monotonic() - began < 30


def test_one_recipient_without_a_value_does_not_stop_the_others(renderer: LimitedRenderer) -> None:
    source = Source(text="您好\n{{ contact.name }}", name="templates/sms/a.txt", html=False)
    renderer.load({"text": source})
    answers = list(
        renderer.rows(
            [
                {"contact": {"name": "a"}},
                {"contact": {}},
                {"contact": {"name": ""}},
                {"contact": {"name": None}},
                {"contact": {"name": "b"}},
            ]
        )
    )
    assert [isinstance(answer, VariableMissing) for answer in answers] == [False, True, True, True, False]
    assert all(str(answer).startswith("templates/sms/a.txt:2:") for answer in answers if isinstance(answer, GrowthError))


def test_long_pieces_of_a_template_are_the_same_in_every_message() -> None:
    long = "本月更新，请看。" * LONG
    text = f"{{{{ name }}}}{long}{{% for each in names %}}<b>{{{{ each }}}}</b>{long}!{{% endfor %}}"
    with LimitedRenderer() as renderer:
        renderer.load({"html": Source(text=text, name="x", html=True), "text": Source(text=text, name="x", html=False)})
        one, two = renderer.rows([{"name": "A", "names": ["<B>", long]}, {"name": "C", "names": []}])
    assert not isinstance(one, GrowthError)
    assert not isinstance(two, GrowthError)
    assert one["text"] == f"A{long}<b><B></b>{long}!<b>{long}</b>{long}!" == "".join(one["text"].pieces)
    assert one["html"] == f"A{long}<b>&lt;B&gt;</b>{long}!<b>{long}</b>{long}!"
    assert two["html"] == f"C{long}"
    assert one["html"].pieces[1] is two["html"].pieces[1]


def test_a_default_takes_the_place_of_an_empty_value(renderer: LimitedRenderer) -> None:
    assert rendered(renderer, "{{ contact.name or '您好' }}", html=False, contact={"name": ""}) == "您好"
    assert rendered(renderer, "{{ contact.name | default('您好') }}", html=False, contact={}) == "您好"


def test_a_syntax_error_in_yaml_names_the_line_of_the_yaml(renderer: LimitedRenderer) -> None:
    with pytest.raises(TemplateBroken, match=r"campaigns/monthly\.yaml:14:"):
        rendered(renderer, "a\nb\n{% if %}")


def test_a_text_may_fill_the_block_of_a_template_of_the_workspace(tmp_path: Path) -> None:
    folder = tmp_path / "templates" / "email" / "own"
    folder.mkdir(parents=True)
    (folder / "body.html").write_text("<h1>{{ site.name }}</h1>{% block body %}{% endblock %}", "utf-8")
    with LimitedRenderer(root=tmp_path) as renderer:
        text = "{% extends 'email/own/body.html' %}{% block body %}<p>{{ contact.name }}</p>{% endblock %}"
        answer = renderer.once({"html": Source(text=text, name="campaigns/a.yaml")}, {"site": {"name": "诚信贷"}, "contact": CONTACT})
        assert answer["html"] == "<h1>诚信贷</h1><p>张三</p>"
        (folder / "body.html").write_text("<h1>{{ site.nam }}</h1>", "utf-8")
        with pytest.raises(VariableMissing, match=r"templates/email/own/body\.html:1:"):
            renderer.once({"html": Source(text=text, name="campaigns/a.yaml")}, {"site": {"name": "诚信贷"}, "contact": CONTACT})


def test_a_link_out_of_the_templates_folder_finds_nothing(tmp_path: Path) -> None:
    secret = tmp_path / "secret.html"
    secret.write_text("hidden")
    (tmp_path / "ws" / "templates").mkdir(parents=True)
    (tmp_path / "ws" / "templates" / "a.html").symlink_to(secret)
    with LimitedRenderer(root=tmp_path / "ws") as renderer, pytest.raises(TemplateBroken, match=r"no template “a\.html”"):
        renderer.once({"text": Source(text="{% include 'a.html' %}", name="x.html")}, {})


def test_checking_names_every_fault_at_once_with_its_line() -> None:
    text = "{{ contact.nam }}\n{{ conact.name }}\n{{ contact.name.__class__ }}\n{{ contact.email }}"
    faults = check_source(Source(text=text, name="campaigns/a.yaml", first_line=20), {"contact": {"name", "email"}})
    assert [fault.where.line for fault in faults if fault.where] == [20, 21, 22]
    assert [fault.fix for fault in faults][:2] == ["did you mean “name”?", "did you mean “contact”?"]


def test_checking_refuses_filters_that_are_taken_out_and_ones_that_never_were() -> None:
    taken_out = check_source(Source(text="\n{{ ''|attr('x') }}", name="a.yaml"), {})
    never = check_source(Source(text="\n{{ ''|nosuch }}", name="a.yaml"), {})
    assert [str(fault).split(" ")[0] for fault in (*taken_out, *never)] == ["a.yaml:2:1:", "a.yaml:2:1:"]


def test_a_good_template_has_no_faults() -> None:
    source = Source(text="{% set x = 1 %}{{ contact.name or '您好' }} {{ x }} {{ _('Hello') }}", name="a.yaml")
    assert check_source(source, {"contact": None}) == []
