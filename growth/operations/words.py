"""The report in words: the sentence on its cover, and the 日报 that is pasted into a chat."""

from __future__ import annotations

from collections.abc import Sequence

from growth.language import _, language
from growth.operations.proposals import Proposal
from growth.operations.rows import Facts
from growth.rendering import numbers
from growth.reporting import Figure, Section
from growth.text import printable
from growth.workspace import Every, Targets

#: channels that the pasted text names
NAMED = 5


def sentence(facts: Facts, targets: Targets, found: Sequence[Proposal] = ()) -> str:
    """How things stand, in one or two sentences."""
    now, then = facts.now, facts.then
    if not now.visits and not now.signups:
        return _("No visit and no sign-up is recorded for {period} yet.", period=facts.period.title())
    parts = []
    left = (facts.period.last - facts.span.last).days
    if targets.signups and facts.period.every == Every.MONTH:
        if left > 0:
            parts.append(
                _(
                    "Sign-ups are at {n} of {target} with {days} days left",
                    n=numbers.exact(now.signups),
                    target=numbers.exact(targets.signups),
                    days=left,
                )
            )
        else:
            parts.append(_("Sign-ups ended at {n} of {target}", n=numbers.exact(now.signups), target=numbers.exact(targets.signups)))
    else:
        parts.append(_("{n} sign-ups from {visits} visits", n=numbers.exact(now.signups), visits=numbers.exact(now.visits)))
    if then.signups:
        share = (now.signups - then.signups) / then.signups
        if abs(share) >= 0.01:
            more = _("{share} more than in {period}") if share > 0 else _("{share} fewer than in {period}")
            parts.append(more.format(share=numbers.percent(abs(share), 0), period=facts.period.previous().title()))
    if now.cac is not None:
        parts.append(_("one costs {cac}", cac=numbers.money(now.cac, short=True)))
    said = _joined(parts)
    return f"{said}{'' if language() == 'zh-CN' else ' '}{found[0].text}" if found else said


def daily_text(
    title: str, facts: Facts, figures: Sequence[Figure], found: Sequence[Proposal], sections: Sequence[Section], *, link: str = ""
) -> str:
    """The report as plain text for a chat: figures with their change, the best channels, what to do. Under 2,000 characters."""
    lines, colon = [title, ""], "：" if language() == "zh-CN" else ": "
    for figure in figures:
        if figure.value is None:
            continue
        line = f"{figure.label}{colon}{figure.words}"
        if figure.change is not None:
            mark = "↑" if figure.change.value > 0 else "↓" if figure.change.value < 0 else "→"
            line += f" {mark}{figure.change.text}"
        if figure.target is not None:
            line += _bracketed(_("target {target}", target=numbers.measure(figure.target, figure.unit)))
        lines.append(line)
    best = [row for row in sorted(facts.channels, key=lambda row: -row.signups) if row.signups][:NAMED]
    if best:
        lines += ["", _("Channels")]
        for row in best:
            brought = _("{n} sign-ups", n=numbers.exact(row.signups))
            if row.cac is not None and row.cac.amount:
                brought += _bracketed(_("{cac} each", cac=numbers.money(row.cac, short=True)))
            lines.append(f"· {row.shown}{colon}{brought}")
    said = [section for section in sections if section.sentence]
    if said:
        lines += ["", *(f"· {section.title}{colon}{section.sentence}" for section in said)]
    if found:
        lines += ["", _("To do")]
        lines += [f"{place}. {one.text}" for place, one in enumerate(found[:NAMED], start=1)]
    if link:
        lines += ["", link]
    return "\n".join(printable(line) for line in lines).strip() + "\n"


def _joined(parts: Sequence[str]) -> str:
    """The parts as one sentence, with the stops of the language."""
    return "，".join(parts) + "。" if language() == "zh-CN" else ", ".join(parts) + "."


def _bracketed(text: str) -> str:
    """`text` in the brackets of the language."""
    return f"（{text}）" if language() == "zh-CN" else f" ({text})"
