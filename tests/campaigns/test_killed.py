"""Real ``growth`` processes, killed in mid-send; the mailbox's own log is the judge."""

from __future__ import annotations

import json
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from typing import Any

import pytest

from growth.sandbox import Action, Behaviour
from tests.campaigns.desk import MONTHLY, Desk, MakeDesk

pytestmark = pytest.mark.slow
PEOPLE = "email,name,email_consent\n" + "".join(f"p{number}@example.com,人{number},yes\n" for number in range(400))
PACED = MONTHLY + "send: {rate: 120/s}\n"
PERIOD = ("--period", "2026-11")


@pytest.fixture
def office(make_desk: MakeDesk) -> Desk:
    """Four hundred people and a campaign that takes some seconds."""
    return make_desk(files={"campaigns/monthly.yaml": PACED}, people=PEOPLE)


def start(desk: Desk, *arguments: str) -> subprocess.Popen[str]:
    command = [
        sys.executable,
        "-m",
        "growth.cli",
        "-C",
        str(desk.database.workspace.root),
        "--lang",
        "en",
        "--quiet",
        "campaign",
        *arguments,
    ]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def finished(process: subprocess.Popen[str]) -> tuple[int, Any, str]:
    out, err = process.communicate(timeout=180)
    return process.returncode, json.loads(out) if out.strip() else None, err


def wait_for_mails(desk: Desk, count: int, process: subprocess.Popen[str]) -> None:
    until = time.monotonic() + 90
    while len(desk.got) < count and process.poll() is None and time.monotonic() < until:
        time.sleep(0.02)


def judge(desk: Desk, counts: dict[str, int], *, kills: int) -> None:
    got = Counter(desk.got)
    assert [address for address, times in got.items() if times > 1] == []
    assert sum(counts.values()) == 400
    assert counts["accepted"] + counts["uncertain"] == 400
    assert counts["uncertain"] <= 32 * kills
    assert counts["accepted"] <= len(got) <= 400


def test_kill_nine_in_mid_send_repeats_and_loses_nothing(office: Desk) -> None:
    dice = random.Random(7)
    kills = 0
    for mails in (1, 60, 130, 200, 280):
        process = start(office, "send", "monthly", *PERIOD, "--json")
        wait_for_mails(office, mails + dice.randrange(30), process)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        kills += 1
    code, sent, _err = finished(start(office, "send", "monthly", *PERIOD, "--json"))
    assert (code, sent["state"]) == (0, "finished")
    judge(office, sent["counts"], kills=kills)
    _code, rows, _err = office.say("campaign", "deliveries", "monthly", *PERIOD, "--state", "uncertain", "--jsonl")
    assert len(rows) == sent["counts"]["uncertain"]


def test_a_stop_leaves_no_doubt_and_says_how_to_go_on(office: Desk) -> None:
    process = start(office, "send", "monthly", *PERIOD, "--json")
    wait_for_mails(office, 80, process)
    process.send_signal(signal.SIGTERM)
    begun = time.monotonic()
    code, sent, err = finished(process)
    assert time.monotonic() - begun < 30
    assert code == 3
    assert sent["counts"]["uncertain"] == sent["counts"]["submitting"] == 0
    assert sent["counts"]["pending"] > 0
    assert "growth campaign send monthly --period 2026-11" in err
    code, sent, _err = finished(start(office, "send", "monthly", *PERIOD, "--json"))
    assert code == 0
    judge(office, sent["counts"], kills=0)


def test_two_senders_and_a_killed_third_at_once(office: Desk) -> None:
    doomed = start(office, "send", "monthly", *PERIOD, "--json")
    wait_for_mails(office, 20, doomed)
    others = [start(office, "send", "monthly", *PERIOD, "--json") for _number in range(2)]
    wait_for_mails(office, 120, doomed)
    doomed.send_signal(signal.SIGKILL)
    doomed.communicate()
    ended = [finished(process) for process in others]
    assert [code for code, _sent, _err in ended] == [0, 0]
    judge(office, ended[-1][1]["counts"], kills=1)


def test_a_server_that_hangs_up_after_some_messages_and_one_that_never_answers(office: Desk) -> None:
    office.sandbox.mailbox.behave(Behaviour(action=Action.CLOSE, after=50))
    office.sandbox.mailbox.behave(Behaviour(action=Action.DROP, match="p7@example.com"))
    code, sent, _err = finished(start(office, "send", "monthly", *PERIOD, "--json"))
    assert code == 0
    judge(office, sent["counts"], kills=1)
    _code, rows, _err = office.say("campaign", "deliveries", "monthly", *PERIOD, "--state", "uncertain", "--jsonl")
    assert [row["address"] for row in rows] == ["p***@example.com"]
    assert sent["counts"]["uncertain"] == 1


SEQUENCE = (
    PACED
    + """once: true
then:
  - after: 3 days
    content: {subject: 第二封, body: "{{ contact.name }}，这是第二封。"}
"""
)
#: the turn of a worker's chore, three days later
TURN = """
import sys
from datetime import timedelta
from pathlib import Path

from campaigns.sending import carry_on
from growth import clock
from growth.db import open_database
from growth.workspace import load_workspace

database = open_database(load_workspace(Path(sys.argv[1])))
carry_on(database, now=lambda: clock.now() + timedelta(days=3, hours=1))
"""


def test_a_sequence_survives_kills_and_two_workers(make_desk: MakeDesk) -> None:
    desk = make_desk(files={"campaigns/monthly.yaml": SEQUENCE}, people=PEOPLE)
    assert finished(start(desk, "send", "monthly", *PERIOD, "--json"))[0] == 0
    desk.sandbox.mailbox.clear()
    kills = 0
    for mails in (1, 90, 200):
        workers = [
            subprocess.Popen([sys.executable, "-c", TURN, str(desk.database.workspace.root)], stderr=subprocess.DEVNULL) for _n in range(2)
        ]
        until = time.monotonic() + 60
        while len(desk.got) < mails and time.monotonic() < until:
            time.sleep(0.02)
        for worker in workers:
            worker.send_signal(signal.SIGKILL)
            worker.wait()
            kills += 1
    last = subprocess.run([sys.executable, "-c", TURN, str(desk.database.workspace.root)], check=True, timeout=120)
    assert last.returncode == 0
    _code, status, _err = desk.campaign("status", "monthly", *PERIOD)
    judge(desk, status["steps"][0]["counts"], kills=kills)
