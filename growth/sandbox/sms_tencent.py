"""腾讯云短信 (SMS 2021-01-11) as its SDK speaks it: SendSms, the pulls of receipts and replies, and the callbacks.

Facts: cloud.tencent.com documents 382/55981 (SendSms), 382/59177 (error codes), 382/5807 and 382/42907 (callbacks), 382/39023
(content), and the official SDK. Every answer is HTTP 200; an error of the whole call stands in ``Response.Error``, one of a number
in its ``Code``.
"""

from __future__ import annotations

import json
import re
import time
import uuid
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from growth import clock
from growth.sandbox.asgi import Request, Response
from growth.sandbox.keys import TENCENT_APP, TENCENT_ID, TENCENT_KEY
from growth.sandbox.pages import ZONE
from growth.sandbox.pusher import Outcome, Pusher
from growth.sandbox.sms import Sms, Text, Trouble
from growth.sandbox.sms_aliyun import TemplateKind
from growth.sandbox.tencent_signature import signature_fault

VENDOR = "tencent"
MOST_NUMBERS = 200
MOST_PULLED = 100
#: hours in which marketing goes
MARKETING_HOURS = range(8, 22)
#: after the first callback that is not answered with result 0
RETRIES_SECONDS = (60.0, 300.0, 600.0)
_PHONE = re.compile(r"\+86(1[3-9]\d{9})")
_PLACE = re.compile(r"\{(\d+)\}")
_URL = re.compile(r"https?://|www\.|\w\.(?:com|cn|net)\b", re.I)


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """An approved template; `content` has variables as ``{1}``, ``{2}``."""

    content: str
    kind: TemplateKind = TemplateKind.NOTICE


TEMPLATES = {
    "1000001": Template(content="{1}，您预约的活动将于{2}开始，请准时参加。客服400-000-0000"),
    "1000002": Template(content="验证码{1}，三分钟内有效，请勿告诉任何人。", kind=TemplateKind.CODE),
    "1000003": Template(content="本月会员服务与活动安排已公布，请登录网站查看。拒收请回复R", kind=TemplateKind.PROMOTION),
}


