"""The crawl report's tables: columns that SEO staff know from their tools, redirects with their ends, pictures, languages."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from seo.listing import list_pages
from seo.report import crawl_tables, write_report
from tests.sites.served import Served, files

BASE = "https://www.moved.test/"


@pytest.fixture
def database_url() -> None:
    """Tables are the same to each database; one query of each kind is tried with both by the pages of the dashboard."""
    return


def table_of(database: Any, crawl: Any, id: str) -> dict[str, dict[str, Any]]:
    """Rows of a table by the path of their address; of several with one address the last."""
    table = next(one for one in crawl_tables(database, crawl) if one.id == id)
    return {str(row["url"]).removeprefix(BASE): dict(row) for row in table.rows}


def test_documents_have_the_columns_of_an_export_with_what_the_pages_say(audit_of: Callable[..., Any], tmp_path: Path) -> None:
    head = (
        '<meta name="robots" content="index, max-snippet:50"><meta name="keywords" content="借款,利率">'
        '<link rel="next" href="/list.html?page=3"><link rel="prev" href="/list.html">'
    )
    resources: dict[str, Any] = files(BASE)
    resources |= {
        "/": {"links": ["/a.html", "/a.html", "/old", "https://elsewhere.test/x", "https://elsewhere.test/x"]},
        "/a.html": {"head": head, "h1": "借款", "main": "<h2>一</h2><h2>申请条件</h2>", "links": ["/", "/a.html"]},
        "/old": {"location": "/a.html"},
        "/list.html": {"headers": {"X-Robots-Tag": "noarchive", "Last-Modified": "Mon, 23 Nov 2026 08:00:00 GMT"}},
    }
    database, result = audit_of(Served(base=BASE, resources=resources))
    (path,) = write_report(database, result.crawl, format="xlsx", target=tmp_path / "report.xlsx")
    book = openpyxl.load_workbook(path)
    assert {line[0] for line in book["Issues by check"].iter_rows(min_row=2, values_only=True)} <= {"Error", "Warning", "Notice"}
    lines = book["Internal"].iter_rows(values_only=True)
    names = [str(name) for name in next(lines)]
    rows = {str(line[0]).removeprefix(BASE): dict(zip(names, line, strict=True)) for line in lines}
    page = rows["a.html"]
    assert {name: page[name] for name in ("H1-1", "H1-1 Length", "H2-1", "H2-1 Length", "H2-2", "H2-2 Length")} == {
        "H1-1": "借款", "H1-1 Length": 2, "H2-1": "一", "H2-1 Length": 1, "H2-2": "申请条件", "H2-2 Length": 4,
    }  # fmt: skip
    assert (page["Meta Robots 1"], page["Meta Keywords 1"], page["Meta Keywords 1 Length"]) == ("index, max-snippet:50", "借款,利率", 5)
    assert (page['rel="next" 1'], page['rel="prev" 1']) == (f"{BASE}list.html?page=3", f"{BASE}list.html")
    assert (page["Inlinks"], page["Unique Inlinks"]) == (3, 1), "two links, and one by way of the redirect, all on the home page"
    assert (page["Outlinks"], page["Unique Outlinks"]) == (2, 2)
    home = rows[""]
    assert (home["Outlinks"], home["Unique Outlinks"], home["External Outlinks"], home["Unique External Outlinks"]) == (3, 2, 3, 2)
    assert (rows["list.html"]["X-Robots-Tag 1"], rows["list.html"]["Last Modified"]) == ("noarchive", "Mon, 23 Nov 2026 08:00:00 GMT")
    assert (rows["old"]["Status"], rows["old"]["Inlinks"], rows["old"]["H1-1 Length"], rows["old"]["Outlinks"]) == (
        "Moved Permanently", 1, None, None,
    )  # fmt: skip
    assert rows["list.html?page=3"]["Status"] == "OK"
    assert page["Crawl Timestamp"] is not None
    assert min(page["Title 1 Pixel Width"], page["Meta Description 1 Pixel Width"]) > 100
    stored = {row["url"].removeprefix(BASE): row["inlinks"] for row in list_pages(database) if row["title"] is not None}
    assert {name: row["Unique Inlinks"] for name, row in rows.items() if name in stored} == stored


def test_pictures_are_told_with_their_weight_their_text_and_who_shows_them(audit_of: Callable[..., Any]) -> None:
    main = '<img src="/a.png" alt="利率表" width=1 height=1><img src="/a.png" width=1 height=1><i style="background:url(/b.png)"></i>'
    resources: dict[str, Any] = {**files(BASE), "/a.png": {"png": "800x600", "type": "image/png"}}
    resources |= {"/": {"links": ["/p.html"], "main": main}, "/p.html": {"main": '<img src="/gone.png" alt=""><img src="/a.png" alt="">'}}
    resources["/b.png"] = {"png": "40x40", "type": "image/png"}
    database, result = audit_of(Served(base=BASE, resources=resources))
    rows = table_of(database, result.crawl, "images")
    picture = rows["a.png"]
    assert (picture["pages"], picture["uses"], picture["without_alt"], picture["alt"], picture["alt_length"]) == (2, 3, 2, "利率表", 3)
    assert (picture["status"], picture["media_type"], picture["size_bytes"], picture["source"]) == (200, "image/png", 29, BASE)
    assert (rows["gone.png"]["status"], rows["gone.png"]["without_alt"], rows["gone.png"]["source"]) == (404, 1, f"{BASE}p.html")
    assert rows["b.png"]["shown_as"] == "Image of a style"
    assert "share.png" in rows, "a picture for sharing is one too"
    assert not any(name.endswith(".js") for name in rows)


def test_languages_are_told_with_what_they_return(audit_of: Callable[..., Any]) -> None:
    def versions(**pages: str) -> str:
        return "".join(f'<link rel="alternate" hreflang="{lang}" href="{path}">' for lang, path in pages.items())

    resources: dict[str, Any] = files(BASE)
    resources |= {
        "/": {"head": versions(zh="/", en="/en.html", de="/de.html", fr="/fr.html")},
        "/en.html": {"head": versions(zh="/", en="/en.html"), "lang": "en"},
        "/de.html": {"head": versions(de="/de.html"), "lang": "de"},
    }
    database, result = audit_of(Served(base=BASE, resources=resources))
    table = next(one for one in crawl_tables(database, result.crawl) if one.id == "hreflang")
    told = [
        (
            str(row["url"]).removeprefix(BASE),
            row["lang"],
            str(row["target"]).removeprefix(BASE),
            row["status"],
            row["itself"],
            row["returned"],
        )
        for row in table.rows
    ]
    assert told == [
        ("", "zh", "", 200, "yes", ""),
        ("", "en", "en.html", 200, "", "yes"),
        ("", "de", "de.html", 200, "", "no"),
        ("", "fr", "fr.html", 404, "", ""),
        ("en.html", "zh", "", 200, "", "yes"),
        ("en.html", "en", "en.html", 200, "yes", ""),
        ("de.html", "de", "de.html", 200, "yes", ""),
    ]
    assert {row["occurrences"] for row in table.rows if row["url"] == BASE} == {4}
    assert next(row for row in table.rows if row["lang"] == "fr")["indexability"] == "Client or server error"


def test_chains_loops_and_dead_ends_are_told_with_their_links(audit_of: Callable[..., Any]) -> None:
    moved = {"/a": "/b", "/b": "/p.html", "/round": "/about", "/about": "/round", "/dead": "/gone.html"}
    resources: dict[str, Any] = {**files(BASE), **{path: {"location": to} for path, to in moved.items()}}
    resources |= {"/": {"links": ["/p.html", "/a", "/round", "/dead"]}, "/p.html": {"links": ["/", "/a"]}}
    database, result = audit_of(Served(base=BASE, resources=resources))
    table = next(one for one in crawl_tables(database, result.crawl) if one.id == "redirects")
    rows = {str(row["url"]).removeprefix(BASE): row for row in table.rows}
    assert table.rows[0]["url"] == f"{BASE}a", "two pages link to it"
    told = {
        name: (row["hops"], bool(row["loop"]), str(row["final_url"]).removeprefix(BASE), row["final_status"], row["inlinks"])
        for name, row in rows.items()
    }
    assert told == {
        "a": (2, False, "p.html", 200, 2),
        "b": (1, False, "p.html", 200, 0),
        "round": (2, True, "round", None, 1),
        "about": (2, True, "about", None, 0),
        "dead": (1, False, "gone.html", 404, 1),
    }
    assert rows["a"]["chain"] == f"{BASE}a → {BASE}b → {BASE}p.html"
    assert rows["dead"]["redirect_url"] == f"{BASE}gone.html"
