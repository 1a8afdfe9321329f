"""What this room keeps of people, for the lists that 网络数据安全管理条例 21 asks for."""

from __future__ import annotations

from collections.abc import Iterator

from growth.app import Collected
from growth.language import _
from growth.workspace import Workspace


def kept(workspace: Workspace) -> Iterator[Collected]:
    """Addresses, what is declared in growth.yaml, consents."""
    until_erased = _("until the person asks to be erased; of an address that must not be written to, a keyed hash stays")
    agreed = _("consent (PIPL 13(1)); for service messages the contract (PIPL 13(2))")
    yield Collected(what=_("E-mail address"), purpose=_("writing to people who agreed"), basis=agreed, kept=until_erased)
    yield Collected(what=_("Phone number"), purpose=_("text messages to people who agreed, calling back"), basis=agreed, kept=until_erased)
    yield Collected(what=_("Name, role, language"), purpose=_("addressing people rightly"), basis=agreed, kept=until_erased)
    for name, attribute in workspace.settings.attributes.items():
        if attribute.personal:
            yield Collected(what=attribute.title or name, purpose=_("choosing whom to write to"), basis=agreed, kept=until_erased)
    yield Collected(
        what=_("Consents and withdrawals, with time, source and wording"),
        purpose=_("proof of consent"),
        basis=_("legal duty (PIPL 13(3), 14)"),
        kept=until_erased,
    )
