"""What is wrong with a word, in sentences with what to do: a fall, the wrong page, pages that compete. Command and pages use it."""

from __future__ import annotations

from growth.language import _
from growth.reporting import Note
from seo.ranking.naming import engine_title, keyword_page, shown_position
from seo.ranking.overview import WordOverview
from seo.ranking.standing import Standing

#: addresses that one sentence names
_MOST_NAMED = 5


def notes_of(one: WordOverview) -> list[Note]:
    """The problems of a word, the gravest first."""
    link = keyword_page(one.word)
    found = [
        Note(
            text=fall_text(each),
            severity="error",
            mend=_("Look what changed on the page and who outranks it: growth seo compare"),
            link=link,
        )
        for each in one.standings
        if each.fell_on is not None
    ]
    found += [Note(text=text, severity="warning", mend=mend, link=link) for text, mend in _of_pages(one)]
    return found


def fall_text(each: Standing) -> str:
    """“… fell out of its target (10) at Baidu on 2026-11-20: now 14, by 爱站”."""
    return _(
        "{word} fell out of its target ({target}) at {engine} on {day}; now: {position}",
        word=each.word,
        target=each.target,
        engine=engine_title(each.engine, each.device),
        day=each.fell_on.isoformat() if each.fell_on else "",
        position=shown_position(each.position),
    )


def state_of(each: Standing) -> str:
    """``in-target``, ``fell-out``, ``not-yet``; empty without a target."""
    if each.within is None:
        return ""
    return "in-target" if each.within else "fell-out" if each.fell_on is not None else "not-yet"


def _of_pages(one: WordOverview) -> list[tuple[str, str]]:
    """(what, what to do) about the pages of a word."""
    found = []
    if (wrong := one.wrong_page) is not None:
        text = _(
            "{word}: {url} ranks at {engine} ({position}), not the page of keywords.yaml",
            word=one.word,
            url=wrong.url,
            engine=engine_title(wrong.engine, wrong.device),
            position=shown_position(wrong.position),
        )
        found.append((text, _("Link from it to the wanted page with the word as the anchor, or name it in keywords.yaml.")))
    if one.turns:
        text = _("{word}: pages of ours rank in turns: {urls}", word=one.word, urls=" · ".join(one.turns[:_MOST_NAMED]))
        found.append((text, _("Let one page be about the word: merge them, or give the others another subject.")))
    if one.competing:
        urls = " · ".join(page.url for page in one.competing[:_MOST_NAMED])
        text = _("{word}: {n} pages say that they are about it: {urls}", word=one.word, n=len(one.competing), urls=urls)
        found.append((text, _("Keep the word in title and h1 of one page only.")))
    return found
