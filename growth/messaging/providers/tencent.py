"""腾讯云短信 (SMS 2021-01-11) through its official SDK; the endpoint may be any host, http too, so that a stand-in can take its place.

The gateway knows no idempotency: a call whose answer is lost is unknown, and its messages are uncertain until they are looked up.
Codes: cloud.tencent.com/document/product/382/59177 and the SDK's errorcodes; parameters of a template go by their place.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib import import_module
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from growth.contacts import BadAddress, Medium, normal_phone
from growth.errors import ProviderError
from growth.language import _
from growth.messaging.gateway import not_reached, same_text, says_no, without_unsafe
from growth.messaging.message import Message, Receipt, Sms
from growth.messaging.provider import Capabilities, Doubt, Feedback, FeedbackKind, RawRequest
from growth.workspace import Workspace

CALLS_AT_ONCE = 8
TIMEOUT = timedelta(seconds=15)
#: numbers of one call with one text; the API takes 200, and what is not answered is in doubt
MOST_NUMBERS = 32
#: reports of one pull
MOST_PULLED = 100
#: the account, the signature or the template is at fault: no message can go
_ACCOUNT = ("AuthFailure", "UnauthorizedOperation", "ResourceNotFound")
_ACCOUNT_CODES = frozenset(
    {
        "FailedOperation.SignatureIncorrectOrUnapproved",
        "FailedOperation.TemplateIncorrectOrUnapproved",
        "FailedOperation.TemplateUnapprovedOrNotExist",
        "FailedOperation.TemplateIdNotExist",
        "FailedOperation.MissingSignature",
        "FailedOperation.InsufficientBalanceInSmsPackage",
        "FailedOperation.NotEnterpriseCertification",
        "InvalidParameterValue.SdkAppIdNotExist",
        "InvalidParameterValue.MarketingTemplateWithoutUnsubscribe",
        "InternalError.RequestTimeException",
        "InvalidParameter.AppidAndBizId",
    }
)
#: not now, and after how long
_LATER = {
    "LimitExceeded.PhoneNumberThirtySecondLimit": timedelta(seconds=30),
    "LimitExceeded.PhoneNumberOneHourLimit": timedelta(hours=1),
    "LimitExceeded.PhoneNumberDailyLimit": timedelta(hours=24),
    "LimitExceeded.PhoneNumberSameContentDailyLimit": timedelta(hours=24),
    "LimitExceeded.AppDailyLimit": timedelta(hours=24),
    "LimitExceeded.AppMainlandChinaDailyLimit": timedelta(hours=24),
    "LimitExceeded.DailyLimit": timedelta(hours=24),
    "LimitExceeded.DeliveryFrequencyLimit": timedelta(seconds=5),
    "LimitExceeded.GlobalSmsSendingRateLimit": timedelta(seconds=5),
    "RequestLimitExceeded": timedelta(seconds=5),
    # marketing goes from 8 to 22 only
    "FailedOperation.MarketingSendTimeConstraint": timedelta(hours=1),
}
#: answers after which nobody knows whether it went
_UNKNOWN = frozenset(
    {"InternalError", "InternalError.SendAndRecvFail", "InternalError.Timeout", "InternalError.OtherError", "InternalError.UnknownError"}
)
_SHANGHAI = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True, slots=True)
class _Answer:
    """What the gateway said of one number: `taken` None where nobody knows."""

    taken: bool | None
    code: str
    words: str = ""
    serial: str | None = None

    @property
    def of_account(self) -> bool:
        return self.code in _ACCOUNT_CODES or self.code.startswith(_ACCOUNT)


class TencentSms:
    """One account and application."""

    name = "tencent"
    capabilities = Capabilities(
        media=frozenset({Medium.SMS}),
        max_batch=MOST_NUMBERS,
        feedback=True,
        constant_marketing=True,
        # 382/39023: nothing of finance, notices included
        refuses_marketing_of=frozenset({"lending"}),
    )

    def __init__(self, *, secret_id: str, secret_key: str, app_id: str, endpoint: str, region: str) -> None:
        self._account = (secret_id, secret_key, endpoint, region)
        self._app_id = app_id
        self._own = threading.local()
        self._threads = ThreadPoolExecutor(max_workers=CALLS_AT_ONCE, thread_name_prefix="tencent")

    def send(self, batch: Sequence[Message]) -> Sequence[Receipt]:
        """Hand texts over; equal ones go in one call. Raises ProviderError where the account, signature or template is refused."""
        fit, refused = without_unsafe(batch)
        groups = list(same_text(fit, most=MOST_NUMBERS))
        if not groups:
            return refused
        first = self._send(groups[0])
        told = next(iter(first.values()))
        if all(answer.of_account for answer in first.values()):
            raise ProviderError(
                _("Tencent Cloud refuses: {code} {words}", code=told.code, words=told.words),
                permanent=True,
                fix=_("check sms.tencent, sms.signature and the template in growth.yaml and in Tencent Cloud's console"),
            )
        if told.code == "unreachable":
            raise ProviderError(
                _("Tencent Cloud cannot be reached: {why}", why=told.words), fix=_("check sms.tencent.endpoint in growth.yaml")
            )
        receipts = [_receipt(message, first[message.to]) for message in groups[0]]
        for group, answers in zip(groups[1:], self._threads.map(self._send, groups[1:]), strict=True):
            receipts += [_receipt(message, answers[message.to]) for message in group]
        return [*receipts, *refused]

    def read_feedback(self, request: RawRequest) -> Sequence[Feedback]:
        """Status and reply callbacks (382/37809, 382/42907); unsigned, so the route's secret path is the proof. Raises ProviderError."""
        try:
            told = json.loads(request.body)
        except ValueError as fault:
            raise ProviderError(_("not a report: {why}", why=fault), permanent=True) from fault
        rows = told if isinstance(told, list) else [told]
        if not all(isinstance(row, dict) for row in rows):
            raise ProviderError(_("not a report: a JSON array is meant"), permanent=True)
        return [found for row in rows if (found := _pushed(row)) is not None]

    def pull_feedback(self) -> Sequence[Feedback]:
        """Reports and replies that wait at the gateway, each handed out once. Raises ProviderError."""
        reports = self._ask("PullSmsSendStatus", Limit=MOST_PULLED).PullSmsSendStatusSet or []
        replies = self._ask("PullSmsReplyStatus", Limit=MOST_PULLED).PullSmsReplyStatusSet or []
        found = [_report(row) for row in reports]
        found += [
            _reply(row.PhoneNumber, str(row.ReplyContent or ""), datetime.fromtimestamp(int(row.ReplyTime or 0), UTC)) for row in replies
        ]
        return [each for each in found if each is not None]

    def look_up(self, doubts: Sequence[Doubt]) -> Sequence[Feedback]:
        """What became of messages whose answer was lost: what the gateway sent to the number in those minutes. Raises ProviderError."""
        found: list[Feedback] = []
        for doubt in doubts:
            span: dict[str, Any] = {
                "BeginTime": int((doubt.at - timedelta(minutes=1)).timestamp()),
                "EndTime": int((doubt.at + timedelta(minutes=10)).timestamp()),
            }
            answer = self._ask("PullSmsSendStatusByPhoneNumber", PhoneNumber=doubt.address, Offset=0, Limit=MOST_PULLED, **span)
            rows = answer.PullSmsSendStatusSet or []
            own = [row for row in rows if row.SessionContext == doubt.id.hex] or (rows if len(rows) == 1 else [])
            if own and (told := _report(own[0], message_id=doubt.id.hex)) is not None:
                found.append(told)
        return found

    def log_in(self) -> str:
        """Whether the keys are good; what to say of it. Raises ProviderError."""
        self._ask("DescribeSmsSignList", app=False, International=0, Limit=1, Offset=0)
        return ""

    def close(self) -> None:
        """End the threads."""
        self._threads.shutdown(wait=True)

    def _send(self, group: list[Message]) -> dict[str, _Answer]:
        """SendSms for equal texts: what it said of each number."""
        sms = group[0].content
        assert isinstance(sms, Sms), sms
        try:
            answer = self._call(
                "SendSms",
                PhoneNumberSet=[message.to for message in group],
                SmsSdkAppId=self._app_id,
                TemplateId=sms.template_code,
                SignName=sms.signature,
                TemplateParamSet=list(sms.parameters.values()),
                SessionContext=group[0].id.hex if len(group) == 1 else "",
            )
        except Exception as fault:  # noqa: BLE001  (the SDK raises one class for everything, and what it stands for is judged below)
            return {message.to: _judged(fault) for message in group}
        told = {
            str(status.PhoneNumber): _Answer(
                status.Code == "Ok", status.Code or "", str(status.Message or "")[:200], str(status.SerialNo or "") or None
            )
            for status in answer.SendStatusSet or []
        }
        return {message.to: told.get(message.to, _Answer(None, "no answer")) for message in group}

    def _ask(self, action: str, *, app: bool = True, **parameters: Any) -> Any:
        """A question that sends nothing. Raises ProviderError."""
        try:
            return self._call(action, **({"SmsSdkAppId": self._app_id} if app else {}), **parameters)
        except Exception as fault:
            answer = _judged(fault)
            message = _("Tencent Cloud refuses: {code} {words}", code=answer.code, words=answer.words)
            raise ProviderError(message, permanent=answer.of_account, fix=_("check sms.tencent in growth.yaml")) from fault

    def _call(self, action: str, **parameters: Any) -> Any:
        request = getattr(_module("tencentcloud.sms.v20210111.models"), f"{action}Request")()
        for name, value in parameters.items():
            setattr(request, name, value)
        if not hasattr(self._own, "client"):
            self._own.client = _client(*self._account)
        return getattr(self._own.client, action)(request)


