"""DKIM signatures of our own (RFC 6376, RSA), for mail servers that do not sign.

Headers are canonicalised ``relaxed``, the body ``simple``: it is base64 in CRLF lines, which nobody rewrites. From is signed once more
than it is there, so that nobody adds a second one (§8.15); List-Unsubscribe and its Post are signed, as RFC 8058 §4 demands.
"""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import dataclass
from datetime import datetime

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_der_private_key,
    load_pem_private_key,
)

from growth.errors import GrowthError
from growth.language import _
from growth.messaging.mail import domain_of_sender
from growth.messaging.sender import sender_of
from growth.workspace import Workspace

#: headers that are signed where they are there, in this order (RFC 6376 §5.4.1); Feedback-ID and the list's as mailboxes ask
SIGNED = (
    "from",
    "to",
    "subject",
    "date",
    "message-id",
    "reply-to",
    "mime-version",
    "content-type",
    "content-transfer-encoding",
    "list-id",
    "list-unsubscribe",
    "list-unsubscribe-post",
    "feedback-id",
)
#: receivers refuse shorter RSA keys (RFC 8301 §3.2)
SHORTEST_RSA = 1024
_LINE, _FOLD = 72, "\r\n "
_SPACES = re.compile(rb"[ \t]+")


class BadDkimKey(GrowthError):
    """The private key cannot be read, or is of a kind or length that receivers refuse."""


@dataclass(frozen=True, slots=True)
class Signer:
    """Signs mails of one domain under ``selector._domainkey.domain``."""

    domain: str
    selector: str
    key: RSAPrivateKey

    def signed(self, mail: bytes, *, at: datetime) -> bytes:
        """`mail` (CRLF throughout) with its DKIM-Signature in front."""
        head, _empty, body = mail.partition(b"\r\n\r\n")
        headers = _relaxed(head)
        names = [name for name in SIGNED if name in headers]
        fields = [
            "v=1",
            "a=rsa-sha256",
            "c=relaxed/simple",
            f"d={self.domain}",
            f"s={self.selector}",
            f"t={int(at.timestamp())}",
            # a second From that is not there: it adds nothing to what is signed, and one that comes later breaks the signature
            f"h={':'.join([*names, 'from'])}",
            f"bh={base64.b64encode(hashlib.sha256(_simple(body)).digest()).decode()}",
            "b=",
        ]
        unsigned = f"dkim-signature:{'; '.join(fields)}".encode()
        signature = self.key.sign(b"\r\n".join([*(headers[name] for name in names), unsigned]), PKCS1v15(), hashes.SHA256())
        value = base64.b64encode(signature).decode()
        folded = "\r\n ".join(value[start : start + _LINE] for start in range(0, len(value), _LINE))
        return f"DKIM-Signature: {(';' + _FOLD).join(fields)}{folded}\r\n".encode() + mail

    @property
    def record_name(self) -> str:
        """Where the public key stands in DNS."""
        return f"{self.selector}._domainkey.{self.domain}"

    @property
    def public_text(self) -> str:
        """The public key as the record has it, in base64."""
        return base64.b64encode(self.key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).decode()

    @property
    def record(self) -> str:
        """The TXT record that receivers look up (§3.6.1)."""
        return f"v=DKIM1; k=rsa; p={self.public_text}"


def fresh_dkim_key() -> str:
    """A new RSA key of 2,048 bits: PKCS #8 in base64, one line for ``.env``."""
    key = generate_private_key(public_exponent=65537, key_size=2048)
    return base64.b64encode(key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())).decode()


def read_dkim_key(text: str) -> RSAPrivateKey:
    """A private key: PEM, or PKCS #8 or PKCS #1 in base64. Raises BadDkimKey; what was read is never shown."""
    fix = _("growth keys dkim makes one; PEM or base64 of PKCS #8 is read")
    try:
        if "-----BEGIN" in text:
            key = load_pem_private_key(text.encode(), password=None)
        else:
            key = load_der_private_key(base64.b64decode("".join(text.split()), validate=True), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as fault:
        raise BadDkimKey(_("email.smtp.dkim_key: the private key cannot be read"), fix=fix) from fault
    if not isinstance(key, RSAPrivateKey) or key.key_size < SHORTEST_RSA:
        raise BadDkimKey(_("email.smtp.dkim_key: mail is signed with an RSA key of {n} bits at least", n=SHORTEST_RSA), fix=fix)
    return key


def signer_of(workspace: Workspace) -> Signer | None:
    """What signs the site's mails; None where growth.yaml names no key. Raises BadDkimKey, MissingSecret."""
    email = workspace.settings.email
    if email.provider != "smtp" or email.smtp is None or email.smtp.dkim_key is None or email.dkim_selector is None:
        return None
    key = read_dkim_key(workspace.resolve(email.smtp.dkim_key))
    return Signer(domain=domain_of_sender(sender_of(workspace)), selector=email.dkim_selector, key=key)


def _relaxed(head: bytes) -> dict[str, bytes]:
    """The headers by name in lower case, each canonicalised (§3.4.2): unfolded, runs of space one space, none at the ends."""
    found: dict[str, bytes] = {}
    for line in head.replace(b"\r\n ", b" ").replace(b"\r\n\t", b" ").split(b"\r\n"):
        name, _colon, value = line.partition(b":")
        low = name.strip().lower()
        found[low.decode("ascii")] = low + b":" + _SPACES.sub(b" ", value).strip(b" ")
    return found


def _simple(body: bytes) -> bytes:
    """The body without empty lines at its end (§3.4.3)."""
    return body.rstrip(b"\r\n") + b"\r\n"
