"""What is wrong with a word, in sentences with what to do: a fall, the wrong page, pages that compete. Command and pages use it."""

from __future__ import annotations

from collections.abc import Sequence

from growth.language import _, ngettext
from growth.reporting import Note
from seo.ranking.naming import engine_title, keyword_page, shown_position
from seo.ranking.overview import WordOverview
from seo.ranking.standing import Standing

#: addresses, and words, that one sentence names
_MOST_NAMED = 5
_MOST_WORDS = 8


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


def newer_words(found: Sequence[WordOverview]) -> tuple[str, str, bool]:
    """A sentence on the words that the newest audit did not know ("" where it knew all), what to do, and whether a look at its titles,
    headings and links would find anything.
    """
    newer = [one for one in found if one.declared and not one.in_texts]
    if not newer:
        return "", "", False
    names = _(", ").join(one.word for one in newer[:_MOST_WORDS]) + (" …" if len(newer) > _MOST_WORDS else "")
    if any(one.pages is None for one in newer):
        text = ngettext(
            "{n} word is newer than the last look at our pages: {names}",
            "{n} words are newer than the last look at our pages: {names}",
            len(newer),
            names=names,
        )
        return text, _("Titles, headings and links can be searched now, texts by the next audit: growth seo audit"), True
    text = ngettext("{n} word is newer than the audit: {names}", "{n} words are newer than the audit: {names}", len(newer), names=names)
    return text, _("They were found in titles, headings and links. Audit again to find them in texts: growth seo audit"), False


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
