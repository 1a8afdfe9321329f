"""The guarded client against real sockets: whoever is not to be reached gets no request at all."""

from __future__ import annotations

import gzip
import socket
import ssl
import time
import zlib
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from growth.outbound import (
    Fetched,
    Fetcher,
    FetchReason,
    Limits,
    NotReached,
    Reach,
    TooLarge,
    TooManyRedirects,
    TooSlow,
    fetch,
)
from tests.growth.outbound.server import Server, say, serve, to

__all__ = ["serve"]


def test_a_page_comes_with_status_headers_and_text(serve: Callable[..., Server]) -> None:
    server = serve(say("<title>借款</title>".encode("gbk"), "Content-Type: text/html; charset=gb2312"))
    answer = fetch(server.url, reach=server.reach)
    assert (answer.status, answer.ok, answer.text, answer.decoded.encoding) == (200, True, "<title>借款</title>", "gb18030")
    assert "Host: 127.0.0.1" in server.requests[0] or "host: 127.0.0.1" in server.requests[0].lower()


def test_redirects_are_followed_and_listed(serve: Callable[..., Server]) -> None:
    def answer(connection: socket.socket, head: str) -> None:
        path = head.split(" ")[1]
        steps = {"/": to("/b", "301 Moved"), "/b": to("c?x=1", "307 Temporary"), "/c?x=1": say(b"end")}
        steps[path](connection, head)

    server = serve(answer)
    found = fetch(server.url, reach=server.reach)
    assert (found.content, found.url) == (b"end", f"{server.url}c?x=1")
    assert [(hop.status, hop.location) for hop in found.hops] == [(301, "/b"), (307, "c?x=1")]
    assert fetch(server.url, reach=server.reach, follow=False).status == 301


def test_a_circle_and_an_endless_chain_end(serve: Callable[..., Server]) -> None:
    circle = serve(to("/"))
    with pytest.raises(TooManyRedirects):
        fetch(circle.url, reach=circle.reach)

    def grow(connection: socket.socket, head: str) -> None:
        to(head.split(" ")[1] + "x")(connection, head)

    chain = serve(grow)
    with pytest.raises(TooManyRedirects) as ended:
        fetch(chain.url, reach=chain.reach)
    assert len(ended.value.hops) == 11


def test_secrets_stay_with_their_origin(serve: Callable[..., Server]) -> None:
    other = serve(say(b"ok"))
    server = serve(to(other.url))
    reach = Reach(doors=server.reach.doors | other.reach.doors)
    fetch(server.url, reach=reach, headers={"Authorization": "Bearer x", "Cookie": "a=b", "X-Note": "kept"})
    assert "bearer x" in server.requests[0].lower()
    assert "bearer" not in other.requests[0].lower()
    assert "cookie" not in other.requests[0].lower()
    assert "x-note: kept" in other.requests[0].lower()


def test_a_post_is_not_followed_unless_asked_and_303_makes_it_a_get(serve: Callable[..., Server]) -> None:
    def answer(connection: socket.socket, head: str) -> None:
        (to("/done", "303 See Other") if head.startswith("POST") else say(b"done"))(connection, head)

    server = serve(answer)
    assert fetch(server.url, reach=server.reach, method="POST", content=b"a=1").status == 303
    assert fetch(server.url, reach=server.reach, method="POST", content=b"a=1", follow=True).content == b"done"
    assert server.requests[-1].startswith("GET /done")


def test_an_answer_larger_than_the_limit_is_cut_off(serve: Callable[..., Server]) -> None:
    announced = serve(say(b"x" * 5000))
    with pytest.raises(TooLarge):
        fetch(announced.url, reach=announced.reach, limits=Limits(size_bytes=4000))

    def endless(connection: socket.socket, _head: str) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        while True:
            connection.sendall(b"1000\r\n" + b"x" * 4096 + b"\r\n")

    unannounced = serve(endless)
    with pytest.raises(TooLarge):
        fetch(unannounced.url, reach=unannounced.reach, limits=Limits(size_bytes=100_000))


@pytest.mark.parametrize("layers", [1, 2])
def test_a_bomb_is_stopped_while_it_unpacks(serve: Callable[..., Server], layers: int) -> None:
    packed = bytes(100 * 1024 * 1024)
    for _layer in range(layers):
        packed = gzip.compress(packed, 6)
    assert len(packed) < 200_000
    server = serve(say(packed, f"Content-Encoding: {', '.join(['gzip'] * layers)}"))
    with pytest.raises(TooLarge):
        fetch(server.url, reach=server.reach, limits=Limits(size_bytes=1024 * 1024))


