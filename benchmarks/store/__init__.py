"""What the pages and links of a large crawl cost to store: three million links, without a network."""
