"""How soon the dashboard shows the issues of a crawl of 100,000 pages."""
