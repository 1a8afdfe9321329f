"""``python -m tools.real_sites FOLDER [--only PART]… [--minutes N]``: a real manual on loopback, each finding beside another program's.

FOLDER holds a site's files, e.g. ``/usr/share/doc/python3.11/html`` of Debian's python3.11-doc or
``/usr/share/doc/apache2-doc/manual`` of apache2-doc; ``--only en --only style`` serves these of its entries alone. ``--peers`` is the
folder of programs of an environment with LinkChecker and advertools (``make peers``); each is ended after ``--minutes``, and what it had
found until then is compared and marked. Titles, languages, images and texts are read a third time by the parser of Python's standard
library, which shares no code with ours. The outcome is told in docs/explanation/real-sites.md.
"""

from __future__ import annotations

import argparse
import csv
import json
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urldefrag, urljoin, urlsplit

from benchmarks.crawl.__main__ import GROWTH, served
from benchmarks.crawl.peers import advertools, linkchecker

#: addresses that are shown of a difference
MOST_SHOWN = 5


@dataclass(slots=True)
class Seen:
    """What a program says of a site: addresses by what is wrong with them, and facts by address."""

    sets: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    facts: dict[str, dict[str, str]] = field(default_factory=lambda: defaultdict(dict))


def main(arguments: Sequence[str]) -> int:
    """Audit, let the others look, print the comparison."""
    parser = argparse.ArgumentParser(prog="python -m tools.real_sites", description=__doc__.split("\n\n", 1)[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--peers", type=Path, default=Path(".venv/peers/bin"))
    parser.add_argument("--only", action="append", metavar="PART")
    parser.add_argument("--minutes", type=float, default=60)
    wanted = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as base:
        folder = _part_of(wanted.folder, wanted.only, Path(base) / "site") if wanted.only else wanted.folder
        with served(folder) as url:
            ours = _ours(url, Path(base))
            _say(f"{len(ours.sets['page'])} pages")
            _compare("html.parser", ours, _read_again(folder, ours.sets["page"], url), url)
            for name, look in (("advertools", _advertools), ("LinkChecker", _linkchecker)):
                theirs, whole = look(wanted.peers, url, Path(base), wanted.minutes * 60)
                _compare(name if whole else f"{name}, ended after {wanted.minutes:g} minutes", ours, theirs, url)
    return 0


def _part_of(folder: Path, names: Sequence[str], at: Path) -> Path:
    """A folder with some entries of another."""
    at.mkdir()
    for name in names:
        (at / name).symlink_to((folder / name).resolve())
    return at


def _ours(url: str, base: Path) -> Seen:
    workspace = base / "workspace"
    workspace.mkdir()
    (workspace / "growth.yaml").write_text(GROWTH.format(url=url))
    growth = [str(Path(sys.executable).with_name("growth")), "-C", str(workspace), "--lang", "en"]

    def rows(*command: str) -> list[dict[str, object]]:
        done = subprocess.run([*growth, *command, "--json"], capture_output=True, check=True, text=True)
        found: list[dict[str, object]] = json.loads(done.stdout)
        return found

    subprocess.run([*growth, "seo", "audit", "--max-pages", "1000000", "--json"], capture_output=True, check=True)
    seen = Seen()
    for page in rows("seo", "pages"):
        address = str(page["url"])
        seen.facts["status"][address] = str(page["status"])
        if page["redirect_url"]:
            seen.sets["redirect"].add(address)
        if page["status"] == 200 and page["title"] is not None:
            seen.sets["page"].add(address)
            for name in ("title", "description", "h1", "canonical", "lang"):
                seen.facts[name][address] = _plain(page[name])
    for link in rows("seo", "links", "--broken"):
        if str(link["target"]).startswith(url):
            seen.sets["broken"].add(urldefrag(str(link["target"])).url)
    for issue in rows("seo", "issues"):
        _take_issue(seen, str(issue["check"]), str(issue["url"]), issue["detail"])
    return seen


def _take_issue(seen: Seen, check: str, url: str, detail: dict[str, object]) -> None:
    if check in ("title-missing", "description-missing", "lang-missing", "h1-missing", "h1-multiple", "title-multiple", "id-duplicate"):
        seen.sets[check].add(url)
    elif check == "img-alt-missing":
        seen.sets[check].add(url)
        seen.facts[check][url] = str(detail["count"])
    elif check == "link-broken-fragment":
        seen.sets[check].add(unquote(str(detail["target"])))
    elif check in ("title-duplicate", "content-duplicate", "description-duplicate"):
        seen.sets[check].update(str(one) for one in detail["urls"])


def _linkchecker(peers: Path, url: str, base: Path, most_s: float) -> tuple[Seen, bool]:
    seen = Seen()
    out, whole = linkchecker(peers, url, base, most_s=most_s)
    with out.open(newline="") as lines:
        rows = csv.DictReader((line for line in lines if not line.startswith("#")), delimiter=";")
        for row in rows:
            address = urldefrag(row["url"]).url
            if row["valid"] != "True":
                seen.sets["broken"].add(address)
            if "edirected" in row["warningstring"]:
                seen.sets["redirect"].add(urljoin(row["parentname"] or url, urldefrag(row["urlname"]).url))
    return seen, whole


def _advertools(peers: Path, url: str, base: Path, most_s: float) -> tuple[Seen, bool]:
    seen = Seen()
    out, whole = advertools(peers, url, base, most_s=most_s)
    for line in out.read_text().splitlines():
        page = json.loads(line)
        address = urldefrag(page["url"]).url
        seen.facts["status"][address] = str(page.get("status"))
        for hop in filter(None, str(page.get("redirect_urls") or "").split("@@")):
            seen.sets["redirect"].add(hop)
        if page.get("status", 0) >= 400:
            seen.sets["broken"].add(address)
        elif "html" in str(page.get("resp_headers_Content-Type", "")):
            seen.sets["page"].add(address)
            for ours, theirs in (("title", "title"), ("description", "meta_desc"), ("h1", "h1"), ("canonical", "canonical")):
                seen.facts[ours][address] = _plain(str(page.get(theirs) or "").split("@@")[0])
            seen.sets["title-missing"].update([address] * (not page.get("title")))
            seen.sets["description-missing"].update([address] * (not page.get("meta_desc")))
            seen.sets["h1-missing"].update([address] * (not str(page.get("h1") or "").strip("@ \n")))
            seen.sets["h1-multiple"].update([address] * ("@@" in str(page.get("h1") or "")))
    _same(seen, "title-duplicate", seen.facts["title"])
    return seen, whole


class _Reader(HTMLParser):
    """Title, language, description, headings, images, ids and visible text of a page, as plainly as can be."""

    def __init__(self) -> None:
        super().__init__()
        self.lang = self.title = self.description = ""
        self.no_alt = self.h1 = 0
        self.ids: list[str] = []
        self.names: list[str] = []
        self.hrefs: list[str] = []
        self.text: list[str] = []
        self._in: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "html":
            self.lang = given.get("lang") or given.get("xml:lang") or ""
        if tag == "meta" and (given.get("name") or "").lower() == "description":
            self.description = given.get("content") or ""
        self.no_alt += tag == "img" and "alt" not in given
        self.h1 += tag == "h1"
        if given.get("id"):
            self.ids.append(str(given["id"]))
        if tag == "a":
            self.names.append(given.get("name") or "")
            self.hrefs.append(given.get("href") or "")
        if tag in ("title", "script", "style"):
            self._in.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if self._in and self._in[-1] == tag:
            self._in.pop()

    def handle_data(self, data: str) -> None:
        if not self._in:
            self.text.append(data)
        elif self._in[-1] == "title":
            self.title += data


def _read_again(folder: Path, pages: Iterable[str], base: str) -> Seen:
    seen, texts = Seen(), dict[str, str]()
    anchors: dict[str, set[str]] = {}
    wanted: set[tuple[str, str]] = set()
    for address in sorted(pages):
        path = folder / unquote(urlsplit(address).path).lstrip("/")
        raw = (path / "index.html" if path.is_dir() else path).read_bytes()
        reader = _Reader()
        reader.feed(raw.decode(_charset(raw), "replace"))
        seen.sets["page"].add(address)
        seen.facts["title"][address] = _plain(reader.title)
        seen.facts["description"][address] = _plain(reader.description)
        seen.facts["lang"][address] = reader.lang
        if reader.no_alt:
            seen.facts["img-alt-missing"][address] = str(reader.no_alt)
        for name, wrong in (
            ("title-missing", not reader.title.strip()),
            ("description-missing", not reader.description.strip()),
            ("lang-missing", not reader.lang),
            ("img-alt-missing", reader.no_alt > 0),
            ("h1-missing", reader.h1 == 0),
            ("h1-multiple", reader.h1 > 1),
            ("id-duplicate", len(reader.ids) > len(set(reader.ids))),
        ):
            seen.sets[name].update([address] * bool(wrong))
        anchors[address] = {*reader.ids, *reader.names}
        for href in reader.hrefs:
            target, fragment = urldefrag(urljoin(address, href.strip()))
            if target.startswith(base) and not (folder / unquote(urlsplit(target).path).lstrip("/")).exists():
                seen.sets["broken"].add(target)
            if fragment and fragment != "top":
                wanted.add((target, fragment))
        texts[address] = sha256("".join("".join(reader.text).split()).encode()).hexdigest()
    _same(seen, "title-duplicate", seen.facts["title"])
    _same(seen, "content-duplicate", texts)
    for target, fragment in wanted:
        if target in anchors and not {fragment, unquote(fragment)} & anchors[target]:
            seen.sets["link-broken-fragment"].add(unquote(f"{target}#{fragment}"))
    return seen


def _charset(raw: bytes) -> str:
    head = raw[:1024].decode("ascii", "replace").lower()
    for mark in ("charset=", "encoding="):
        if mark in head:
            return head.split(mark, 1)[1].lstrip("\"'").split('"')[0].split("'")[0].split(">")[0].strip()
    return "utf-8"


def _same(seen: Seen, name: str, values: dict[str, str]) -> None:
    groups: dict[str, list[str]] = defaultdict(list)
    for address, value in values.items():
        if value:
            groups[value].append(address)
    seen.sets[name].update(address for group in groups.values() if len(group) > 1 for address in group)


def _plain(value: object) -> str:
    return " ".join(str(value or "").split())


def _compare(name: str, ours: Seen, theirs: Seen, base: str) -> None:
    _say(f"\n{name}\n  {'finding':24} {'both':>6} {'ours only':>10} {'theirs only':>12}")
    for finding in sorted(theirs.sets):
        one, other = ours.sets[finding], theirs.sets[finding]
        _say(f"  {finding:24} {len(one & other):6} {len(one - other):10} {len(other - one):12}")
        for words, addresses in (("ours", one - other), ("theirs", other - one)):
            for address in sorted(addresses)[:MOST_SHOWN]:
                _say(f"      {words}: {address.removeprefix(base)}")
    for fact in sorted(theirs.facts):
        _say(*_differences(fact, ours.facts[fact], theirs.facts[fact], base))


def _differences(fact: str, one: dict[str, str], other: dict[str, str], base: str) -> Iterator[str]:
    shared = one.keys() & other.keys()
    wrong = sorted(address for address in shared if one[address] != other[address])
    yield f"  {'the same ' + fact:24} {len(shared) - len(wrong):6} of {len(shared)}"
    for address in wrong[:MOST_SHOWN]:
        yield f"      {address.removeprefix(base)}: ours “{one[address][:70]}”, theirs “{other[address][:70]}”"


def _say(*lines: str) -> None:
    for line in lines:
        sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