class Refused(Exception):
    """An error of the whole call."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message


class TencentSms:
    """The gateway. `signatures` and `templates` are what the console has approved, `secrets` the API keys, `app` the application.

    Receipts and replies wait to be pulled; once `sms.report_url` or `sms.reply_url` is set they are pushed there instead.
    """

    def __init__(self, sms: Sms, *, now: Callable[[], datetime] = clock.now) -> None:
        self._sms = sms
        self._now = now
        self._reports: deque[dict[str, Any]] = deque()
        self._replies: deque[dict[str, Any]] = deque()
        self._known: list[dict[str, Any]] = []
        self.secrets = {TENCENT_ID: TENCENT_KEY}
        self.app = TENCENT_APP
        self.signatures = {"诚信贷", "增长会"}
        self.templates = dict(TEMPLATES)
        self.blocked: set[str] = set()
        self.report_after = 1.0
        self.pusher = Pusher(_call, retries=RETRIES_SECONDS)
        sms.speaks(VENDOR, self._reply)

    def answer(self, request: Request) -> Response:
        """One call, POST at the root."""
        identity = str(uuid.uuid4())
        if fault := signature_fault(request, secrets=self.secrets, now=self._now()):
            return _error(identity, *fault)
        actions = {
            "SendSms": self._send,
            "PullSmsSendStatus": self._pull_reports,
            "PullSmsReplyStatus": self._pull_replies,
            "PullSmsSendStatusByPhoneNumber": self._of_number,
            "DescribeSmsSignList": self._signs,
        }
        action = actions.get(request.headers.get("x-tc-action", ""))
        if action is None or request.headers.get("x-tc-version") != "2021-01-11":
            return _error(identity, "InvalidAction", "The request with this action is not supported.")
        try:
            parameters = request.json
            if not isinstance(parameters, dict):
                raise Refused("InvalidParameter", "The body is no JSON object.")
            if parameters.get("SmsSdkAppId", self.app) != self.app:
                raise Refused("UnauthorizedOperation.SmsSdkAppIdVerifyFail", "Verification failed for `SmsSdkAppId`.")
            return action(parameters, identity)
        except Refused as refused:
            return _error(identity, refused.code, refused.message)

    def _send(self, parameters: Mapping[str, Any], identity: str) -> Response:
        phones = [str(phone) for phone in parameters.get("PhoneNumberSet") or []]
        if not phones:
            raise Refused("MissingParameter.EmptyPhoneNumberSet", "The number list is empty.")
        if len(phones) > MOST_NUMBERS:
            raise Refused("LimitExceeded.PhoneNumberCountLimit", "More than 200 numbers.")
        content, template = self._rendered(parameters)
        numbers = [phone.removeprefix("+86") for phone in phones]
        if rule := self._sms.strike(Trouble.STATUS, numbers):
            return Response(status=rule.status, body=b"scripted", media_type="text/plain; charset=utf-8")
        if template.kind is TemplateKind.PROMOTION and self._now().astimezone(ZONE).hour not in MARKETING_HOURS:
            raise Refused("FailedOperation.MarketingSendTimeConstraint", "营销短信只允许在8点到22点发送")
        statuses = [self._one(phone, parameters, content) for phone in phones]
        body = json.dumps({"Response": {"SendStatusSet": statuses, "RequestId": identity}}, ensure_ascii=False).encode()
        if late := self._sms.strike(Trouble.DELAY, numbers):
            time.sleep(late.seconds)
        cut = self._sms.strike(Trouble.CUT, numbers) is not None
        return Response(body=body, media_type="application/json", cut=cut)

    def _rendered(self, parameters: Mapping[str, Any]) -> tuple[str, Template]:
        """The whole text. Raises Refused as the template's rules say."""
        sign, code = str(parameters.get("SignName") or ""), str(parameters.get("TemplateId") or "")
        values = [str(value) for value in parameters.get("TemplateParamSet") or []]
        template = self.templates.get(code)
        if sign not in self.signatures:
            raise Refused("FailedOperation.SignatureIncorrectOrUnapproved", "签名未审批或格式错误")
        if template is None:
            raise Refused("FailedOperation.TemplateUnapprovedOrNotExist", "模板未审批或不存在")
        if len(set(_PLACE.findall(template.content))) != len(values):
            raise Refused("FailedOperation.TemplateParamSetNotMatchApprovedTemplate", "请求内容与审核通过的模板内容不匹配")
        for value in values:
            if _URL.search(value):
                raise Refused("InvalidParameterValue.ProhibitedUseUrlInTemplateParameter", "禁止在模板变量中使用 URL")
            if len(value) > 12:
                raise Refused("InvalidParameterValue.TemplateParameterLengthLimit", "单个模板变量字符数超过规定的限制数")
        return f"【{sign}】{_PLACE.sub(lambda match: values[int(match[1]) - 1], template.content)}", template

    def _one(self, phone: str, parameters: Mapping[str, Any], content: str) -> dict[str, Any]:
        """What becomes of one number of a call."""
        context = str(parameters.get("SessionContext") or "")
        status = {"SerialNo": "", "PhoneNumber": phone, "Fee": 0, "SessionContext": context, "IsoCode": "CN"}
        found = _PHONE.fullmatch(phone)
        if not found:
            return {**status, "Code": "InvalidParameterValue.IncorrectPhoneNumber", "Message": "incorrect phone number"}
        if rule := self._sms.strike(Trouble.REFUSE, [found[1]]):
            return {**status, "Code": rule.code, "Message": "scripted"}
        if found[1] in self.blocked:
            return {**status, "Code": "FailedOperation.PhoneNumberInBlacklist", "Message": "the number is in the blocklist"}
        text = self._sms.take(
            vendor=VENDOR,
            phone=found[1],
            signature=str(parameters["SignName"]),
            template=str(parameters["TemplateId"]),
            content=content,
            out_id=context,
            receipt=f"2640:{uuid.uuid4().int % 10**17:017d}",
        )
        self._report(text)
        return {**status, "SerialNo": text.receipt, "Fee": text.parts, "Code": "Ok", "Message": "send success"}

    def _report(self, text: Text) -> None:
        """What the carrier says: pushed, or kept for a pull."""
        broken = self._sms.strike(Trouble.UNDELIVERED, [text.phone])
        word = broken.code if broken else "DELIVRD"
        self._sms.note_report(text.receipt, text.phone, word)
        at = text.at + timedelta(seconds=self.report_after)
        row = {
            "UserReceiveTime": int(at.timestamp()),
            "CountryCode": "86",
            "SubscriberNumber": text.phone,
            "PhoneNumber": f"+86{text.phone}",
            "SerialNo": text.receipt,
            "ReportStatus": "FAIL" if broken else "SUCCESS",
            "Description": word,
            "SessionContext": text.out_id,
        }
        self._known.append(row)
        if not self._sms.report_url:
            self._reports.append(row)
            return
        told = {
            "user_receive_time": at.astimezone(ZONE).strftime("%Y-%m-%d %H:%M:%S"),
            "nationcode": "86",
            "mobile": text.phone,
            "report_status": row["ReportStatus"],
            "errmsg": word,
            "description": "用户短信送达失败" if broken else "用户短信送达成功",
            "sid": text.receipt,
        }
        self.pusher.push(self._sms.report_url, json.dumps([told], ensure_ascii=False).encode(), after=self.report_after)

    def _reply(self, phone: str, words: str) -> None:
        """A person writes back; whoever says R gets no more."""
        if words.strip().upper() in ("R", "T", "TD", "N"):
            self.blocked.add(phone)
        at = int(self._now().timestamp())
        if not self._sms.reply_url:
            self._replies.append(
                {
                    "ExtendCode": "",
                    "CountryCode": "86",
                    "SubscriberNumber": phone,
                    "PhoneNumber": f"+86{phone}",
                    "SignName": "",
                    "ReplyContent": words,
                    "ReplyTime": at,
                }
            )
            return
        told = {"nationcode": "86", "mobile": phone, "text": words, "sign": "", "time": at, "extend": ""}
        self.pusher.push(self._sms.reply_url, json.dumps(told, ensure_ascii=False).encode())

    def _pull_reports(self, parameters: Mapping[str, Any], identity: str) -> Response:
        return _answer(identity, PullSmsSendStatusSet=_taken(self._reports, parameters))

    def _pull_replies(self, parameters: Mapping[str, Any], identity: str) -> Response:
        return _answer(identity, PullSmsReplyStatusSet=_taken(self._replies, parameters))

    def _of_number(self, parameters: Mapping[str, Any], identity: str) -> Response:
        first, last = int(parameters.get("BeginTime") or 0), int(parameters.get("EndTime") or 0)
        if last < first:
            raise Refused("InvalidParameterValue.InvalidStartTime", "the end is before the beginning")
        rows = [
            row for row in self._known if row["PhoneNumber"] == parameters.get("PhoneNumber") and first <= row["UserReceiveTime"] <= last
        ]
        offset = int(parameters.get("Offset") or 0)
        return _answer(identity, PullSmsSendStatusSet=rows[offset : offset + int(parameters.get("Limit") or 10)])

    def _signs(self, parameters: Mapping[str, Any], identity: str) -> Response:
        rows = [{"SignId": number, "SignName": name, "StatusCode": 0} for number, name in enumerate(sorted(self.signatures), start=1)]
        return _answer(identity, DescribeSignListStatusSet=rows[: int(parameters.get("Limit") or 10)])


