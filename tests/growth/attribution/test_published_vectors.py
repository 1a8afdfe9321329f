"""Examples that other programs publish: we equal them, or the difference is named here and in docs/explanation/attribution.md."""

from __future__ import annotations

import pytest

from growth.attribution import PathCount, UnknownTransform, aggregated, model_named, transformed
from growth.attribution.models.markov import removal_effects
from growth.traffic import classify

#: eeghor/mta, tests/conftest.py and test_heuristic_models.py
MTA = [PathCount(("direct",), 2), PathCount(("search", "social", "email"), 5), PathCount(("search", "email"), 3)]


def credits(model: str, paths: list[PathCount]) -> dict[str, float]:
    return {name: credit for name, (credit, _value) in aggregated(model_named(model), paths).items() if credit}


@pytest.mark.parametrize(
    ("model", "expected"),
    [
        ("first", {"direct": 2, "search": 8}),
        ("last", {"direct": 2, "email": 8}),
        ("linear", {"direct": 2, "search": 19 / 6, "email": 19 / 6, "social": 5 / 3}),
        ("position", {"direct": 2, "search": 3.5, "email": 3.5, "social": 1}),
    ],
)
def test_mta_heuristic_models(model: str, expected: dict[str, float]) -> None:
    assert credits(model, MTA) == pytest.approx(expected)


def test_mta_linear_counts_repeated_touches_as_its_share_proportional() -> None:
    assert credits("linear", [PathCount(("a", "a", "b"), 6)]) == pytest.approx({"a": 4, "b": 2})
    # its share="same", one share for each distinct channel, is our shapley
    assert credits("shapley", [PathCount(("a", "a", "b"), 6)]) == pytest.approx({"a": 3, "b": 3})


def test_mta_two_touches_share_by_halves() -> None:
    assert credits("position", [PathCount(("x", "y"), 10)]) == pytest.approx({"x": 5, "y": 5})


@pytest.mark.parametrize(
    ("paths", "expected"),
    [
        ([PathCount(("a",), 5)], {"a": 5}),
        ([PathCount(tuple("abcd"), 10)], {"a": 2.5, "b": 2.5, "c": 2.5, "d": 2.5}),
        ([PathCount(("a",), 4), PathCount(("a", "b"), 6)], {"a": 7, "b": 3}),
    ],
)
def test_mta_shapley(paths: list[PathCount], expected: dict[str, float]) -> None:
    assert credits("shapley", paths) == pytest.approx(expected)


def test_mta_markov_chain() -> None:
    # tests/test_probabilistic_models.py gives the chain: a goes to b by 2/3 and to c by 1/3; b signs up by 3/4, c by 1/2
    paths = [PathCount(("a", "b"), 3, nulls=1), PathCount(("a", "c"), 1, nulls=1)]
    base, without_b, without_c = 2 / 3 * 3 / 4 + 1 / 3 * 1 / 2, 1 / 3 * 1 / 2, 2 / 3 * 3 / 4
    effects = {"a": 1, "b": 1 - without_b / base, "c": 1 - without_c / base}
    assert removal_effects(paths) == pytest.approx(effects)
    assert credits("markov", paths) == pytest.approx({name: 4 * effect / sum(effects.values()) for name, effect in effects.items()})


def test_the_markov_example_of_analyzecore() -> None:
    # analyzecore.com/2016/08/03/attribution-model-r-part-1, computed there by hand and by the R package ChannelAttribution
    paths = [PathCount(("c1", "c2", "c3"), 1), PathCount(("c1",), 0, nulls=1), PathCount(("c2", "c3"), 0, nulls=1)]
    assert removal_effects(paths) == pytest.approx({"c1": 0.5, "c2": 1, "c3": 1})
    assert credits("markov", paths) == pytest.approx({"c1": 0.2, "c2": 0.4, "c3": 0.4})


#: snowplow/dbt-snowplow-attribution, the path of its documentation and unit tests
SNOWPLOW = ("a", "a", "a", "direct", "a", "direct", "direct")


