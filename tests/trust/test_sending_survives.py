"""Faults of a sender (F1–F5, F8–F11, F17): real processes, the mail server's own log as the judge, on both engines."""

from __future__ import annotations

import shutil
import signal
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy

from growth.db import Database
from growth.faultpoints import POINTS, VARIABLE
from growth.sandbox import Action, Behaviour
from tests.conftest import temporary_postgres
from tests.forked import wait_until
from tests.trust.office import NEWS, Office, crowd

MakeOffice = Callable[..., Office]
#: as many as one sender has in flight
BATCH = 32
#: slow enough that no sender comes to its end while a test looks away; the rate of the file holds for whoever goes on
SLOWLY = NEWS + "send: {rate: 4/s}\n"
QUICKLY = NEWS + "send: {rate: 500/s}\n"


def test_a_sender_killed_at_each_point_repeats_and_loses_nothing(make_office: MakeOffice) -> None:
    """F1, F2: one period whose sender is killed on its way, once at each point."""
    office = make_office(files={"campaigns/monthly.yaml": NEWS}, people=crowd(160))
    wishes = ("database.commit:3", "database.committed:6", "provider.called:1", "provider.call:1")
    assert {wish.partition(":")[0] for wish in wishes} == set(POINTS)
    for wish in wishes:
        assert office.start("campaign", "send", "monthly", "--period", "2026-11", env={VARIABLE: wish}).code == -signal.SIGKILL, wish
    office.send()
    office.judge(people=160, in_doubt=BATCH * len(wishes))


@pytest.mark.slow
def test_a_sender_killed_at_the_nth_time_of_each_point_until_it_comes_through(make_office: MakeOffice) -> None:
    """F2, whole: a period of fifty people for each n of each point; what the doctor says afterwards is no fault (I6)."""
    office = make_office(files={"campaigns/monthly.yaml": NEWS}, people=crowd(50))
    for year, point in enumerate(POINTS, 2030):
        killed = 0
        for n in range(1, 60):
            period = f"{year}-{killed // 28 + 1:02}-{killed % 28 + 1:02}"
            office.desk.sandbox.mailbox.clear()
            code = office.start("campaign", "send", "monthly", "--period", period, env={VARIABLE: f"{point}:{n}"}).code
            if code == 0:
                break
            killed += 1
            assert code == -signal.SIGKILL
            office.send(period=period)
            office.judge(people=50, in_doubt=BATCH, period=period)
        assert killed >= 2, point
    assert office.say("doctor", "--json", code=None).code in (0, 1)
    assert [line for line in office.say("doctor", "--json", code=None).json if line["level"] == "fail"] == []


@pytest.mark.slow
def test_thirty_kills_at_random(make_office: MakeOffice) -> None:
    """F1, whole: five thousand people, killed thirty times wherever it was."""
    office = make_office(files={"campaigns/monthly.yaml": NEWS}, people=crowd(5000))
    for number in range(1, 31):
        process = office.start("campaign", "send", "monthly", "--period", "2026-11")
        office.wait_for_mails(number * 140, process)
        process.signal(signal.SIGKILL)
        assert process.code in (0, -signal.SIGKILL)
    office.send()
    office.judge(people=5000, in_doubt=BATCH * 30)


def test_a_stop_leaves_no_doubt_and_says_how_to_go_on(make_office: MakeOffice) -> None:
    """F3."""
    office = make_office(files={"campaigns/monthly.yaml": SLOWLY}, people=crowd(60))
    process = office.start("campaign", "send", "monthly", "--period", "2026-11", "--json")
    office.wait_for_mails(3, process)
    process.signal(signal.SIGTERM)
    assert process.code == 3
    counts = process.json["counts"]
    assert (counts["uncertain"], counts["submitting"]) == (0, 0)
    assert counts["pending"] > 0
    assert "growth campaign send monthly --period 2026-11" in process.err
    again = office.start("campaign", "send", "monthly", "--period", "2026-11")
    office.wait_for_mails(counts["accepted"] + 1, again)
    again.signal(signal.SIGTERM)
    again.signal(signal.SIGINT)  # somebody who does not want to wait
    assert again.code in (3, 130)
    office.desk.write("campaigns/monthly.yaml", QUICKLY)
    office.send()
    # the second signal may have come within a batch
    office.judge(people=60, in_doubt=BATCH)


DSN = """From: MAILER-DAEMON@mx.example.com
To: news@example.com
Subject: Undelivered Mail Returned to Sender
Content-Type: multipart/report; report-type=delivery-status; boundary="=B"

--=B
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.com

Final-Recipient: rfc822; {recipient}
Action: failed
Status: 5.1.1

--=B
Content-Type: message/rfc822

Message-ID: {message_id}

text
--=B--
"""


def test_an_answer_that_never_came_is_a_doubt_that_a_report_settles(make_office: MakeOffice, tmp_path: Path) -> None:
    """F4, F5: a server that hangs up after every fifth mail, and cuts the line after the final dot of one."""
    office = make_office(files={"campaigns/monthly.yaml": NEWS}, people=crowd(24))
    office.desk.sandbox.mailbox.behave(Behaviour(action=Action.DROP, match="p7@example.com"))
    office.desk.sandbox.mailbox.behave(Behaviour(action=Action.CLOSE, after=5))
    office.send()
    assert office.judge(people=24, in_doubt=1)["uncertain"] == 1
    assert [row["address"] for row in office.uncertain()] == ["p***@example.com"]
    office.send()
    assert office.got()["p7@example.com"] == 1, "a doubt is not sent again"
    assert "Uncertain: 1" in office.desk.say("campaign", "report", "monthly", "--period", "2026-11")[1]
    [mail] = office.desk.sandbox.mailbox.messages(to="p7@example.com")
    back = tmp_path / "back.eml"
    back.write_text(DSN.format(recipient="p7@example.com", message_id=mail.header("message-id")))
    office.desk.say("campaign", "feedback", str(back))
    counts = office.judge(people=24, in_doubt=0)
    assert (counts["bounced"], counts["accepted"]) == (1, 23)