def _client(secret_id: str, secret_key: str, endpoint: str, region: str) -> Any:
    whole = urlsplit(endpoint if "://" in endpoint else f"https://{endpoint}")
    http = _module("tencentcloud.common.profile.http_profile").HttpProfile(
        protocol=whole.scheme, endpoint=whole.netloc, reqTimeout=TIMEOUT.total_seconds()
    )
    profile = _module("tencentcloud.common.profile.client_profile").ClientProfile(signMethod="TC3-HMAC-SHA256", httpProfile=http)
    credential = _module("tencentcloud.common.credential").Credential(secret_id, secret_key)
    return _module("tencentcloud.sms.v20210111.sms_client").SmsClient(credential, region, profile)


def _module(name: str) -> Any:
    """A part of the SDK: heavy, so imported when it is needed, and untyped."""
    return import_module(name)


def _receipt(message: Message, answer: _Answer) -> Receipt:
    said = f"{answer.code} {answer.words}".strip()
    if answer.taken:
        return Receipt.accepted(message, answer.serial)
    if answer.taken is None and answer.code != "unreachable":
        return Receipt.unknown(message, said)
    if answer.code == "unreachable" or answer.code in _LATER:
        return Receipt.later(message, said, _LATER.get(answer.code))
    if answer.of_account:
        return Receipt.later(message, said, timedelta(minutes=10))
    return Receipt.refused(message, said)


