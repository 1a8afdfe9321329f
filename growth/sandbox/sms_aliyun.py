"""阿里云短信 (Dysms 2017-05-25) as its SDK speaks it: SendSms, SendBatchSms, QuerySendDetails, and the reports it pushes.

Facts: help.aliyun.com documents 101346 (error codes), 101867 (SmsReport), 2881383 (limits of promotional messages), and the official SDK.
A business error answers HTTP 200 with its ``Code``; errors of the gateway (signature, throttling) answer 4xx and 5xx.
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
from enum import StrEnum
from typing import Any

from growth import clock
from growth.sandbox.aliyun_signature import signature_fault
from growth.sandbox.asgi import Request, Response, as_json
from growth.sandbox.keys import ALIYUN_ID, ALIYUN_SECRET
from growth.sandbox.pages import ZONE
from growth.sandbox.pusher import Outcome, Pusher
from growth.sandbox.sms import Sms, SmsBehaviour, Text, Trouble

VENDOR = "aliyun"
MOST_NUMBERS = 1000
#: SDK users report that a batch of more is refused
MOST_BATCH = 100
#: one number, one signature and template, promotional: a day
MOST_PROMOTIONS = 50
#: after the first call of a report or reply that is not answered with code 0 (document 101867)
RETRIES_SECONDS = (60.0, 300.0, 600.0)
_PHONE = re.compile(r"(?:\+?86|0086)?(1[3-9]\d{9})")
_VARIABLE = re.compile(r"\$\{(\w+)\}")
_URL = re.compile(r"https?://|www\.|\w\.(?:com|cn|net)\b", re.I)


class TemplateKind(StrEnum):
    """What a template was approved for."""

    #: a code to log in with
    CODE = "code"
    #: a notice about something the person asked for
    NOTICE = "notice"
    #: promotion: ends in 拒收请回复R
    PROMOTION = "promotion"


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """An approved template; `content` has variables as ``${name}``."""

    content: str
    kind: TemplateKind = TemplateKind.NOTICE


TEMPLATES = {
    "SMS_100001": Template(content="${name}，您本期账单已生成，请登录网站查看还款日，已还请忽略。客服400-000-0000"),
    "SMS_100002": Template(content="验证码${code}，三分钟内有效，请勿告诉任何人。", kind=TemplateKind.CODE),
    "SMS_100003": Template(
        content="本月平台数据与新增项目已公布，请登录网站查看。市场有风险，出借需谨慎。拒收请回复R", kind=TemplateKind.PROMOTION
    ),
}


class Refused(Exception):
    """A business error: HTTP 200 with `code`."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


