"""The words of a text, judged: superlatives, promises, what must be shown. The same for mails, messages, articles and pages."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from growth.compliance.rules import Kind, Rule, rules
from growth.language import _
from growth.text import cut
from growth.workspace import Severity, Workspace

#: how far before a word a negation may stand, characters
_REACH = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that a rule found. `line` and `column` count from 1 within the text that was judged; 0 where it is about the whole."""

    rule: str
    severity: Severity
    message: str
    #: what to do
    mend: str
    #: law and article
    law: str
    line: int = 0
    column: int = 0

    @property
    def hint(self) -> str:
        """What to do, as problems call it."""
        return self.mend

    def as_json(self) -> dict[str, object]:
        """For plans."""
        return {"rule": self.rule, "severity": str(self.severity), "message": self.message, "hint": self.mend, "law": self.law}


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What decides which rules bind: the site's trade, whether mainland law applies, whether it is marketing."""

    trade: str = "general"
    mainland: bool = True
    marketing: bool = True


def setting_of(workspace: Workspace, *, marketing: bool) -> Setting:
    """What binds a text of this site."""
    site = workspace.settings.site
    return Setting(trade=str(site.trade), mainland=site.mainland, marketing=marketing)


def lint_text(text: str, setting: Setting) -> list[Finding]:
    """What the rules of copy say of a text, in its order."""
    found: list[Finding] = []
    for rule in rules():
        if rule.holds(trade=setting.trade, mainland=setting.mainland, marketing=setting.marketing):
            if rule.kind is Kind.WORDS:
                found += _words(rule, text)
            elif rule.kind is Kind.NEEDS:
                found += _needs(rule, text)
    return sorted(found, key=lambda each: (each.line, each.column))


def _words(rule: Rule, text: str) -> Iterator[Finding]:
    assert rule.words is not None
    if rule.text_unless is not None and rule.text_unless.search(text):
        return
    harmless = [match.span() for match in rule.unless.finditer(text)] if rule.unless else []
    for match in rule.words.finditer(text):
        start, end = match.span()
        if any(low < end and start < high for low, high in harmless):
            continue
        if rule.before is not None and rule.before.search(text[max(0, start - _REACH) : start]):
            continue
        yield finding(rule, _("“{words}”: {title}", words=cut(match.group(), 20), title=rule.title), text, start)


def _needs(rule: Rule, text: str) -> Iterator[Finding]:
    assert rule.words is not None
    assert rule.about is not None
    about = rule.about.search(text)
    if about is not None and not rule.words.search(text):
        yield finding(rule, _("{title}: the text speaks of “{words}”", title=rule.title, words=cut(about.group(), 20)), text, about.start())


def finding(
    rule: Rule, message: str, text: str = "", start: int | None = None, *, severity: Severity | None = None, mend: str | None = None
) -> Finding:
    """A finding at a place of `text`."""
    line = column = 0
    if start is not None:
        line = text.count("\n", 0, start) + 1
        column = start - (text.rfind("\n", 0, start) + 1) + 1
    return Finding(
        rule=rule.id,
        severity=severity or rule.severity,
        message=message,
        mend=mend or str(rule.mend),
        law=rule.source,
        line=line,
        column=column,
    )
