"""Whoever is not to be reached gets no request at all, however the address is written."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from growth.outbound import (
    AddressRefused,
    Fetcher,
    FetchFailed,
    FetchReason,
    Limits,
    Reach,
    TooManyRedirects,
    UrlRefused,
    fetch,
)
from tests.growth.outbound.server import Server, say, serve, to

__all__ = ["serve"]


HIDDEN = [
    "http://127.0.0.1:{port}/",
    "http://localhost:{port}/",
    "http://[::ffff:127.0.0.1]:{port}/",
    "http://[::ffff:7f00:1]:{port}/",
    "http://[64:ff9b::7f00:1]:{port}/",
    "http://2130706433:{port}/",
    "http://0x7f000001:{port}/",
    "http://0177.0.0.1:{port}/",
    "http://127.1:{port}/",
    "http://0x7f.1:{port}/",
    "http://017700000001:{port}/",
    "http://%31%32%37.0.0.1:{port}/",
    "http://loc%61lhost:{port}/",
    "http://127。0。0。1:{port}/",
    "http://①②⑦.⓪.⓪.①:{port}/",
    "http://0:{port}/",
    "http://[::]:{port}/",
    "http://[2002:7f00:1::]:{port}/",
    "http://169.16689662/latest/meta-data/",
    "http://0xA9FEA9FE/latest/meta-data/",
    "http://0.0.0.0:{port}/",
    "http://127.0.0.1.:{port}/",
    "http://public.test@127.0.0.1:{port}/",
    "http://１２７.０.０.１:{port}/",
    "http://169.254.169.254/latest/meta-data/",
    "http://100.100.100.200/latest/meta-data/",
]


@pytest.mark.parametrize("url", HIDDEN)
def test_a_private_address_gets_no_request_in_whatever_form_it_is_written(serve: Callable[..., Server], url: str) -> None:
    listener = serve(say(b"secret"))
    with pytest.raises(FetchFailed) as refused:
        fetch(url.format(port=listener.port), limits=Limits(total=timedelta(seconds=5)))
    assert refused.value.reason in (FetchReason.ADDRESS_REFUSED, FetchReason.NOT_A_URL)
    assert listener.connections == 0


@pytest.mark.parametrize("url", HIDDEN)
def test_a_redirect_to_a_private_address_gets_no_request(serve: Callable[..., Server], url: str) -> None:
    listener = serve(say(b"secret"))
    server = serve(to(url.format(port=listener.port)))
    with pytest.raises(FetchFailed) as refused:
        fetch(server.url, reach=server.reach, limits=Limits(total=timedelta(seconds=5)))
    assert refused.value.reason in (FetchReason.ADDRESS_REFUSED, FetchReason.NOT_A_URL)
    assert refused.value.hops == (server.url,)
    assert listener.connections == 0


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "gopher://x/", "ftp://x/", "data:text/html,x", "s3://b/k", "//", "javascript:x", "http://"]
)
def test_other_schemes_are_refused(serve: Callable[..., Server], url: str) -> None:
    with pytest.raises(UrlRefused):
        fetch(url)
    server = serve(to(url))
    with pytest.raises((UrlRefused, TooManyRedirects)):
        fetch(server.url, reach=server.reach)


def test_a_name_that_resolves_to_a_private_address_is_refused(serve: Callable[..., Server]) -> None:
    listener = serve(say(b"secret"))
    with Fetcher(resolve=lambda _host, _port: ["127.0.0.1"]) as fetcher, pytest.raises(AddressRefused) as refused:
        fetcher.fetch(f"http://127.0.0.1.nip.example:{listener.port}/")
    assert (refused.value.kind, refused.value.address, listener.connections) == ("loopback", "127.0.0.1", 0)
    assert "allow_private" in (refused.value.fix or "")


def test_a_name_with_a_public_and_a_private_answer_is_refused(serve: Callable[..., Server]) -> None:
    listener = serve(say(b"secret"))
    with Fetcher(resolve=lambda _host, _port: ["93.184.216.34", "127.0.0.1"]) as fetcher, pytest.raises(AddressRefused):
        fetcher.fetch(f"http://rebind.example:{listener.port}/")
    assert listener.connections == 0


def test_a_name_is_resolved_once_and_the_judged_address_is_connected_to(serve: Callable[..., Server]) -> None:
    """DNS rebinding: the second answer would be private, but there is no second question."""
    server = serve(say(b"fine"))
    asked: list[str] = []

    def resolve(host: str, _port: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["10.0.0.1"]

    with Fetcher(server.reach, resolve=resolve) as fetcher:
        answer = fetcher.fetch(f"http://site.test:{server.port}/a?b=1")
    assert (answer.content, asked) == (b"fine", ["site.test"])
    assert server.requests[0].startswith("GET /a?b=1 HTTP/1.1")
    assert f"host: site.test:{server.port}" in server.requests[0].lower()


def test_another_port_of_the_sites_own_host_is_private(serve: Callable[..., Server]) -> None:
    site, neighbour = serve(say(b"site")), serve(say(b"secret"))
    reach = Reach.of_site(site.url)
    assert fetch(site.url, reach=reach).content == b"site"
    with pytest.raises(AddressRefused):
        fetch(neighbour.url, reach=reach)
    assert neighbour.connections == 0


@pytest.mark.parametrize("host", ["127.1", "2130706433", "0x7f.1", "%31%32%37.0.0.1", "①②⑦.⓪.⓪.①"])
def test_another_spelling_of_the_sites_own_address_opens_no_other_door(serve: Callable[..., Server], host: str) -> None:
    """It is the site on the site's port, and a private address on any other."""
    site, neighbour = serve(say(b"site")), serve(say(b"secret"))
    reach = Reach.of_site(site.url)
    answer = fetch(f"http://{host}:{site.port}/", reach=reach)
    assert (answer.content, answer.url) == (b"site", site.url)
    with pytest.raises(AddressRefused) as refused:
        fetch(f"http://{host}:{neighbour.port}/", reach=reach)
    assert (refused.value.address, neighbour.connections) == ("127.0.0.1", 0)


def test_allow_private_reaches_an_intranet(serve: Callable[..., Server]) -> None:
    server = serve(say(b"intranet"))
    assert fetch(server.url, reach=Reach(allow_private=True)).content == b"intranet"
