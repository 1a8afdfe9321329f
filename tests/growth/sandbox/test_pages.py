"""Every page of the sandbox answers, empty and filled, in both languages; the log is the judge; a port that is taken is named."""

from __future__ import annotations

import json
import smtplib
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from growth.sandbox import Part, Sandbox
from growth.sandbox.server import PortTaken

PAGES = ("/", "/mailbox", "/sms", "/wechat", "/search", "/directory", "/directory/submit", "/directory/review", "/team")


@pytest.fixture(scope="module")
def quiet() -> Iterator[Sandbox]:
    """A sandbox in which nothing happened."""
    with Sandbox() as found:
        yield found


@pytest.mark.parametrize("path", PAGES)
def test_every_page_answers_in_both_languages(quiet: Sandbox, path: str) -> None:
    chinese = httpx.get(quiet.url + path)
    english = httpx.get(quiet.url + path, headers={"accept-language": "en-GB,en;q=0.9"})
    assert chinese.status_code == english.status_code == 200
    assert '<html lang="zh-CN">' in chinese.text
    assert '<html lang="en">' in english.text
    assert "沙盒" in chinese.text
    assert "Sandbox" in english.text


def test_the_chosen_language_stays(quiet: Sandbox) -> None:
    with httpx.Client(base_url=quiet.url) as reader:
        reader.get("/", params={"lang": "en"})
        assert '<html lang="en">' in reader.get("/mailbox").text


@pytest.mark.parametrize("path", PAGES)
def test_no_page_loads_anything_from_elsewhere(quiet: Sandbox, path: str) -> None:
    answer = httpx.get(quiet.url + path)
    assert answer.headers["content-security-policy"].startswith("default-src 'self'")
    assert 'src="http' not in answer.text


def test_what_is_not_there_is_a_page_for_people_and_a_problem_for_programs(quiet: Sandbox) -> None:
    assert "这个地址没有内容" in httpx.get(quiet.url + "/nothing", headers={"accept": "text/html"}).text
    answer = httpx.get(quiet.url + "/nothing")
    assert (answer.status_code, answer.headers["content-type"], answer.json()["status"]) == (404, "application/problem+json", 404)
    assert httpx.post(quiet.url + "/healthz").status_code == 405
    assert httpx.get(quiet.url + "/healthz").text == "ok\n"
    assert httpx.get(quiet.url + "/static/../server.py").status_code == 404


def test_a_body_beyond_the_limit_is_refused(quiet: Sandbox) -> None:
    assert httpx.post(quiet.url + "/hook/x", content=b"x" * 10_000_001).status_code == 413


def test_the_log_holds_what_was_accepted_in_its_order(sandbox: Sandbox, http: httpx.Client) -> None:
    with smtplib.SMTP("127.0.0.1", sandbox.smtp_port) as connection:
        connection.sendmail("a@example.com", ["b@example.com"], b"Subject: x\r\n\r\ny")
    http.post("/hook/ops", json={"title": "t"})
    assert [(entry["part"], entry["number"]) for entry in http.get("/api/log").json()] == [("mail", 1), ("chat", 2)]
    assert [entry["number"] for entry in http.get("/api/log", params={"after": 1}).json()] == [2]
    assert http.get("/api/log", params={"part": "post"}).status_code == 400
    assert sandbox.log.counts()["mail"] == 1
    sandbox.log.clear(Part.MAIL)
    assert [entry["part"] for entry in http.get("/api/log").json()] == ["chat"]


def test_a_port_that_is_taken_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(PortTaken, match=str(taken.getsockname()[1])):
        Sandbox(port=taken.getsockname()[1])


def test_the_command_says_where_the_sandbox_is_and_stops_when_it_is_told() -> None:
    command = [str(Path(sys.executable).with_name("growth")), "sandbox", "--port", "0", "--smtp-port", "0", "--json"]
    child = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert child.stdout is not None
        found = json.loads(child.stdout.readline())
        assert httpx.get(found["url"] + "/healthz").text == "ok\n"
        smtplib.SMTP("127.0.0.1", found["smtp_port"]).quit()
    finally:
        child.terminate()
    assert child.wait(timeout=10) == 0