class AliyunSms:
    """The gateway. `signatures` and `templates` are what the console has approved; `secrets` the access keys.

    Once `sms.report_url` is set, a report of every message is pushed `report_after` seconds later.
    """

    def __init__(self, sms: Sms, *, now: Callable[[], datetime] = clock.now) -> None:
        self._sms = sms
        self._now = now
        self._nonces: deque[str] = deque(maxlen=10_000)
        self._sent: dict[str, list[Text]] = {}
        self.secrets = {ALIYUN_ID: ALIYUN_SECRET}
        self.signatures = {"诚信贷"}
        self.templates = dict(TEMPLATES)
        self.blocked: set[str] = set()
        self.report_after = 1.0
        self.pusher = Pusher(_call, retries=RETRIES_SECONDS)
        sms.speaks(VENDOR, self._push_reply)

    def answer(self, request: Request) -> Response:
        """One call, POST at the root; its parameters stand in the query and in the form."""
        identity = str(uuid.uuid4()).upper()
        if fault := signature_fault(request, secrets=self.secrets, now=self._now()):
            status, code, message = fault
            return _gateway_error(identity, status, code, message)
        nonce = request.headers.get("x-acs-signature-nonce", "")
        if nonce in self._nonces:
            return _gateway_error(identity, 400, "SignatureNonceUsed", "Specified signature nonce was used already.")
        self._nonces.append(nonce)
        actions = {
            "SendSms": self._send,
            "SendBatchSms": self._send_batch,
            "QuerySendDetails": self._details,
            "QuerySmsSignList": self._sign_list,
        }
        action = actions.get(request.headers.get("x-acs-action", ""))
        if action is None or request.headers.get("x-acs-version") != "2017-05-25":
            return _gateway_error(identity, 404, "InvalidAction.NotFound", "Specified api is not found, please check your url and method.")
        parameters = {**request.form, **request.query}
        try:
            return action(parameters, identity)
        except Refused as refused:
            return as_json({"Code": refused.code, "Message": refused.message, "RequestId": identity})

    def _send(self, parameters: Mapping[str, str], identity: str) -> Response:
        numbers = [number for number in parameters.get("PhoneNumbers", "").split(",") if number]
        if len(numbers) > MOST_NUMBERS:
            raise Refused("isv.MOBILE_COUNT_OVER_LIMIT", "手机号码数量超过限制")
        values = _values(parameters.get("TemplateParam", ""))
        sign, code = parameters.get("SignName", ""), parameters.get("TemplateCode", "")
        return self._accept([(number, sign, values) for number in numbers], code, parameters.get("OutId", ""), identity)

    def _send_batch(self, parameters: Mapping[str, str], identity: str) -> Response:
        numbers, signs = _list(parameters.get("PhoneNumberJson", "")), _list(parameters.get("SignNameJson", ""))
        values = _list(parameters.get("TemplateParamJson", "")) or [{} for _ in numbers]
        if not len(numbers) == len(signs) == len(values):
            raise Refused("isv.PHONENUMBERS_SIGNNAMES_NOT_EQUAL", "手机号码、签名与参数的个数不一致")
        if len(numbers) > MOST_BATCH:
            raise Refused("isv.MOBILE_COUNT_OVER_LIMIT", "手机号码数量超过限制")
        rows = [(str(number), str(sign), _texts(value)) for number, sign, value in zip(numbers, signs, values, strict=True)]
        return self._accept(rows, parameters.get("TemplateCode", ""), parameters.get("OutId", ""), identity)

    def _accept(self, rows: list[tuple[str, str, dict[str, str]]], code: str, out_id: str, identity: str) -> Response:
        """Take all rows or none; then be as slow or as broken as was scripted."""
        if not rows:
            raise Refused("isv.MOBILE_NUMBER_ILLEGAL", "号码格式错误")
        ready = [(_number(number), sign, self._rendered(sign, code, values)) for number, sign, values in rows]
        numbers = [number for number, _sign, _content in ready]
        if status := self._sms.strike(Trouble.STATUS, numbers):
            return _gateway_error(identity, status.status, "Throttling.User" if status.status == 429 else "ServiceUnavailable", "scripted")
        if refused := self._sms.strike(Trouble.REFUSE, numbers):
            raise Refused(refused.code, _MESSAGES.get(refused.code, "refused by the sandbox"))
        if any(number in self.blocked for number in numbers):
            raise Refused("isv.BLACK_KEY_CONTROL_LIMIT", _MESSAGES["isv.BLACK_KEY_CONTROL_LIMIT"])
        self._watch_limits(ready, code)
        receipt = f"{uuid.uuid4().int % 10**15:015d}^0"
        for number, sign, content in ready:
            text = self._sms.take(
                vendor=VENDOR, phone=number, signature=sign, template=code, content=content, out_id=out_id, receipt=receipt
            )
            self._sent.setdefault(number, []).append(text)
            self._report(text)
        answer = as_json({"Code": "OK", "Message": "OK", "BizId": receipt, "RequestId": identity})
        if late := self._sms.strike(Trouble.DELAY, numbers):
            time.sleep(late.seconds)
        if self._sms.strike(Trouble.CUT, numbers):
            return Response(body=answer.body, media_type=answer.media_type, cut=True)
        return answer

    def _rendered(self, sign: str, code: str, values: Mapping[str, str]) -> str:
        """The whole text. Raises Refused as the template's rules say."""
        if sign not in self.signatures:
            raise Refused("isv.SMS_SIGNATURE_ILLEGAL", _MESSAGES["isv.SMS_SIGNATURE_ILLEGAL"])
        template = self.templates.get(code)
        if template is None:
            raise Refused("isv.SMS_TEMPLATE_ILLEGAL", _MESSAGES["isv.SMS_TEMPLATE_ILLEGAL"])
        names = _VARIABLE.findall(template.content)
        if any(name not in values for name in names):
            raise Refused("isv.TEMPLATE_MISSING_PARAMETERS", _MESSAGES["isv.TEMPLATE_MISSING_PARAMETERS"])
        for name in names:
            if len(values[name]) > 35:
                raise Refused("isv.PARAM_LENGTH_LIMIT", _MESSAGES["isv.PARAM_LENGTH_LIMIT"])
            if _URL.search(values[name]):
                raise Refused("isv.PARAM_NOT_SUPPORT_URL", _MESSAGES["isv.PARAM_NOT_SUPPORT_URL"])
        return f"【{sign}】{_VARIABLE.sub(lambda match: values[match[1]], template.content)}"

    def _watch_limits(self, ready: list[tuple[str, str, str]], code: str) -> None:
        """Promotional messages: so many a day to one number with one signature and template."""
        if self.templates[code].kind is not TemplateKind.PROMOTION:
            return
        since = self._now() - timedelta(hours=24)
        for number, sign, _content in ready:
            recent = [t for t in self._sent.get(number, []) if t.at > since and (t.signature, t.template) == (sign, code)]
            if len(recent) >= MOST_PROMOTIONS:
                raise Refused("isv.BUSINESS_LIMIT_CONTROL", _MESSAGES["isv.BUSINESS_LIMIT_CONTROL"])

    def _details(self, parameters: Mapping[str, str], identity: str) -> Response:
        """QuerySendDetails: what was sent to a number on a day (``SendDate=yyyyMMdd``), newest first, a page at a time."""
        wanted = parameters.get("PhoneNumber", "")
        found = [
            text
            for text in reversed(self._sms.messages(phone=_number(wanted)))
            if text.at.astimezone(ZONE).strftime("%Y%m%d") == parameters.get("SendDate")
            and parameters.get("BizId", text.receipt) == text.receipt
        ]
        size, page = int(parameters.get("PageSize", "10")), int(parameters.get("CurrentPage", "1"))
        rows = [_detail(text) for text in found[(page - 1) * size : page * size]]
        answer = {"Code": "OK", "Message": "OK", "RequestId": identity, "TotalCount": str(len(found))}
        return as_json({**answer, "SmsSendDetailDTOs": {"SmsSendDetailDTO": rows}})

    def _sign_list(self, parameters: Mapping[str, str], identity: str) -> Response:
        """QuerySmsSignList: the approved signatures."""
        rows = [{"SignName": name, "AuditStatus": "AUDIT_STATE_PASS"} for name in sorted(self.signatures)]
        return as_json({"Code": "OK", "Message": "OK", "RequestId": identity, "TotalCount": len(rows), "SmsSignList": rows})

    def _report(self, text: Text) -> None:
        """What the carrier says of the message, pushed as SmsReport."""
        broken: SmsBehaviour | None = self._sms.strike(Trouble.UNDELIVERED, [text.phone])
        word = broken.code if broken else "DELIVERED"
        self._sms.note_report(text.receipt, text.phone, word)
        if self._sms.report_url:
            later = text.at + timedelta(seconds=self.report_after)
            report = {
                "phone_number": text.phone,
                "send_time": _local(text.at),
                "report_time": _local(later),
                "success": broken is None,
                "err_code": word,
                "err_msg": "用户接收成功" if broken is None else "用户接收失败",
                "sms_size": str(text.parts),
                "biz_id": text.receipt,
                "out_id": text.out_id,
            }
            self.pusher.push(self._sms.report_url, json.dumps([report], ensure_ascii=False).encode(), after=self.report_after)

    def _push_reply(self, phone: str, words: str) -> None:
        """SmsUp; whoever answers R gets no more promotion."""
        if words.strip().upper() in ("R", "T", "TD", "N"):
            self.blocked.add(phone)
        if self._sms.reply_url:
            up = {
                "phone_number": phone,
                "content": words,
                "send_time": _local(self._now()),
                "dest_code": "10690001",
                "sequence_id": uuid.uuid4().int % 10**9,
            }
            self.pusher.push(self._sms.reply_url, json.dumps([up], ensure_ascii=False).encode())


