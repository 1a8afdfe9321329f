"""The certificate of an https origin: until when it is valid, and whether browsers trust it for this name."""

from __future__ import annotations

import socket
import ssl
from datetime import UTC, datetime
from typing import Any

from growth.outbound import Reach

#: seconds for connecting and the handshake
TIMEOUT_S = 10.0


def certificate_of(host: str, port: int, *, reach: Reach) -> dict[str, Any]:
    """What is known of the certificate: ``{"valid", "error", "expires_at", "issuer"}``; ``{}`` where nobody answers (another check tells
    that).
    """
    try:
        address = _address(host, port, reach)
    except OSError:
        return {}
    if address is None:
        return {}
    try:
        trusted = _look(address, host, ssl.create_default_context())
    except ssl.SSLCertVerificationError as fault:
        found = _unverified(address, host)
        return {**found, "valid": False, "error": fault.verify_message or str(fault.reason)}
    except ssl.SSLError as fault:
        return {"valid": False, "error": str(fault.reason or fault)}
    except OSError:
        return {}
    return {**trusted, "valid": True, "error": None}


def _address(host: str, port: int, reach: Reach) -> tuple[str, int] | None:
    for family, _kind, _protocol, _name, where in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM):
        if family in (socket.AF_INET, socket.AF_INET6):
            name = str(where[0])
            if reach.refusal(host, port, name) is None:
                return name, port
    return None


def _look(address: tuple[str, int], host: str, context: ssl.SSLContext) -> dict[str, Any]:
    with socket.create_connection(address, timeout=TIMEOUT_S) as plain, context.wrap_socket(plain, server_hostname=host) as secure:
        certificate = secure.getpeercert() or {}
    expires = certificate.get("notAfter")
    at = datetime.fromtimestamp(ssl.cert_time_to_seconds(str(expires)), UTC).isoformat() if expires else None
    # a name is a tuple of tuples of (field, text) pairs; typeshed knows less of it
    parts: Any = certificate.get("issuer", ())
    issuer: dict[str, str] = dict(part[0] for part in parts)
    return {"expires_at": at, "issuer": issuer.get("organizationName") or issuer.get("commonName")}


def _unverified(address: tuple[str, int], host: str) -> dict[str, Any]:
    """The end of a certificate that is not trusted; read from its raw form."""
    from cryptography import x509

    context = ssl._create_unverified_context()  # noqa: S323 - only looked at, nothing is sent
    try:
        with socket.create_connection(address, timeout=TIMEOUT_S) as plain, context.wrap_socket(plain, server_hostname=host) as secure:
            raw = secure.getpeercert(binary_form=True)
    except OSError:
        return {}
    if not raw:
        return {}
    certificate = x509.load_der_x509_certificate(raw)
    return {"expires_at": certificate.not_valid_after_utc.isoformat(), "issuer": certificate.issuer.rfc4514_string()[:200]}
