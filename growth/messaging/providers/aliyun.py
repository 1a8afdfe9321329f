"""阿里云短信 (Dysms 2017-05-25) through its official SDK; the endpoint may be any host, http too, so that a stand-in can take its place.

The gateway knows no idempotency: a call whose answer is lost is unknown, and its messages are uncertain.
Codes: help.aliyun.com/document_detail/101346.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib import import_module
from itertools import groupby
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from growth.contacts import BadAddress, Medium, normal_phone
from growth.errors import ProviderError
from growth.language import _
from growth.messaging.message import Message, Receipt, Sms
from growth.messaging.provider import Capabilities, Feedback, FeedbackKind, RawRequest
from growth.workspace import Workspace

if TYPE_CHECKING:
    from alibabacloud_dysmsapi20170525.client import Client

CALLS_AT_ONCE = 8
TIMEOUT = timedelta(seconds=15)
#: numbers of one call with one text; the API takes 1,000, and what is not answered is in doubt
MOST_NUMBERS = 32
#: the account, the signature or the template is at fault: no message can go
_ACCOUNT = frozenset(
    {
        "isv.SMS_SIGNATURE_ILLEGAL",
        "isv.SMS_SIGN_ILLEGAL",
        "isv.SIGN_STATE_ILLEGAL",
        "isv.SMS_SIGNATURE_SCENE_ILLEGAL",
        "isv.SMS_TEMPLATE_ILLEGAL",
        "isv.OUT_OF_SERVICE",
        "isv.AMOUNT_NOT_ENOUGH",
        "isv.PRODUCT_UN_SUBSCRIPT",
        "isv.PRODUCT_UNSUBSCRIBE",
        "isv.ACCOUNT_NOT_EXISTS",
        "isv.ACCOUNT_ABNORMAL",
        "isv.DENY_IP_RANGE",
        "isp.RAM_PERMISSION_DENY",
        "SignatureDoesNotMatch",
        "InvalidAccessKeyId.NotFound",
        "InvalidAccessKeyId.Inactive",
        "Forbidden.RAM",
    }
)
#: not now, and after how long
_LATER = {
    "isv.BUSINESS_LIMIT_CONTROL": timedelta(hours=1),
    "isv.DAY_LIMIT_CONTROL": timedelta(hours=24),
    "isv.MONTH_LIMIT_CONTROL": timedelta(days=7),
    "isp.SYSTEM_ERROR": timedelta(seconds=30),
    "Throttling": timedelta(seconds=5),
    "Throttling.User": timedelta(seconds=5),
    "Throttling.Api": timedelta(seconds=5),
    "ServiceUnavailable": timedelta(seconds=30),
}
#: one number spoils a call of many: each is tried alone
_OF_ONE = frozenset({"isv.MOBILE_NUMBER_ILLEGAL", "isv.BLACK_KEY_CONTROL_LIMIT", "isv.BUSINESS_LIMIT_CONTROL", "isv.DAY_LIMIT_CONTROL"})
#: words by which people refuse further texts
STOP_WORDS = frozenset({"r", "t", "td", "n", "退订", "拒收", "取消"})
_SHANGHAI = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True, slots=True)
class _Answer:
    """What the gateway said: its code, words and the receipt's number; `taken` None where no answer came."""

    taken: bool | None
    code: str
    words: str = ""
    receipt: str | None = None
    status: int = 200