def _taken(queue: deque[dict[str, Any]], parameters: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The first of a queue, which forgets them."""
    limit = int(parameters.get("Limit") or 0)
    if not 0 < limit <= MOST_PULLED:
        raise Refused("InvalidParameterValue.LimitVerifyFail", "Limit is 1 to 100.")
    return [queue.popleft() for _each in range(min(limit, len(queue)))]


def _answer(identity: str, **fields: Any) -> Response:
    body = json.dumps({"Response": {**fields, "RequestId": identity}}, ensure_ascii=False).encode()
    # the SDK looks for errors only where the type is exactly this
    return Response(body=body, media_type="application/json")


def _error(identity: str, code: str, message: str) -> Response:
    return _answer(identity, Error={"Code": code, "Message": message})


def _call(url: str, body: bytes, attempt: int) -> Outcome:
    """One callback; taken where the answer is JSON with ``result`` 0."""
    import httpx

    try:
        answer = httpx.post(url, content=body, headers={"content-type": "application/json"}, timeout=5)
        taken = answer.status_code == 200 and answer.json().get("result") == 0
    except (httpx.HTTPError, ValueError, AttributeError):
        return Outcome(url=url, attempt=attempt, answered=False, status=None, body="")
    return Outcome(url=url, attempt=attempt, answered=taken, status=answer.status_code, body=answer.text[:500])