@pytest.mark.parametrize(
    ("transform", "path", "expected"),
    [
        ("unique", SNOWPLOW, SNOWPLOW),
        ("exposure", SNOWPLOW, ("a", "direct", "a", "direct")),
        ("first", SNOWPLOW, ("a", "direct")),
        ("remove_if_not_all", SNOWPLOW, ("a", "a", "a", "a")),
        ("remove_if_last_and_not_all", SNOWPLOW, ("a", "a", "a", "direct", "a")),
        ("remove_if_not_all", ("direct", "direct"), ("direct", "direct")),
        ("remove_if_last_and_not_all", ("direct", "direct"), ("direct", "direct")),
        ("remove_if_not_all:a", SNOWPLOW, ("direct", "direct", "direct")),
    ],
)
def test_snowplow_path_transforms(transform: str, path: tuple[str, ...], expected: tuple[str, ...]) -> None:
    assert transformed([PathCount(path, 3, nulls=1, value=9)], [transform]) == [PathCount(expected, 3, nulls=1, value=9)]


def test_snowplow_counts_are_ours_and_its_shared_conversions_are_not() -> None:
    # its attributed_conversions are paths × value share: 1.8459 for three paths of which two begin so. Ours count sign-ups.
    paths = [PathCount(("campaign 1", "b"), 2, value=20_000), PathCount(("c", "campaign 1"), 1, value=1_300)]
    sums = aggregated(model_named("first"), paths)
    assert sums["campaign 1"] == (2, 20_000)


def test_transforms_follow_each_other_and_unknown_ones_are_refused() -> None:
    chain = transformed([PathCount(SNOWPLOW, 1)], ["remove_if_last_and_not_all", "exposure"])
    assert chain[0].channels == ("a", "direct", "a")
    for wrong in ("nothing", "exposure:a"):
        with pytest.raises(UnknownTransform):
            transformed([], [wrong])


_OWN = frozenset({"psychicbazaar.com"})


@pytest.mark.parametrize(
    ("url", "referrer", "medium", "source", "term"),
    [
        # snowplow-referer-parser, referer-tests.json
        ("/shop", "http://www.google.com/search?q=gateway+oracle+cards&hl=en", "organic-search", "google", "gateway oracle cards"),
        ("/shop", "http://es.search.yahoo.com/search;_ylt=A7x?p=FORTUNE+TELLING&ei=utf-8", "organic-search", "yahoo", "FORTUNE TELLING"),
        ("/shop", "http://www.facebook.com/l.php?u=http%3A%2F%2Fpsy.bz%2FLtPadV&h=MAQ", "organic-social", "facebook", None),
        ("/shop", "http://t.co/chrgFZDb", "organic-social", "x", None),
        ("/shop", "http://www.psychicbazaar.com/", "direct", None, None),
        # plausible/analytics, acquisition tests: a copied click id proves nothing for another engine
        ("/?gclid=identifier", "https://duckduckgo.com", "organic-search", "duckduckgo", None),
        ("/?gclid=identifier", "https://google.com", "paid-search", "google", None),
        ("/?msclkid=identifier", "https://bing.com", "paid-search", "bing", None),
        # GA4, default channel group (support.google.com/analytics/answer/9756891)
        ("/?utm_source=google&utm_medium=ppc", "", "paid-search", "google", None),
        ("/?utm_source=facebook&utm_medium=cpc", "", "paid-social", "facebook", None),
        ("/?utm_source=youtube&utm_medium=cpc", "", "paid-video", "youtube", None),
        ("/?utm_source=foo&utm_medium=banner", "", "display", "foo", None),
        ("/?utm_source=foo&utm_medium=cpc", "", "paid-other", "foo", None),
        ("/?utm_medium=e_mail", "", "email", None, None),
        ("/?utm_medium=audio", "", "audio", None, None),
        ("/?utm_source=firebase", "", "push", "firebase", None),
        # GA4 and we: Unassigned; Plausible falls to referral or direct
        ("/?utm_source=foo&utm_medium=strange", "", "unassigned", "foo", None),
    ],
)
def test_sources_and_channel_groups(url: str, referrer: str, medium: str, source: str | None, term: str | None) -> None:
    found = classify(f"https://www.psychicbazaar.com{url}", referrer, "Mozilla/5.0 (Windows NT 10.0) Chrome/124.0", own_domains=_OWN)
    assert (found.bot, found.medium, found.source, found.term) == (None, medium, source, term)