def test_a_file_that_is_edited_in_mid_send_changes_nothing_of_the_run(make_office: MakeOffice) -> None:
    """F8."""
    office = make_office(files={"campaigns/monthly.yaml": SLOWLY}, people=crowd(60))
    process = office.start("campaign", "send", "monthly", "--period", "2026-11")
    office.wait_for_mails(3, process)
    office.desk.write("campaigns/monthly.yaml", QUICKLY.replace("本月更新", "全新内容"))
    assert "changed since" in office.desk.say("campaign", "status", "monthly", "--period", "2026-11")[1]
    process.signal(signal.SIGTERM)
    assert process.code in (0, 3)
    assert office.send()["changed"] is True
    office.judge(people=60, in_doubt=0)
    assert {mail.subject for mail in office.desk.sandbox.mailbox.messages()} == {f"人{number}，本月更新" for number in range(60)}


def test_two_senders_under_a_clock_that_jumps_send_nothing_twice(make_office: MakeOffice) -> None:
    """F9, F11: an hour and a month forth and back in the middle; what a rate or a lease said then holds up nobody afterwards."""
    office = make_office(files={"campaigns/monthly.yaml": NEWS + "send: {rate: 60/s}\n"}, people=crowd(120))
    office.turn_clock(hours=0)
    senders = [office.start("campaign", "send", "monthly", "--period", "2026-11", "--json") for _sender in range(2)]
    for mails, jump in ((3, 1), (20, -1), (40, 31 * 24), (60, 0)):
        office.wait_for_mails(mails, *senders)
        office.turn_clock(hours=jump)
    assert {process.code for process in senders} <= {0, 3}
    office.send()
    office.judge(people=120, in_doubt=0)


def test_a_copied_database_sends_nothing_until_it_is_claimed(make_office: MakeOffice, tmp_path: Path) -> None:
    """F10."""
    office = make_office(files={"campaigns/monthly.yaml": NEWS}, people=crowd(3))
    with copied(office, tmp_path / "copy") as elsewhere:
        refused = office.starter("campaign", "send", "monthly", "--period", "2026-11", root=elsewhere)
        assert refused.code == 2
        assert "growth db claim" in refused.err
        assert office.got() == {}
        assert office.starter("db", "claim", root=elsewhere).code == 0
        assert office.starter("campaign", "send", "monthly", "--period", "2026-11", root=elsewhere).code == 0
        assert sorted(office.got().values()) == [1, 1, 1]


@contextmanager
def copied(office: Office, target: Path) -> Iterator[Path]:
    """The workspace and its database, elsewhere."""
    database = office.desk.database
    database.close()
    shutil.copytree(office.root, target)
    if database.is_sqlite:
        yield target
        return
    name = str(database.engine.url.database)
    with temporary_postgres(template=name) as url:
        settings = target / "growth.yaml"
        text = settings.read_text("utf-8")
        settings.write_text("\n".join(f"database: {url}" if line.startswith("database:") else line for line in text.splitlines()), "utf-8")
        yield target


def test_a_locked_database_is_said_with_its_way_out_and_nothing_is_lost(make_office: MakeOffice) -> None:
    """F17: somebody's shell holds the database; first longer than anybody waits, then not."""
    office = make_office(files={"campaigns/monthly.yaml": NEWS}, people=crowd(3))
    with held_by_a_shell(office.desk.database, "mailing", "campaign_plan"):
        given_up = office.start("campaign", "send", "monthly", "--period", "2026-11", patch={"growth.db.database:BUSY_SECONDS": 1})
        assert given_up.code == 3
        assert "locked" in given_up.err
        assert "fix: close what holds it" in given_up.err
        assert "Traceback" not in given_up.err
        patient = office.start("campaign", "send", "monthly", "--period", "2026-11")
        wait_until(lambda: patient.ended or reaches(patient.pid, office.desk.database), "a sender at the locked database")
        assert office.got() == {}
    assert patient.code == 0
    office.judge(people=3, in_doubt=0)


@contextmanager
def held_by_a_shell(database: Database, *tables: str) -> Iterator[None]:
    """Another program holds the database as a shell would that somebody left open."""
    if database.is_sqlite:
        shell = sqlite3.connect(str(database.engine.url.database), isolation_level=None)
        shell.execute("BEGIN IMMEDIATE")
        try:
            yield
        finally:
            shell.close()
        return
    engine = sqlalchemy.create_engine(database.engine.url)
    with engine.begin() as connection:
        for table in tables:
            connection.execute(sqlalchemy.text(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE"))
        yield
    engine.dispose()


def reaches(pid: int, database: Database) -> bool:
    """Whether that process has the database open."""
    if not database.is_sqlite:
        with database.read() as session:
            waiting = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
            return bool(session.execute(sqlalchemy.text(waiting)).scalar())
    files = [handle.resolve() for handle in Path(f"/proc/{pid}/fd").glob("*")] if Path(f"/proc/{pid}").exists() else []
    return Path(str(database.engine.url.database)).resolve() in files
