"""A workspace with a campaign and its people, on SQLite or PostgreSQL."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.campaign.text import BODY_MARKDOWN
from growth.security import fresh_key

GROWTH = """site: {{name: 诚信贷, url: 'https://www.example.com/', company: 诚信数据科技有限公司, locale: en}}
public_url: https://go.example.com/
{database}
email: {{from: "诚信贷 <news@example.com>", smtp: {{host: 127.0.0.1, port: {port}, tls: none}}}}
"""
CAMPAIGN = """medium: email
channel: newsletter
audience: {{all: [{{field: email, exists: true}}]}}
content:
  subject: "{{{{ contact.name }}}}，本月更新"
  body: |
    {{{{ contact.name }}}}，请看[本月更新]({{{{ site.url }}}}news)。

{body}
"""
HEADER = "email,name,role,tags,email_consent,city\n"


def growth(*arguments: str) -> list[str]:
    """The command of this environment."""
    return [str(Path(sys.executable).with_name("growth")), "--lang", "en", "--quiet", *arguments]


def make_workspace(folder: Path, *, port: int, database: str = "") -> None:
    """Files and keys, and the database claimed."""
    (folder / "campaigns").mkdir(parents=True)
    text = GROWTH.format(port=port, database=f"database: {database}" if database else "")
    (folder / "growth.yaml").write_text(text, "utf-8")
    names = {"GROWTH_KEYS": f"k1:{fresh_key()}", "GROWTH_INDEX_KEY": fresh_key(), "GROWTH_SIGNING_KEY": fresh_key()}
    (folder / ".env").write_text("".join(f"{name}={value}\n" for name, value in names.items()))
    (folder / ".env").chmod(0o600)
    (folder / "channels.yaml").write_text("channels: {newsletter: {medium: email}}\n")
    body = "\n".join(f"    {line}" if line else "" for line in BODY_MARKDOWN.splitlines())
    (folder / "campaigns" / "monthly.yaml").write_text(CAMPAIGN.format(body=body), "utf-8")
    for words in (["db", "upgrade"], ["db", "claim"]):
        subprocess.run(growth("-C", str(folder), *words), check=True, capture_output=True)


def make_desk(folder: Path, port: int, people: int, *, database: str = "") -> None:
    """A workspace with so many people in it."""
    make_workspace(folder, port=port, database=database)
    write_people(folder / "people.csv", people)
    subprocess.run(growth("-C", str(folder), "contacts", "import", str(folder / "people.csv"), "--json"), check=True, capture_output=True)


def use_port(folder: Path, port: int) -> None:
    """Send to the mail server at that port from now on."""
    path = folder / "growth.yaml"
    path.write_text(re.sub(r"port: \d+", f"port: {port}", path.read_text("utf-8")), "utf-8")


def write_people(path: Path, count: int) -> None:
    """A table of `count` people, every one with consent."""
    with path.open("w", encoding="utf-8") as out:
        out.write(HEADER)
        for number in range(count):
            role, tag, city = (
                ("investor", "borrower")[number % 2],
                ("新", "vip", "")[number % 3],
                ("北京", "上海", "广州", "成都")[number % 4],
            )
            out.write(f"p{number}@example.com,人{number},{role},{tag},yes,{city}\n")


@contextmanager
def sink(delay_ms: int = 0) -> Iterator[int]:
    """The mail server in a process of its own, which lets its answers wait; its port."""
    process = subprocess.Popen([sys.executable, "-m", "benchmarks.campaign.sink", str(delay_ms)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        yield int(process.stdout.readline())
    finally:
        process.terminate()
        process.wait()
