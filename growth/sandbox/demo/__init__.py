"""The demo: an invented lender's site, its workspace, its contacts and three months of history."""

from growth.sandbox.demo.contacts import SampleContact, sample_contacts, unsubscribed, write_contacts
from growth.sandbox.demo.history import History, history, write_history
from growth.sandbox.demo.search import write_access_logs, write_positions
from growth.sandbox.demo.site import DemoSite
from growth.sandbox.demo.workspace_files import marks, workspace_files, write_demo_workspace
from growth.sandbox.keys import INDEXNOW_KEY

__all__ = [
    "INDEXNOW_KEY",
    "DemoSite",
    "History",
    "SampleContact",
    "history",
    "marks",
    "sample_contacts",
    "unsubscribed",
    "workspace_files",
    "write_access_logs",
    "write_contacts",
    "write_demo_workspace",
    "write_history",
    "write_positions",
]
