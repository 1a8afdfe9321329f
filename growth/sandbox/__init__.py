"""The outside world in a box: stand-ins with the vendors' own errors, quotas and signatures, for the demo, for trying out, for tests.

It knows nothing of the rest of growth. ``with Sandbox() as sandbox:`` starts everything on free ports of this machine.
"""

from growth.sandbox.behaviour import Action, Behaviour, Stage
from growth.sandbox.log import Entry, Log, Part
from growth.sandbox.mailbox import Mail
from growth.sandbox.server import PORT, SMTP_PORT, Sandbox, run

__all__ = ["PORT", "SMTP_PORT", "Action", "Behaviour", "Entry", "Log", "Mail", "Part", "Sandbox", "Stage", "run"]