_MESSAGES = {
    "isv.BUSINESS_LIMIT_CONTROL": "触发小时级流控Permits:5",
    "isv.DAY_LIMIT_CONTROL": "触发日发送限额",
    "isv.MONTH_LIMIT_CONTROL": "触发月发送限额",
    "isv.SMS_SIGNATURE_ILLEGAL": "短信签名不合法",
    "isv.SMS_SIGN_ILLEGAL": "签名禁止使用",
    "isv.SIGN_STATE_ILLEGAL": "签名状态异常",
    "isv.SMS_SIGNATURE_SCENE_ILLEGAL": "短信所使用签名场景非法",
    "isv.SMS_TEMPLATE_ILLEGAL": "短信模版不合法",
    "isv.SMS_CONTENT_ILLEGAL": "短信内容包含禁止发送内容",
    "isv.TEMPLATE_MISSING_PARAMETERS": "模版缺少变量",
    "isv.PARAM_LENGTH_LIMIT": "参数超出长度限制",
    "isv.PARAM_NOT_SUPPORT_URL": "变量不支持传入URL",
    "isv.BLACK_KEY_CONTROL_LIMIT": "黑名单管控",
    "isv.OUT_OF_SERVICE": "业务停机",
    "isv.AMOUNT_NOT_ENOUGH": "账户余额不足",
    "isv.DENY_IP_RANGE": "源IP地址所在的地区被禁用",
    "isp.RAM_PERMISSION_DENY": "RAM权限DENY",
}


