"""Rows of accounts: users, sessions, one-time links, API keys, log-in attempts, the audit log."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from growth.db import Base


class UserRow(Base):
    """Someone who may log in. `password_hash` is empty until the one-time link was used."""

    __tablename__ = "user_account"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(60), unique=True)
    password_hash: Mapped[str | None]
    roles: Mapped[list[str]]
    language: Mapped[str] = mapped_column(String(8), default="")
    theme: Mapped[str] = mapped_column(String(8), default="")
    created_at: Mapped[datetime]
    password_at: Mapped[datetime | None]
    last_login_at: Mapped[datetime | None]
    disabled_at: Mapped[datetime | None]


class SessionRow(Base):
    """One browser that is logged in; the token itself is never stored. `address_index` is a blind index."""

    __tablename__ = "user_session"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[bytes] = mapped_column(unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    address_index: Mapped[bytes]
    browser: Mapped[str] = mapped_column(String(60), default="")


class KnownAddress(Base):
    """An address (blind index) from which a user has logged in: strangers cannot lock such a user out by wrong passwords."""

    __tablename__ = "user_known_address"

    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"), primary_key=True)
    address_index: Mapped[bytes] = mapped_column(primary_key=True)
    seen_at: Mapped[datetime]


class LinkRow(Base):
    """A one-time link: sets up the first administrator (`user_id` is empty) or a password."""

    __tablename__ = "user_link"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[bytes] = mapped_column(unique=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class ApiKeyRow(Base):
    """A key of the site's server; only its hash is kept, `hint` are its first characters."""

    __tablename__ = "api_key"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(60), unique=True)
    hint: Mapped[str] = mapped_column(String(12))
    key_hash: Mapped[bytes] = mapped_column(unique=True)
    scopes: Mapped[list[str]]
    created_by: Mapped[str] = mapped_column(String(60))
    created_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class LoginAttempt(Base):
    """One attempt to log in; `key` is the blind index of an address or an account."""

    __tablename__ = "login_attempt"
    __table_args__ = (Index(None, "key", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[bytes]
    at: Mapped[datetime]


class AuditRow(Base):
    """One act of a person or a program. `chain` covers the row and the row before it, under a key that the database does not hold."""

    __tablename__ = "audit_log"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(index=True)
    actor: Mapped[str] = mapped_column(String(80), index=True)
    action: Mapped[str] = mapped_column(String(60), index=True)
    subject: Mapped[str] = mapped_column(String(200))
    detail: Mapped[dict[str, Any]]
    reason: Mapped[str] = mapped_column(String(500))
    chain: Mapped[bytes]


class AuditHead(Base):
    """The one row that knows the last link of the audit log, so that a removed end is seen too."""

    __tablename__ = "audit_head"

    id: Mapped[int] = mapped_column(primary_key=True)
    last_id: Mapped[int]
    chain: Mapped[bytes]
