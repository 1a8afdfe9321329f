"""What a user would write instead: a spider of Scrapy as its tutorial shows it, with parsel. It checks nothing and stores nothing.

``python -m benchmarks.crawl.plain URL`` crawls the site and prints the number of pages.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import scrapy
from scrapy.crawler import CrawlerProcess
from scrapy.http import HtmlResponse, Response


class Site(scrapy.Spider):
    """All pages of one host: title, description, headings, links."""

    name = "site"
    handle_httpstatus_list = [404]

    def __init__(self, url: str = "", **more: Any) -> None:
        super().__init__(**more)
        self.start_urls = [url]
        self.allowed_domains = [urlsplit(url).hostname or ""]
        self.pages = 0

    def parse(self, response: Response, **_more: Any) -> Iterator[Any]:
        """An item of the page, and its links."""
        if response.status == 404 or not isinstance(response, HtmlResponse):
            return
        self.pages += 1
        links = response.css("a::attr(href)").getall()
        yield {
            "url": response.url,
            "title": response.css("title::text").get(),
            "description": response.css("meta[name=description]::attr(content)").get(),
            "h1": response.css("h1::text").getall(),
            "links": len(links),
        }
        for href in links:
            yield response.follow(href, self.parse)


def main(url: str) -> None:
    """Crawl and print the number of pages."""
    process = CrawlerProcess({"LOG_LEVEL": "ERROR", "CONCURRENT_REQUESTS": 32, "CONCURRENT_REQUESTS_PER_DOMAIN": 32, "DOWNLOAD_DELAY": 0})
    crawler = process.create_crawler(Site)
    process.crawl(crawler, url=url)
    process.start()
    assert isinstance(crawler.spider, Site)
    sys.stdout.write(f"{crawler.spider.pages}\n")


if __name__ == "__main__":
    main(sys.argv[1])
