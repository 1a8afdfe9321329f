"""Export files as the vendors write them, made here.

Search Console: the zip of the performance report, in Chinese (查询数.csv, 网页.csv, 过滤器.csv) and in English (Queries.csv, Pages.csv,
Filters.csv), and the workbook of the same sheets; headers, file names and the filter table are as public repositories keep them.
爱站: 新排名/原排名 with “第11名” and “50名外” as in public code that reads its rise and fall lists; PC排名, 移动排名, 预估流量 from memory.
站长之家 (整体指数, PC指数, 移动指数, 百度排名 …) and 5118 (排名, 长尾词数量, 竞价公司数量 …): from memory; no public sample was found.
Weights: the columns of rank.aizhan.com as public code lists them.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from pathlib import Path

import openpyxl

Rows = Sequence[Sequence[object]]


def csv_text(rows: Rows) -> str:
    """Rows as CSV, quoted where a comma asks for it."""
    return "".join(",".join(f'"{cell}"' if "," in str(cell) else str(cell) for cell in row) + "\r\n" for row in rows)


def csv_file(path: Path, rows: Rows, *, encoding: str = "utf-8-sig") -> Path:
    """A CSV, UTF-8 with BOM unless told otherwise (Chinese tools write gb18030)."""
    path.write_bytes(csv_text(rows).encode(encoding))
    return path


def xlsx_file(path: Path, **sheets: Rows) -> Path:
    """A workbook with these sheets in order."""
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    book.save(path)
    return path


def search_console_zip(path: Path, queries: Rows, *, chinese: bool = True, page: str = "", device: str = "") -> Path:
    """The zip that “export” of the performance report gives, with its filters."""
    pages = [["https://www.example.com/invest", 40, 1200, "3.33%", 7.1]]
    names = ("查询数.csv", "网页.csv", "过滤器.csv") if chinese else ("Queries.csv", "Pages.csv", "Filters.csv")
    firsts = ("热门查询", "排名靠前的网页") if chinese else ("Top queries", "Top pages")
    rest = ["点击次数", "展示", "点击率", "排名"] if chinese else ["Clicks", "Impressions", "CTR", "Position"]
    heads = [[first, *rest] for first in firsts]
    filters = (
        [["过滤器", "值"], ["搜索类型", "网络"], ["日期", "过去 28 天"]]
        if chinese
        else [["Filter", "Value"], ["Search type", "Web"], ["Date", "Last 28 days"]]
    )
    if page:
        filters.append(["网页" if chinese else "Page", page])
    if device:
        filters.append(["设备" if chinese else "Device", device])
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, rows in zip(names, ([heads[0], *queries], [heads[1], *pages], filters), strict=True):
            archive.writestr(name, "\ufeff" + csv_text(rows))
    return path


def bomb(path: Path) -> Path:
    """A zip whose one table unpacks to more than is allowed."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("Queries.csv", b"Top queries,Position\n" + b"a" * (65 << 20))
    path.write_bytes(packed.getvalue())
    return path


#: 站长之家: the keywords of a site
CHINAZ: Rows = (
    ["序号", "关键词", "整体指数", "PC指数", "移动指数", "百度排名", "排名变化", "预计流量", "网页标题", "网址"],
    [1, "网络借贷", 1520, 620, 900, "第1页 第3位", "↑2", 88, "网络借贷 - 诚信贷", "www.example.com/invest"],
    [2, "小额借款", 860, 300, 560, "第2页 第1位", "↓4", 12, "小额借款 - 诚信贷", "www.example.com/loans"],
    [3, "征信报告怎么看", 430, 130, 300, "100名以外", "-", 0, "", ""],
)

#: 爱站: words that fell
AIZHAN_FALLS: Rows = (
    ["关键词", "新排名", "原排名", "搜索量", "排名URL"],
    ["网络借贷", "第11名", "第3名", "1,520", "https://www.example.com/invest"],
    ["小额借款", "50名外", "第9名", "860", ""],
)

#: 5118: the words of a site on one device
TOOL_5118: Rows = (
    ["关键词", "排名", "排名变化", "网页标题", "网页URL", "长尾词数量", "竞价公司数量", "百度指数", "日检索量"],
    ["网络借贷", 5, 1, "网络借贷", "https://www.example.com/invest", 3210, 45, 512, 480],
    ["p2p理财", 8, 0, "理财", "https://www.example.com/invest", 210, 15, 102, 80],
)

#: weights of our site and of a partner's
WEIGHTS: Rows = (
    ["域名", "百度权重", "移动权重", "360权重", "搜狗权重", "神马权重", "百度收录", "反链数"],
    ["www.example.com", 3, 4, 2, 1, "-", "12,400", 310],
    ["partner.example", 1, 1, 0, 0, 0, 240, 12],
)