def _call(url: str, body: bytes, attempt: int) -> Outcome:
    """One push; taken where the answer is JSON with ``code`` 0."""
    import httpx

    try:
        answer = httpx.post(url, content=body, headers={"content-type": "application/json;charset=utf-8"}, timeout=5)
        taken = answer.status_code == 200 and answer.json().get("code") == 0
    except (httpx.HTTPError, ValueError, AttributeError):
        return Outcome(url=url, attempt=attempt, answered=False, status=None, body="")
    return Outcome(url=url, attempt=attempt, answered=taken, status=answer.status_code, body=answer.text[:500])


def _gateway_error(identity: str, status: int, code: str, message: str) -> Response:
    return as_json({"RequestId": identity, "HostId": "dysmsapi.sandbox", "Code": code, "Message": message}, status)


def _detail(text: Text) -> dict[str, Any]:
    state = {None: 1, "DELIVERED": 3}.get(text.report, 2)
    return {
        "PhoneNum": text.phone,
        "SendStatus": state,
        "ErrCode": text.report or "",
        "TemplateCode": text.template,
        "Content": text.content,
        "SendDate": _local(text.at),
        "ReceiveDate": _local(text.at + timedelta(seconds=3)),
        "OutId": text.out_id,
    }


def _number(text: str) -> str:
    """The eleven digits of a mainland number. Raises Refused."""
    found = _PHONE.fullmatch(text.strip())
    if not found:
        raise Refused("isv.MOBILE_NUMBER_ILLEGAL", "号码格式错误")
    return found[1]


def _values(text: str) -> dict[str, str]:
    if not text:
        return {}
    try:
        found = json.loads(text)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise Refused("isv.INVALID_JSON_PARAM", "JSON参数不合法，只接受字符串值")
    return _texts(found)


def _texts(value: object) -> dict[str, str]:
    if not isinstance(value, dict) or not all(isinstance(one, str | int) for one in value.values()):
        raise Refused("isv.INVALID_JSON_PARAM", "JSON参数不合法，只接受字符串值")
    return {str(name): str(one) for name, one in value.items()}


def _list(text: str) -> list[Any]:
    if not text:
        return []
    try:
        found = json.loads(text)
    except ValueError:
        found = None
    if not isinstance(found, list):
        raise Refused("isv.INVALID_JSON_PARAM", "JSON参数不合法")
    return found


def _local(at: datetime) -> str:
    return at.astimezone(ZONE).strftime("%Y-%m-%d %H:%M:%S")
