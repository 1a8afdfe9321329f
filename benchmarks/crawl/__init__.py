"""The crawl of the audit beside plain Scrapy, and what a crawl of 100,000 pages costs to store and to look at."""
