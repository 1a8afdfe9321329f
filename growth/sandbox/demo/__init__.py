"""The demo: an invented lender's site, its workspace, its contacts and three months of history."""

from growth.sandbox.demo.site import INDEXNOW_KEY, DemoSite

__all__ = ["INDEXNOW_KEY", "DemoSite"]