class AliyunSms:
    """One account."""

    name = "aliyun"
    capabilities = Capabilities(media=frozenset({Medium.SMS}), max_batch=MOST_NUMBERS, feedback=True, constant_marketing=True)

    def __init__(self, *, key_id: str, key_secret: str, endpoint: str, region: str) -> None:
        self._client = _client(key_id, key_secret, endpoint, region)
        self._threads = ThreadPoolExecutor(max_workers=CALLS_AT_ONCE, thread_name_prefix="aliyun")

    def send(self, batch: Sequence[Message]) -> Sequence[Receipt]:
        """Hand texts over; equal ones go in one call. Raises ProviderError where the account, signature or template is refused."""
        groups = list(_same_text(batch))
        first = self._call(groups[0])
        if first.code in _ACCOUNT:
            raise ProviderError(
                _("Aliyun refuses: {code} {words}", code=first.code, words=first.words),
                permanent=True,
                fix=_("check sms.aliyun, sms.signature and the template in growth.yaml and in Aliyun's console"),
            )
        if first.code == "unreachable":
            raise ProviderError(_("Aliyun cannot be reached: {why}", why=first.words), fix=_("check sms.aliyun.endpoint in growth.yaml"))
        receipts = self._receipts(groups[0], first)
        for group, answer in zip(groups[1:], self._threads.map(self._call, groups[1:]), strict=True):
            receipts += self._receipts(group, answer)
        return receipts

    def read_feedback(self, request: RawRequest) -> Sequence[Feedback]:
        """SmsReport and SmsUp (document 101867); unsigned, so the route's secret path is the proof. Raises ProviderError for neither."""
        try:
            rows = json.loads(request.body)
        except ValueError as fault:
            raise ProviderError(_("not a report: {why}", why=fault), permanent=True) from fault
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise ProviderError(_("not a report: a JSON array is meant"), permanent=True)
        return [found for row in rows if (found := _feedback(row)) is not None]

    def close(self) -> None:
        """End the threads."""
        self._threads.shutdown(wait=True)

    def _receipts(self, group: list[Message], answer: _Answer) -> list[Receipt]:
        if len(group) > 1 and answer.code in _OF_ONE:
            return [receipt for message in group for receipt in self._receipts([message], self._call([message]))]
        return [_receipt(message, answer) for message in group]

    def _call(self, group: list[Message]) -> _Answer:
        """SendSms for equal texts."""
        api, tea = _module("alibabacloud_dysmsapi20170525.models"), _module("alibabacloud_tea_util.models")
        sms = group[0].content
        assert isinstance(sms, Sms), sms
        request = api.SendSmsRequest(
            phone_numbers=",".join(_number(message.to) for message in group),
            sign_name=sms.signature,
            template_code=sms.template_code,
            template_param=json.dumps(dict(sms.parameters), ensure_ascii=False) if sms.parameters else None,
            out_id=group[0].id.hex if len(group) == 1 else None,
        )
        milliseconds = int(TIMEOUT.total_seconds() * 1000)
        options = tea.RuntimeOptions(autoretry=False, max_attempts=1, connect_timeout=milliseconds, read_timeout=milliseconds)
        try:
            body = self._client.send_sms_with_options(request, options).body
        except Exception as fault:  # noqa: BLE001  (the SDK raises classes of three libraries; each is judged below)
            return _judged(fault)
        return _Answer(taken=body.code == "OK", code=body.code or "", words=body.message or "", receipt=body.biz_id)


def _client(key_id: str, key_secret: str, endpoint: str, region: str) -> Client:
    from alibabacloud_dysmsapi20170525.client import Client

    whole = urlsplit(endpoint if "://" in endpoint else f"https://{endpoint}")
    return Client(
        _module("alibabacloud_tea_openapi.models").Config(
            access_key_id=key_id,
            access_key_secret=key_secret,
            endpoint=whole.netloc,
            protocol=whole.scheme.upper(),
            region_id=region,
        )
    )


def _module(name: str) -> Any:
    """A part of the SDK: heavy, so imported when it is needed, and untyped."""
    return import_module(name)


def _same_text(batch: Iterable[Message]) -> Iterator[list[Message]]:
    """Messages of one text together, at most `MOST_NUMBERS` a call."""

    def text(message: Message) -> tuple[str, str, str]:
        sms = message.content
        assert isinstance(sms, Sms), sms
        return sms.signature, sms.template_code, json.dumps(dict(sms.parameters), ensure_ascii=False, sort_keys=True)

    for _key, group in groupby(sorted(batch, key=text), key=text):
        messages = list(group)
        for start in range(0, len(messages), MOST_NUMBERS):
            yield messages[start : start + MOST_NUMBERS]


