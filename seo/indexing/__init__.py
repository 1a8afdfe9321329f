"""Indexing (收录): which pages the engines' crawlers visit, told from the site's own logs; no log line is kept."""
