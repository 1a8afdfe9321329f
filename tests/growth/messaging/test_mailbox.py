"""A mailbox of returned mail over IMAP: read once, left as it is, and taken up where it was cut off."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from growth import clock
from growth.contacts import Medium, address_index
from growth.db import Database
from growth.errors import Unreachable
from growth.jobs import ChoreRun
from growth.messaging import message_id, open_provider, read_mailbox
from growth.messaging.jobs import jobs, read_feedback
from growth.messaging.models import Delivery
from growth.sandbox import Sandbox
from growth.workspace import WorkspaceInvalid
from tests.command import Growth
from tests.growth.messaging.senders import Recorder, frozen, people, send, states, tally
from tests.growth.messaging.test_bounces import dsn, plain
from tests.imap_served import imap_server, put

YAML = """site: {{url: https://www.example.com/, locale: en}}
email:
  from: news@example.com
  feedback: {{host: 127.0.0.1, port: {port}, tls: none, username: bounces, password: "${{IMAP_PASSWORD}}"}}
"""


@pytest.fixture
def box(tmp_path: Path) -> Iterator[tuple[Path, int]]:
    with imap_server(tmp_path / "imap") as port:
        yield tmp_path / "imap", port


Opened = Callable[..., Database]


@pytest.fixture
def opened(open_workspace: Opened, box: tuple[Path, int]) -> Opened:
    def open_(password: str = "secret", **more: str) -> Database:
        return open_workspace(YAML.format(port=box[1]) + "".join(more.values()), env={"IMAP_PASSWORD": password})

    return open_


def delivery_to(database: Database, address: str) -> Delivery:
    with database.read() as session:
        index = address_index(session, Medium.EMAIL, address)
        return session.scalars(select(Delivery).where(Delivery.address_index == index)).one()


def dated(raw: bytes, **ago: int) -> bytes:
    return f"Date: {format_datetime(clock.now() - timedelta(**ago))}\n".encode() + raw


def test_what_came_back_is_read_once_and_what_comes_later_the_next_time(opened: Opened, box: tuple[Path, int]) -> None:
    database, folder = opened(), box[0]
    people(database, 3)
    frozen(database)
    send(database, Recorder())
    ours = [message_id(delivery_to(database, f"p{number}@example.com").id, "news@example.com") for number in range(3)]
    put(folder, 1, dated(dsn(recipient="old@example.com", message=ours[2]), days=40))
    put(folder, 2, dated(dsn(message=ours[0]), hours=1))
    put(folder, 3, dated(plain("thanks", subject="自动回复：外出", sender="zhang@qq.com"), hours=1))
    now = clock.now()
    looked = list(read_mailbox(database, now=now, dry_run=True))
    assert tally(database) == states(accepted=3)
    read = list(read_mailbox(database, now=now))
    assert looked == read
    assert [str(mail.reports[0].kind) for mail in read] == ["bounce", "auto-reply"]
    assert tally(database) == states(accepted=2, bounced=1)
    assert list(read_mailbox(database, now=now)) == []
    put(folder, 9, dated(dsn(message=ours[1])))
    assert [mail.file.rpartition("#")[2] for mail in read_mailbox(database, now=now)] == ["9"]
    assert tally(database) == states(accepted=1, bounced=2)
    assert sorted(path.name for path in folder.glob("*.eml")) == ["000001.eml", "000002.eml", "000003.eml", "000009.eml"]


def test_a_reading_that_was_cut_off_goes_on_there(opened: Opened, box: tuple[Path, int]) -> None:
    database, folder = opened(), box[0]
    for number in range(1, 6):
        put(folder, number, dated(dsn(recipient=f"p{number}@example.com", message=""), hours=1))
    reading = read_mailbox(database, now=clock.now())
    assert [next(reading).file[-2:] for _time in range(2)] == ["#1", "#2"]
    reading.close()
    # the second was handed on, so it was applied and kept
    assert [mail.file[-2:] for mail in read_mailbox(database, now=clock.now())] == ["#3", "#4", "#5"]


def test_a_mailbox_that_was_set_up_anew_is_read_anew_without_a_second_effect(opened: Opened, box: tuple[Path, int]) -> None:
    database, folder = opened(), box[0]
    people(database, 1)
    frozen(database)
    send(database, Recorder())
    raw = dated(dsn(message=message_id(delivery_to(database, "p0@example.com").id, "news@example.com")), hours=1)
    put(folder, 8, raw)
    assert len(list(read_mailbox(database, now=clock.now()))) == 1
    (folder / "000008.eml").unlink()
    (folder / "validity").write_text("8", "ascii")
    put(folder, 1, raw)
    before = delivery_to(database, "p0@example.com")
    assert len(list(read_mailbox(database, now=clock.now()))) == 1
    assert delivery_to(database, "p0@example.com").at == before.at


def test_the_job_is_there_where_a_mailbox_is_named(opened: Opened, open_workspace: Opened, box: tuple[Path, int]) -> None:
    database = opened()
    put(box[0], 1, dated(dsn(), hours=1))
    put(box[0], 2, dated(dsn(), hours=1))
    assert "messaging.feedback" in [chore.name for chore in jobs(database.workspace)]
    run = ChoreRun(workspace=database.workspace, database=database, now=clock.now(), should_stop=lambda: False)
    assert read_feedback(run) == "bounce: 2"
    assert read_feedback(run) is None
    assert "messaging.feedback" not in [chore.name for chore in jobs(open_workspace().workspace)]


def test_the_command_reads_it(opened: Opened, box: tuple[Path, int], growth_in: Callable[[Path], Growth]) -> None:
    database = opened()
    put(box[0], 1, dated(dsn(diagnostic="550 user unknown"), hours=1))
    growth = growth_in(database.workspace.root)
    looked = growth("campaign", "feedback", "--imap", "--dry-run", "--jsonl")
    read = growth("campaign", "feedback", "--imap", "--jsonl")
    assert looked.lines == read.lines
    assert [(row["kind"], row["recipient"], row["hard"], row["status"]) for row in read.lines] == [
        ("bounce", "zhang@qq.com", True, "5.1.1")
    ]
    assert growth("campaign", "feedback", "--imap", "--jsonl").lines == []
    wrong = growth("campaign", "feedback")
    assert (wrong.code, "--imap" in wrong.err) == (2, True)
    assert growth("campaign", "feedback", "--imap", str(box[0])).code == 2


def test_what_is_wrong_with_the_mailbox_is_said_with_the_way_out(
    opened: Opened, open_workspace: Opened, box: tuple[Path, int], growth_in: Callable[[Path], Growth]
) -> None:
    refused = growth_in(opened(password="wrong").workspace.root)("campaign", "feedback", "--imap")
    assert refused.code == 2
    assert "refuses the log-in" in refused.err
    assert "wrong" not in refused.err
    unset = growth_in(open_workspace().workspace.root)("campaign", "feedback", "--imap")
    assert (unset.code, "email.feedback is not set" in unset.err) == (2, True)
    nowhere = open_workspace(YAML.format(port=1), env={"IMAP_PASSWORD": "x"})
    with pytest.raises(Unreachable):
        list(read_mailbox(nowhere, now=clock.now()))
    assert growth_in(nowhere.workspace.root)("campaign", "feedback", "--imap").code == 3


def test_the_return_path_names_the_delivery(open_workspace: Opened, tmp_path: Path) -> None:
    """Mailers that quote nothing of ours: the address to which the report came says what it is about."""
    with Sandbox() as sandbox:
        smtp = f"{{host: 127.0.0.1, port: {sandbox.smtp_port}, tls: none}}"
        path = "bounces+{id}@example.com"
        database = open_workspace(f"site: {{url: https://www.example.com/}}\nemail: {{smtp: {smtp}, return_path: '{path}'}}\n")
        people(database, 1)
        frozen(database)
        provider = open_provider(database.workspace, Medium.EMAIL)
        send(database, provider)
        provider.close()
        returns_to = sandbox.messages()[0].sender
    assert returns_to == path.replace("{id}", delivery_to(database, "p0@example.com").id.hex)
    back = tmp_path / "back.eml"
    back.write_bytes(f"Delivered-To: {returns_to}\nFrom: postmaster@mx.cn\nSubject: 退信\n\n用户不存在\n".encode())
    from growth.messaging import apply_returned, read_returned

    for mail in read_returned(back):
        apply_returned(database, mail, now=clock.now())
    row = delivery_to(database, "p0@example.com")
    assert (row.state, (row.reason or "")[:5]) == ("bounced", "hard:")


@pytest.mark.parametrize("path", ["not-an-address", "a{id}@x.cn, b@x.cn", "bounces@{id}.example.com", "b{no}@x.cn", "诚信贷 <b@x.cn>"])
def test_a_return_path_that_is_none_is_refused(make_workspace: Callable[..., object], path: str) -> None:
    with pytest.raises(WorkspaceInvalid):
        make_workspace(f"site: {{url: https://www.example.com/}}\nemail: {{smtp: {{host: x}}, return_path: '{path}'}}\n")
