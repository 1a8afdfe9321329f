"""The crawl: fetching in a child process of its own, judging and storing here. The only room that knows Scrapy."""
