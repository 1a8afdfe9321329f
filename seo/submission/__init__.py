"""Submission: URLs pushed to search engines by API, the site handed to directories by guided or automatic forms."""
