"""Campaigns: building mails, sending them, importing, counting and freezing a million people."""
