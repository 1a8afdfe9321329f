"""Links within the documentation lead somewhere."""

from __future__ import annotations

import posixpath
from urllib.parse import unquote

from tests.docs.pages import ROOT, anchors, links, pages


def test_links_between_pages_lead_to_a_page_and_a_heading() -> None:
    wrong = []
    for link in links():
        if "://" in link.target or link.target.startswith("mailto:"):
            continue
        path, _hash, anchor = unquote(link.target).partition("#")
        target = posixpath.normpath(posixpath.join(posixpath.dirname(link.page), path)) if path else link.page
        if not (ROOT / target).exists():
            wrong.append(f"{link.page}:{link.line}: {link.target} is not there")
        elif anchor and target.endswith(".md") and anchor not in anchors(target):
            wrong.append(f"{link.page}:{link.line}: {target} has no heading #{anchor}")
    assert wrong == []


def test_links_to_the_world_are_https() -> None:
    assert [f"{link.page}:{link.line}: {link.target}" for link in links() if link.target.startswith("http://")] == []


def test_every_page_of_docs_is_reached_from_the_index() -> None:
    reached, waiting = set(), ["docs/index.md"]
    while waiting:
        page = waiting.pop()
        if page in reached or page not in pages():
            continue
        reached.add(page)
        for link in links():
            if link.page == page and "://" not in link.target and (path := link.target.partition("#")[0]):
                waiting.append(posixpath.normpath(posixpath.join(posixpath.dirname(page), unquote(path))))
    wanted = {page for page in pages() if page.startswith("docs/")}
    assert sorted(wanted - reached) == []


def test_the_index_is_reached_from_the_front_page() -> None:
    assert "docs/index.md" in {link.target for link in links() if link.page == "README.md"}


def test_nothing_tells_of_the_machine_that_it_was_written_on() -> None:
    marks = ("/work/", "/root/", "/home/", "/tmp/bash", "file://")
    assert [f"{page}: {mark}" for page, text in pages().items() for mark in marks if mark in text] == []
