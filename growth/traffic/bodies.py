"""What the site's server says: sign-ups and the steps after them (contracts/web.md). Border models; nothing of them goes further in."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from growth.contacts import BadAddress, normal_email, normal_phone
from growth.errors import GrowthError
from growth.money import Money

_T = TypeVar("_T", bound=BaseModel)


class BadBody(GrowthError):
    """A sign-up or step that cannot be taken; `message` names the field."""


def _as_text(value: Any) -> Any:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _email(value: str) -> str:
    return _address(normal_email, value)


def _phone(value: str) -> str:
    return _address(normal_phone, value)


def _address(normal: Any, value: str) -> str:
    try:
        return str(normal(value))
    except BadAddress as fault:
        raise ValueError(fault.message) from fault


#: the site's own id of a user: text, or a whole number
SiteId = Annotated[str, BeforeValidator(_as_text), Field(min_length=1, max_length=128, pattern=r"^\S[^\x00-\x1f]*$")]


class MoneyBody(BaseModel):
    """``{"amount": "100.00", "currency": "CNY"}``."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    amount: Decimal = Field(ge=0, lt=Decimal("1e13"), allow_inf_nan=False)
    currency: str = Field(default="CNY", pattern=r"^[A-Z]{3}$")

    def money(self) -> Money:
        """The sum."""
        return Money(self.amount, self.currency)


class SignupBody(BaseModel):
    """A person who registered; only `id` is needed."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: SiteId
    visitor: str = Field(default="", max_length=64)
    at: AwareDatetime | None = None
    role: str = Field(default="", max_length=40)
    email: Annotated[str, AfterValidator(_email)] | None = None
    phone: Annotated[str, BeforeValidator(_as_text), AfterValidator(_phone)] | None = None
    openid: str | None = Field(default=None, min_length=1, max_length=64)
    value: MoneyBody | None = None
    code: str = Field(default="", max_length=64)
    page: str = Field(default="", max_length=64)


class StepBody(BaseModel):
    """A step of somebody who registered."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    signup: SiteId
    step: str = Field(min_length=1, max_length=64, pattern=r"^[\w.-]+$")
    at: AwareDatetime | None = None
    value: MoneyBody | None = None


class SignupNameBody(BaseModel):
    """The sign-up that a request is about."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    signup: SiteId


def read_signup(document: object) -> SignupBody:
    """The sign-up that `document` says. Raises BadBody."""
    return _read(SignupBody, document)


def read_step(document: object) -> StepBody:
    """The step that `document` says. Raises BadBody."""
    return _read(StepBody, document)


def read_signup_name(document: object) -> str:
    """The site's id of the sign-up that `document` names. Raises BadBody."""
    return _read(SignupNameBody, document).signup


def _read(model: type[_T], document: object) -> _T:
    if isinstance(document, Mapping):
        # what a server has no value for it may say as null
        document = {name: value for name, value in document.items() if value is not None}
    try:
        return model.model_validate(document)
    except ValidationError as fault:
        first = fault.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"]) or "body"
        raise BadBody(f"{place}: {first['msg']}", fix=f"fields: {', '.join(model.model_fields)}") from fault


def instant(body: SignupBody | StepBody, now: datetime) -> datetime:
    """When it happened: `at`, else now; a time to come is now."""
    return min(body.at, now) if body.at is not None else now