def _number(phone: str) -> str:
    """Mainland numbers without +86, others with 00 before their country, as the API has them."""
    return phone.removeprefix("+86") if phone.startswith("+86") else "00" + phone.removeprefix("+")


def _receipt(message: Message, answer: _Answer) -> Receipt:
    said = f"{answer.code} {answer.words}".strip()
    if answer.taken is None and answer.code != "unreachable":
        return Receipt.unknown(message, said)
    if answer.taken:
        return Receipt.accepted(message, answer.receipt)
    if answer.code == "unreachable" or answer.code in _LATER:
        return Receipt.later(message, said, _LATER.get(answer.code))
    if answer.code in _ACCOUNT:
        return Receipt.later(message, said, timedelta(minutes=10))
    return Receipt.refused(message, said)


def _judged(fault: BaseException) -> _Answer:
    """What an exception of the SDK means: the gateway's answer, nothing sent, or nobody knows."""
    from requests.exceptions import ConnectionError as Broken
    from requests.exceptions import ConnectTimeout

    for each in _chain(fault):
        if isinstance(each, ConnectTimeout):
            return _Answer(taken=None, code="unreachable", words=str(each)[:200])
        if isinstance(each, Broken) and "NewConnectionError" in repr(each):
            return _Answer(taken=None, code="unreachable", words=str(each)[:200])
    code = str(getattr(fault, "code", "") or "")
    status = int(getattr(fault, "statusCode", 0) or _status(fault))
    words = str(getattr(fault, "message", "") or fault)[:200]
    if 400 <= status < 500 or code in _LATER:
        return _Answer(taken=False, code=code or str(status), words=words, status=status)
    return _Answer(taken=None, code=code or "no answer", words=words, status=status)


def _status(fault: BaseException) -> int:
    data = getattr(fault, "data", None)
    found = data.get("statusCode") if isinstance(data, dict) else None
    return int(found) if isinstance(found, int | str) and str(found).isdigit() else 0


def _chain(fault: BaseException) -> Iterator[BaseException]:
    seen: list[BaseException] = []
    look: list[Any] = [fault]
    while look:
        each = look.pop()
        if isinstance(each, BaseException) and each not in seen:
            seen.append(each)
            look += [each.__cause__, each.__context__, getattr(each, "inner_exception", None)]
    yield from seen


def _feedback(row: dict[str, Any]) -> Feedback | None:
    """One row of a report (it has a ``biz_id``) or a reply (it has a ``content``)."""
    try:
        phone = normal_phone(str(row.get("phone_number", "")))
        at = datetime.strptime(str(row.get("report_time") or row.get("send_time")), "%Y-%m-%d %H:%M:%S").replace(tzinfo=_SHANGHAI)
    except (BadAddress, ValueError):
        return None
    if "biz_id" in row:
        arrived = row.get("success") in (True, "true")
        return Feedback(
            event=f"report:{row['biz_id']}:{phone}:{row.get('err_code')}",
            # a phone that is off and a number that is not there have codes of each carrier's own: none bars a number for good
            kind=FeedbackKind.DELIVERED if arrived else FeedbackKind.SOFT_BOUNCE,
            at=at.astimezone(UTC),
            message_id=str(row.get("out_id") or "") or None,
            provider_id=str(row["biz_id"]),
            address=phone,
            medium=Medium.SMS,
            reason=str(row.get("err_code") or "")[:100],
        )
    if str(row.get("content", "")).strip().lower() in STOP_WORDS:
        event = f"reply:{row.get('sequence_id')}:{phone}"
        return Feedback(event=event, kind=FeedbackKind.REFUSED, at=at.astimezone(UTC), address=phone, medium=Medium.SMS, reason="reply")
    return None


def open_aliyun(workspace: Workspace) -> AliyunSms:
    """The account of growth.yaml. Raises MissingSecret, naming the variable."""
    settings = workspace.settings.sms.of_aliyun
    return AliyunSms(
        key_id=workspace.resolve(settings.access_key_id),
        key_secret=workspace.resolve(settings.access_key_secret),
        endpoint=workspace.resolve(settings.endpoint),
        region=settings.region,
    )
