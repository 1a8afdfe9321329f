"""The one HTTP client for addresses that come from data: private addresses refused, limits, charsets.

``fetch(url, reach=Reach.of_site(site.url, *site.own_hosts))`` for one, `Fetcher` for many. `address_refusal(ip)` is the pure judgement.
Service addresses of growth.yaml (SMTP host, `endpoint`, robot `url`) are the administrator's own words and are not fetched through here.
"""

from growth.outbound.addresses import NEVER, PUBLIC_ONLY, AddressKind, Reach, address_refusal, port_of, site_is_local
from growth.outbound.charset import Decoded, declared_charset, decode
from growth.outbound.faults import (
    AddressRefused,
    FetchFailed,
    FetchReason,
    NotReached,
    TooLarge,
    TooManyRedirects,
    TooSlow,
    UrlRefused,
)
from growth.outbound.fetch import DEFAULT_LIMITS, Fetched, Fetcher, Hop, Limits, fetch
from growth.outbound.network import system_resolve
from growth.outbound.transport import GuardedTransport

__all__ = [
    "DEFAULT_LIMITS",
    "NEVER",
    "PUBLIC_ONLY",
    "AddressKind",
    "AddressRefused",
    "Decoded",
    "FetchFailed",
    "FetchReason",
    "Fetched",
    "Fetcher",
    "GuardedTransport",
    "Hop",
    "Limits",
    "NotReached",
    "Reach",
    "TooLarge",
    "TooManyRedirects",
    "TooSlow",
    "UrlRefused",
    "address_refusal",
    "declared_charset",
    "decode",
    "fetch",
    "port_of",
    "site_is_local",
    "system_resolve",
]