def _judged(fault: BaseException) -> _Answer:
    """What an exception of the SDK means: the gateway's answer, nothing sent, or nobody knows."""
    if why := not_reached(fault):
        return _Answer(None, "unreachable", why)
    code, words = str(getattr(fault, "code", "") or type(fault).__name__), str(getattr(fault, "message", "") or fault)[:200]
    # an answer of the gateway has a request id; what has none is a broken line or a broken server
    answered = bool(getattr(fault, "requestId", None))
    return _Answer(False if answered and code not in _UNKNOWN else None, code, words)


def _report(row: Any, *, message_id: str | None = None) -> Feedback | None:
    """One row of a pull: SUCCESS or FAIL."""
    arrived = row.ReportStatus == "SUCCESS"
    at = datetime.fromtimestamp(int(row.UserReceiveTime or 0), UTC) if row.UserReceiveTime else datetime.now(UTC)
    return _outcome(str(row.PhoneNumber), str(row.SerialNo), arrived, at, str(row.Description or ""), message_id or row.SessionContext)


def _pushed(row: dict[str, Any]) -> Feedback | None:
    """One row of a callback: a report has a ``sid``, a reply a ``text``."""
    phone = f"+{row.get('nationcode') or '86'}{row.get('mobile') or ''}"
    try:
        if "sid" in row:
            told = datetime.strptime(str(row.get("user_receive_time")), "%Y-%m-%d %H:%M:%S").replace(tzinfo=_SHANGHAI)
            arrived = row.get("report_status") == "SUCCESS"
            reason = str(row.get("errmsg") or row.get("description") or "")
            return _outcome(phone, str(row["sid"]), arrived, told.astimezone(UTC), reason, row.get("ext"))
        return _reply(phone, str(row.get("text") or ""), datetime.fromtimestamp(int(row.get("time") or 0), UTC))
    except (ValueError, TypeError, OverflowError, OSError):
        return None


def _outcome(phone: str, serial: str, arrived: bool, at: datetime, reason: str, message_id: object) -> Feedback | None:
    try:
        address = normal_phone(phone)
    except BadAddress:
        return None
    return Feedback(
        event=f"report:{serial}:{address}:{'ok' if arrived else reason[:60]}",
        # a phone that is off and a number that is not there have codes of each carrier's own: none bars a number for good
        kind=FeedbackKind.DELIVERED if arrived else FeedbackKind.SOFT_BOUNCE,
        at=at,
        message_id=str(message_id) if message_id else None,
        provider_id=serial,
        address=address,
        medium=Medium.SMS,
        reason="" if arrived else reason[:100],
    )


def _reply(phone: str, text: str, at: datetime) -> Feedback | None:
    if not says_no(text):
        return None
    try:
        address = normal_phone(phone)
    except BadAddress:
        return None
    event = f"reply:{address}:{int(at.timestamp())}"
    return Feedback(event=event, kind=FeedbackKind.REFUSED, at=at, address=address, medium=Medium.SMS, reason="reply")


def open_tencent(workspace: Workspace) -> TencentSms:
    """The account of growth.yaml. Raises MissingSecret, naming the variable."""
    settings = workspace.settings.sms.of_tencent
    return TencentSms(
        secret_id=workspace.resolve(settings.secret_id),
        secret_key=workspace.resolve(settings.secret_key),
        app_id=workspace.resolve(settings.app_id),
        endpoint=workspace.resolve(settings.endpoint),
        region=settings.region,
    )