@pytest.mark.parametrize(
    ("name", "pack"),
    [("gzip", gzip.compress), ("deflate", zlib.compress), ("deflate", lambda data: zlib.compress(data)[2:-4]), ("identity", bytes)],
)
def test_packed_answers_are_unpacked(serve: Callable[..., Server], name: str, pack: Callable[[bytes], bytes]) -> None:
    server = serve(say(pack(b"hello " * 50_000), f"Content-Encoding: {name}"))
    assert fetch(server.url, reach=server.reach).content == b"hello " * 50_000


@pytest.mark.parametrize("encoding", ["br", "gzip, gzip, gzip", "zip"])
def test_a_packing_that_was_not_asked_for_is_an_error(serve: Callable[..., Server], encoding: str) -> None:
    server = serve(say(b"...", f"Content-Encoding: {encoding}"))
    with pytest.raises(NotReached) as broken:
        fetch(server.url, reach=server.reach)
    assert broken.value.reason is FetchReason.BROKEN


def test_a_slow_drip_ends_with_the_deadline(serve: Callable[..., Server]) -> None:
    def drip(connection: socket.socket, _head: str) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
        while True:
            connection.sendall(b"x")
            time.sleep(0.05)

    server = serve(drip)
    with pytest.raises(TooSlow):
        fetch(server.url, reach=server.reach, limits=Limits(total=timedelta(seconds=0.5)))


def test_drips_within_the_head_and_silence_end_with_the_deadline(serve: Callable[..., Server]) -> None:
    def drip(connection: socket.socket, _head: str) -> None:
        for letter in b"HTTP/1.1 200 OK\r\nX-Long: " + b"y" * 1000:
            connection.sendall(bytes([letter]))
            time.sleep(0.05)

    def nothing(connection: socket.socket, _head: str) -> None:
        time.sleep(2)

    for answer in (drip, nothing):
        server = serve(answer)
        with pytest.raises(TooSlow):
            fetch(server.url, reach=server.reach, limits=Limits(total=timedelta(seconds=0.4)))


def test_a_name_server_that_does_not_answer_ends_with_the_deadline() -> None:
    def resolve(_host: str, _port: int) -> list[str]:
        time.sleep(1)
        return []

    with Fetcher(resolve=resolve, limits=Limits(total=timedelta(seconds=0.2))) as fetcher, pytest.raises(TooSlow):
        fetcher.fetch("http://slow.example/")


def test_an_unknown_host_a_closed_port_and_what_is_not_http_are_told_apart(serve: Callable[..., Server]) -> None:
    def missing(_host: str, _port: int) -> list[str]:
        raise socket.gaierror(socket.EAI_NONAME, "unknown")

    with Fetcher(resolve=missing) as fetcher, pytest.raises(NotReached) as unknown:
        fetcher.fetch("http://nobody.example/")
    assert unknown.value.reason is FetchReason.NO_SUCH_HOST

    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]
    with pytest.raises(NotReached) as closed:
        fetch(f"http://127.0.0.1:{port}/", reach=Reach(allow_private=True))
    assert closed.value.reason is FetchReason.NOT_CONNECTED

    def nonsense(connection: socket.socket, _head: str) -> None:
        connection.sendall(b"220 mail.example ESMTP\r\n")

    speaking = serve(nonsense)
    with pytest.raises(NotReached) as broken:
        fetch(speaking.url, reach=speaking.reach)
    assert broken.value.reason is FetchReason.BROKEN


def test_a_certificate_that_nobody_vouches_for_is_refused_and_sni_keeps_the_name(serve: Callable[..., Server], tmp_path: Path) -> None:
    certificate, key = _certificate(tmp_path, "site.test")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    names: list[str | None] = []
    context.sni_callback = lambda _socket, name, _context: names.append(name)
    server = serve(say(b"secure"), context)
    url = f"https://site.test:{server.port}/"

    with Fetcher(server.reach, resolve=lambda _h, _p: ["127.0.0.1"]) as fetcher, pytest.raises(NotReached) as refused:
        fetcher.fetch(url)
    assert refused.value.reason is FetchReason.TLS

    trusting = ssl.create_default_context(cafile=str(certificate))
    with Fetcher(server.reach, resolve=lambda _h, _p: ["127.0.0.1"], verify=trusting) as fetcher:
        assert fetcher.fetch(url).content == b"secure"
    assert names[-1] == "site.test"


def test_a_fetcher_keeps_connections_and_can_be_used_again(serve: Callable[..., Server]) -> None:
    def keep(connection: socket.socket, _head: str) -> None:
        for _turn in range(2):
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
            connection.recv(4096)

    server = serve(keep)
    with Fetcher(server.reach) as fetcher:
        answers: list[Fetched] = [fetcher.fetch(server.url) for _turn in range(2)]
    assert [answer.content for answer in answers] == [b"ok", b"ok"]
    assert server.connections == 1


def _certificate(folder: Path, name: str) -> tuple[Path, Path]:
    from datetime import UTC, datetime

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    paths = folder / "certificate.pem", folder / "key.pem"
    paths[0].write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    paths[1].write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
    return paths
