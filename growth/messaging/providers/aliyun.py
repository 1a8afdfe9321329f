"""阿里云短信 (Dysms 2017-05-25) through its official SDK; the endpoint may be any host, http too, so that a stand-in can take its place.

The gateway knows no idempotency: a call whose answer is lost is unknown, and its messages are uncertain.
Codes: help.aliyun.com/document_detail/101346.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib import import_module
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from growth.contacts import BadAddress, Medium, normal_phone
from growth.errors import ProviderError
from growth.language import _
from growth.messaging.gateway import is_mainland, not_reached, same_text, says_no, without_unsafe
from growth.messaging.message import Message, Receipt, Sms
from growth.messaging.provider import Capabilities, Doubt, Feedback, FeedbackKind, RawRequest
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
_SHANGHAI = ZoneInfo("Asia/Shanghai")
#: a send within this span of ours is ours, where it is the only one
_NEAR = timedelta(minutes=5)


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
        fit, refused = without_unsafe(batch)
        groups = list(same_text(fit, most=MOST_NUMBERS))
        if not groups:
            return refused
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
        return [*receipts, *refused]

    def read_feedback(self, request: RawRequest) -> Sequence[Feedback]:
        """SmsReport and SmsUp (document 101867); unsigned, so the route's secret path is the proof. Raises ProviderError for neither."""
        try:
            rows = json.loads(request.body)
        except ValueError as fault:
            raise ProviderError(_("not a report: {why}", why=fault), permanent=True) from fault
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise ProviderError(_("not a report: a JSON array is meant"), permanent=True)
        return [found for row in rows if (found := _feedback(row)) is not None]

    def look_up(self, doubts: Sequence[Doubt]) -> Sequence[Feedback]:
        """What became of messages whose answer was lost: what the gateway sent to the number in those minutes. Raises ProviderError."""
        found: list[Feedback] = []
        for doubt in doubts:
            day = doubt.at.astimezone(_SHANGHAI)
            answer = self._ask(
                "query_send_details", phone_number=_number(doubt.address), send_date=f"{day:%Y%m%d}", page_size=50, current_page=1
            )
            rows = (answer.sms_send_detail_dtos.sms_send_detail_dto or []) if answer.sms_send_detail_dtos else []
            near = [row for row in rows if abs(_local(row.send_date) - doubt.at) < _NEAR]
            own = [row for row in rows if row.out_id == doubt.id.hex] or (near if len(near) == 1 else [])
            if own and (told := _detail(own[0], doubt)) is not None:
                found.append(told)
        return found

    def log_in(self) -> str:
        """Whether the keys are good; what to say of it. Raises ProviderError."""
        self._ask("query_sms_sign_list", page_index=1, page_size=1)
        return ""

    def _ask(self, action: str, **parameters: Any) -> Any:
        """A question that sends nothing. Raises ProviderError."""
        api = _module("alibabacloud_dysmsapi20170525.models")
        request = getattr(api, "".join(word.title() for word in action.split("_")) + "Request")(**parameters)
        try:
            body = getattr(self._client, f"{action}_with_options")(request, _options()).body
        except Exception as fault:
            answer = _judged(fault)
            code, words = answer.code, answer.words
            message = _("Aliyun refuses: {code} {words}", code=code, words=words)
            raise ProviderError(message, permanent=code in _ACCOUNT, fix=_("check sms.aliyun in growth.yaml")) from fault
        if body.code != "OK":
            message = _("Aliyun refuses: {code} {words}", code=body.code, words=body.message)
            raise ProviderError(message, permanent=body.code in _ACCOUNT, fix=_("check sms.aliyun in growth.yaml"))
        return body

    def close(self) -> None:
        """End the threads."""
        self._threads.shutdown(wait=True)

    def _receipts(self, group: list[Message], answer: _Answer) -> list[Receipt]:
        if len(group) > 1 and answer.code in _OF_ONE:
            return [receipt for message in group for receipt in self._receipts([message], self._call([message]))]
        return [_receipt(message, answer) for message in group]

    def _call(self, group: list[Message]) -> _Answer:
        """SendSms for equal texts."""
        api = _module("alibabacloud_dysmsapi20170525.models")
        sms = group[0].content
        assert isinstance(sms, Sms), sms
        request = api.SendSmsRequest(
            phone_numbers=",".join(_number(message.to) for message in group),
            sign_name=sms.signature,
            template_code=sms.template_code,
            template_param=json.dumps(dict(sms.parameters), ensure_ascii=False) if sms.parameters else None,
            out_id=group[0].id.hex if len(group) == 1 else None,
        )
        try:
            body = self._client.send_sms_with_options(request, _options()).body
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


def _options() -> Any:
    milliseconds = int(TIMEOUT.total_seconds() * 1000)
    tea = _module("alibabacloud_tea_util.models")
    return tea.RuntimeOptions(autoretry=False, max_attempts=1, connect_timeout=milliseconds, read_timeout=milliseconds)


def _number(phone: str) -> str:
    """Mainland numbers without +86, others with 00 before their country, as the API has them."""
    return phone.removeprefix("+86") if is_mainland(phone) else "00" + phone.removeprefix("+")


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
    if why := not_reached(fault):
        return _Answer(taken=None, code="unreachable", words=why)
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


def _local(text: object) -> datetime:
    """A time of the gateway, which speaks Shanghai's; the beginning of time for one that is none."""
    try:
        return datetime.strptime(str(text), "%Y-%m-%d %H:%M:%S").replace(tzinfo=_SHANGHAI).astimezone(UTC)
    except ValueError:
        return datetime.fromtimestamp(0, UTC)


def _detail(row: Any, doubt: Doubt) -> Feedback | None:
    """One row of QuerySendDetails: 1 on its way, 2 failed, 3 arrived."""
    kinds = {1: FeedbackKind.ACCEPTED, 2: FeedbackKind.SOFT_BOUNCE, 3: FeedbackKind.DELIVERED}
    kind = kinds.get(int(row.send_status or 0))
    if kind is None:
        return None
    return Feedback(
        event=f"detail:{doubt.id.hex}:{row.send_status}",
        kind=kind,
        at=_local(row.receive_date) if row.receive_date else doubt.at,
        message_id=doubt.id.hex,
        address=doubt.address,
        medium=Medium.SMS,
        reason=str(row.err_code or "")[:100] if kind is FeedbackKind.SOFT_BOUNCE else "",
    )


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
    if says_no(str(row.get("content", ""))):
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
