"""The zh-CN catalogues: complete, with the fields of the source, and reaching people on the command line and on pages."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator

import pytest
from babel.messages.catalog import Message
from babel.messages.pofile import read_po

from tests.web import Web
from tools import catalogues

FIELD = re.compile(r"\{\w*(?:[.\[!:][^{}]*)?\}|%\(\w+\)[sd]")
#: three English words in a row: a sentence that nobody translated
SENTENCE = re.compile(r"[A-Za-z][a-z’']+(?:,? [a-z][a-z’']*){2,}")


def texts() -> Iterator[tuple[str, Message]]:
    for owner in catalogues.OWNERS:
        with (catalogues.FOLDER / f"{owner}.po").open("rb") as stream:
            yield from ((owner, message) for message in read_po(stream, locale="zh_CN") if message.id)


def forms(value: object) -> tuple[str, ...]:
    return tuple(str(one) for one in value) if isinstance(value, list | tuple) else (str(value),)


def test_a_text_has_one_translation_whoever_says_it() -> None:
    """The catalogues are looked through one after the other: of two translations of one text, one would show on the other's pages."""
    said: dict[str, set[str]] = {}
    for _owner, message in texts():
        said.setdefault(str(message.id), set()).add(str(message.string))
    assert {text: words for text, words in said.items() if len(words) > 1} == {}


def test_no_text_of_the_program_is_without_a_translation() -> None:
    left = {owner: catalogues.missing(catalogues.merged(owner, template)) for owner, template in catalogues.collect().items()}
    assert {owner: found for owner, found in left.items() if found} == {}


def test_a_translation_has_the_fields_of_its_text_and_ends_as_it_does() -> None:
    wrong = []
    for owner, message in texts():
        source, (said,) = forms(message.id), forms(message.string)
        wanted = set(FIELD.findall(source[-1]))
        if set(FIELD.findall(said)) != wanted or said.endswith("\n") != source[-1].endswith("\n"):
            wrong.append((owner, source[-1], said))
    assert wrong == []


def test_no_translation_is_english_by_accident() -> None:
    same = [
        (owner, said)
        for owner, message in texts()
        for said in forms(message.string)
        if said in forms(message.id) and re.search(r"[A-Za-z]{2}", FIELD.sub("", said))
    ]
    assert [one for one in same if SENTENCE.search(re.sub(r"growth [^：。]*", "", one[1]))] == []


def test_translations_use_the_marks_of_chinese() -> None:
    wrong = [
        (owner, said)
        for owner, message in texts()
        for said in forms(message.string)
        if re.search(r"[\u4e00-\u9fff][;?!](?:\s|$)|[\u4e00-\u9fff]\.$|！", said)
    ]
    assert wrong == []


WALK = """
import re, sys, typer
from growth.language import use_language
use_language("zh-CN")
from growth.cli.usage import HouseFormatter
from growth.cli.words import program
from typer.core import TyperGroup
TyperGroup.context_class.formatter_class = HouseFormatter
def walk(command, context, path):
    yield path, command.get_help(context)
    for name in command.list_commands(context) if hasattr(command, "list_commands") else ():
        below = command.get_command(context, name)
        yield from walk(below, below.context_class(below, info_name=name, parent=context), f"{path} {name}")
root = typer.main.get_command(program())
for path, text in walk(root, root.context_class(root, info_name="growth", terminal_width=400, max_content_width=400), "growth"):
    print("\\x00" + path + "\\x01" + text)
"""


def test_no_help_page_says_an_english_sentence() -> None:
    said = subprocess.run([sys.executable, "-c", WALK], capture_output=True, text=True, check=True, timeout=120).stdout
    pages = [page.partition("\x01") for page in said.split("\x00") if page]
    assert len(pages) > 100
    wrong = []
    for path, _mark, text in pages:
        for line in text.splitlines():
            prose = re.sub(r"(?:示例|用法)：.*|growth (?:-C )?[a-z].*", "", line)
            listed = re.sub(r"(?:[\w.-]+, )+[\w.-]+", "", prose)
            wrong += [(path, found[0]) for found in SENTENCE.finditer(listed)]
    assert wrong == []


@pytest.mark.parametrize("path", ["/", "/channels", "/jobs", "/settings"])
def test_a_page_says_no_english_sentence_to_who_reads_chinese(web: Web, path: str) -> None:
    browser = web.browser("admin", "seo", "marketer", "director")
    browser.post("/appearance", {"language": "zh-CN"})
    shown = browser.get(path)
    assert shown.status_code == 200
    assert '<html lang="zh-CN"' in shown.text
    body = re.sub(r"<(script|style|svg|code|pre)\b.*?</\1>", " ", shown.text, flags=re.S)
    words = re.sub(r"<[^>]+>", "\n", body)
    assert re.search(r"[\u4e00-\u9fff]{4}", words)
    assert [found[0] for found in SENTENCE.finditer(re.sub(r"growth [a-z][^\n]*", "", words))] == []
