"""Masks: enough to recognise, too little to use. ``138****8000``, ``z***@qq.com``, ``张*``."""

from __future__ import annotations


def mask_phone(phone: str) -> str:
    """E.164 or local digits with the middle hidden; +86 is left out as Chinese readers do."""
    digits = phone.removeprefix("+86")
    if len(digits) < 7:
        return "*" * len(digits)
    return f"{digits[:3]}****{digits[-4:]}" if len(digits) >= 10 else f"{digits[:2]}****{digits[-2:]}"


def mask_email(email: str) -> str:
    """First character and domain."""
    local, _, domain = email.rpartition("@")
    return f"{local[:1]}***@{domain}" if local else "***"


def mask_name(name: str) -> str:
    """First character; the rest is stars."""
    return name[:1] + "*" * min(max(len(name) - 1, 1), 3) if name else ""


def mask_address(address: str) -> str:
    """An e-mail or a phone, masked."""
    return mask_email(address) if "@" in address else mask_phone(address)
