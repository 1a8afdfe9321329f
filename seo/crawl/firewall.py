"""What to tell whoever runs a firewall that refuses the crawl: from which address it comes, and by what name."""

from __future__ import annotations

import socket

from growth.language import _
from growth.outbound import address_refusal, port_of
from growth.urls import host_of


def way_out(url: str, user_agent: str) -> str:
    """How to let the crawl in, with the address that it comes from and its name."""
    address = _address_towards(url)
    if address is not None and address_refusal(address) is None:
        return _("allow {address} (“{agent}”) in the firewall, then run: growth seo audit --resume", address=address, agent=user_agent)
    return _(
        "allow the public address of this network (this machine is {address} in it; “{agent}”) in the firewall, "
        "then run: growth seo audit --resume",
        address=address or "?",
        agent=user_agent,
    )


def _address_towards(url: str) -> str | None:
    """The address of this machine on the way to a host; nothing is sent. None where there is no way."""
    try:
        found = socket.getaddrinfo(host_of(url).strip("[]"), port_of(url), type=socket.SOCK_DGRAM)
        family, kind, protocol, _name, place = found[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.connect(place)
            return str(probe.getsockname()[0])
    except OSError:
        return None
