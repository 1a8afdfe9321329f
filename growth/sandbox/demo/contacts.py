"""The demo's contacts: invented people, the same at every call, as a table that a site would export."""

from __future__ import annotations

import csv
import io
import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

HEADER = ("邮箱", "手机", "姓名", "角色", "标签", "邮件许可", "短信许可", "许可来源", "许可时间", "city")
_SURNAMES = "王李张刘陈杨黄赵周吴徐孙马朱胡郭何林高罗郑梁谢宋唐许邓韩冯曹彭曾肖田董潘袁蔡蒋余"
_GIVEN = (
    *"伟芳娜敏静丽强磊洋艳勇军杰娟涛明超霞平刚",
    *("秀兰", "桂英", "文博", "子涵", "雨桐", "浩然", "欣怡", "建国", "志强", "海燕", "晓东", "春梅", "立新", "国栋", "雪梅"),
    *("宇航", "思远", "佳琪", "嘉豪", "美玲", "玉兰", "红梅", "新民", "丹丹", "小龙", "凤英", "长江", "家明", "天佑"),
)
_CITIES = ("北京", "天津", "石家庄", "济南", "郑州", "西安", "成都", "武汉", "南京", "杭州", "广州", "深圳")
_DOMAINS = ("example.com", "example.net", "example.org", "mail.example.com", "post.example.net")
_SOURCES = ("注册表单", "出借合同", "线下登记表", "公众号")


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleContact:
    """One row of the table. Consents are ``yes``, ``no`` or empty, as the site recorded them."""

    email: str
    phone: str
    name: str
    role: str
    tags: tuple[str, ...]
    email_consent: str
    sms_consent: str
    consent_source: str
    consent_at: str
    city: str

    def row(self) -> tuple[str, ...]:
        """The cells, in the order of `HEADER`."""
        return (
            self.email,
            self.phone,
            self.name,
            self.role,
            ";".join(self.tags),
            self.email_consent,
            self.sms_consent,
            self.consent_source,
            self.consent_at,
            self.city,
        )


def sample_contacts(*, today: date, count: int = 200) -> list[SampleContact]:
    """`count` contacts as of `today`: seven in ten agreed to mail, one in ten refused, the rest never said.

    Every tenth has no e-mail, every fifteenth no phone; nobody has neither. Domains are reserved for examples (RFC 2606),
    the phones of a block that the demo keeps to itself.
    """
    chance = random.Random("contacts")
    found = []
    for number in range(count):
        role = "investor" if chance.random() < 0.45 else "borrower"
        consent = ("yes", "yes", "yes", "yes", "yes", "yes", "yes", "no", "", "")[number % 10]
        by_phone = ("yes", "", "yes", "no", "yes")[number % 5]
        stated = bool(consent or by_phone)
        found.append(
            SampleContact(
                email="" if number % 10 == 9 else f"{_letters(chance)}{number:03d}@{chance.choice(_DOMAINS)}",
                phone="" if number % 15 == 7 else f"1990000{number:04d}",
                name=chance.choice(_SURNAMES) + chance.choice(_GIVEN),
                role=role,
                tags=_tags(chance, role),
                email_consent="" if number % 10 == 9 else consent,
                sms_consent="" if number % 15 == 7 else by_phone,
                consent_source=chance.choice(_SOURCES) if stated else "",
                consent_at=(today - timedelta(days=chance.randint(20, 700))).isoformat() if stated else "",
                city=chance.choice(_CITIES),
            )
        )
    return found


def unsubscribed(contacts: Sequence[SampleContact]) -> list[str]:
    """Addresses that agreed once and have unsubscribed since: every twentieth of those who agreed. The demo suppresses them."""
    return [contact.email for contact in contacts if contact.email and contact.email_consent == "yes"][::20]


def write_contacts(path: Path, contacts: Sequence[SampleContact], *, encoding: str = "utf-8-sig") -> None:
    """Write the table as CSV; `encoding` ``gb18030`` is what Excel in China saves."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow(HEADER)
    writer.writerows(contact.row() for contact in contacts)
    beside = path.with_name(path.name + ".new")
    beside.write_bytes(stream.getvalue().encode(encoding))
    beside.replace(path)


def _letters(chance: random.Random) -> str:
    return "".join(chance.choice("abcdefghijkmnpqrstuvwxyz") for _ in range(chance.randint(3, 6)))


def _tags(chance: random.Random, role: str) -> tuple[str, ...]:
    if role == "investor":
        pool = [("稳健",), ("平衡",), ("进取",), ("vip", "进取"), ()]
        return chance.choice(pool)
    return chance.choice([("在还",), ("在还", "小微"), ("已结清",), ("在还", "车主"), ()])
