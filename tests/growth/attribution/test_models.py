"""The models: worked examples, published vectors, and what must hold for every model."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path as File

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from growth.attribution import (
    MICRO,
    BadPathTable,
    Path,
    PathCount,
    UnknownModel,
    aggregated,
    all_models,
    model_named,
    read_paths,
    shares,
    table_rows,
)
from growth.attribution.models.markov import removal_effects

DAY = timedelta(days=1)


def weighed(model: str, *channels: str, ages: tuple[float, ...] = ()) -> list[float]:
    """The shares of each touch."""
    days = ages or tuple(float(len(channels) - place) for place in range(len(channels)))
    weights = model_named(model).weigh(Path(channels, tuple(DAY * age for age in days)), {})
    return [weight / sum(weights) for weight in weights]


@pytest.mark.parametrize(
    ("model", "channels", "expected"),
    [
        ("first", ("a", "b", "c"), [1, 0, 0]),
        ("last", ("a", "b", "c"), [0, 0, 1]),
        ("last_non_direct", ("a", "b", "direct"), [0, 1, 0]),
        ("last_non_direct", ("direct", "direct"), [0, 1]),
        ("last_non_direct", ("a", "direct", "b"), [0, 0, 1]),
        ("linear", ("a", "a", "b"), [1 / 3, 1 / 3, 1 / 3]),
        ("position", ("a",), [1]),
        ("position", ("a", "b"), [0.5, 0.5]),
        ("position", ("a", "b", "c"), [0.4, 0.2, 0.4]),
        ("position", ("a", "b", "c", "d"), [0.4, 0.1, 0.1, 0.4]),
        ("shapley", ("a", "a", "b"), [0.25, 0.25, 0.5]),
        *[(model, ("a",), [1]) for model in all_models()],
    ],
)
def test_a_path_is_weighed(model: str, channels: tuple[str, ...], expected: list[float]) -> None:
    assert weighed(model, *channels) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("ages", "expected"),
    [((7, 0), [1 / 3, 2 / 3]), ((14, 7, 0), [1 / 7, 2 / 7, 4 / 7]), ((5000, 4993), [1 / 3, 2 / 3]), ((3, 3), [1 / 2, 1 / 2])],
)
def test_time_decay_halves_every_seven_days(ages: tuple[float, ...], expected: list[float]) -> None:
    assert weighed("time_decay", *"abc"[: len(ages)], ages=ages) == pytest.approx(expected)


def test_shapley_over_a_table_is_the_closed_form() -> None:
    paths = [PathCount(("a",), 4), PathCount(("a", "b"), 6)]
    assert {name: sums[0] for name, sums in aggregated(model_named("shapley"), paths).items()} == {"a": 7, "b": 3}


def test_markov_solves_the_chain_exactly() -> None:
    # by hand: 2 of 3 begin with a, 1 of 3 with b; a signs up or goes on to b by half, b signs up by half
    paths = [PathCount(("a",), 1), PathCount(("a", "b"), 0, nulls=1), PathCount(("b",), 1)]
    base = 2 / 3 * (1 / 2 + 1 / 2 * 1 / 2) + 1 / 3 * 1 / 2
    without_a, without_b = 1 / 3 * 1 / 2, 2 / 3 * 1 / 2
    effects = removal_effects(paths)
    assert effects == pytest.approx({"a": 1 - without_a / base, "b": 1 - without_b / base})


def brute_force(paths: list[PathCount]) -> dict[str, float]:
    """The removal effects by taking each channel away and following the chances step by step."""
    names = sorted({name for path in paths for name in path.channels})

    def chance(removed: str | None) -> float:
        moves: dict[str, dict[str, float]] = {}
        for path in paths:
            steps = ["(start)", *path.channels]
            for one, other in zip(steps, [*path.channels, ""], strict=True):
                row = moves.setdefault(one, {})
                if other:
                    row[other] = row.get(other, 0) + path.conversions + path.nulls
                else:
                    row["(yes)"] = row.get("(yes)", 0) + path.conversions
                    row["(no)"] = row.get("(no)", 0) + path.nulls
        here, signed = {"(start)": 1.0}, 0.0
        for _step in range(400):
            following: dict[str, float] = {}
            for state, mass in here.items():
                total = sum(moves[state].values())
                for target, weight in moves[state].items():
                    part = mass * weight / total
                    if target == "(yes)":
                        signed += part
                    elif target != "(no)" and target != removed:
                        following[target] = following.get(target, 0) + part
            here = following
        return signed

    base = chance(None)
    return {name: 1 - chance(name) / base for name in names}


TABLES = st.lists(
    st.builds(
        PathCount,
        st.lists(st.sampled_from("abcd"), min_size=1, max_size=5).map(tuple),
        st.integers(0, 20),
        nulls=st.integers(0, 30),
        value=st.integers(0, 1000),
    ),
    min_size=1,
    max_size=8,
).filter(lambda paths: sum(path.conversions for path in paths) > 0)


@settings(max_examples=40, deadline=None)
@given(paths=TABLES)
def test_markov_equals_taking_each_channel_away(paths: list[PathCount]) -> None:
    paths = [path for path in paths if path.conversions + path.nulls > 0]
    assert removal_effects(paths) == pytest.approx(brute_force(paths), abs=1e-5)


@settings(deadline=None)
@given(paths=TABLES)
def test_a_channel_that_follows_itself_changes_no_removal_effect(paths: list[PathCount]) -> None:
    def collapsed(path: PathCount) -> PathCount:
        kept = tuple(name for place, name in enumerate(path.channels) if place == 0 or path.channels[place - 1] != name)
        return PathCount(kept, path.conversions, nulls=path.nulls, value=path.value)

    assert removal_effects([collapsed(path) for path in paths]) == pytest.approx(removal_effects(paths), abs=1e-9)


@settings(deadline=None)
@given(model=st.sampled_from(sorted(all_models())), paths=TABLES)
def test_every_model_gives_away_all_sign_ups_and_all_value(model: str, paths: list[PathCount]) -> None:
    sums = aggregated(model_named(model), paths)
    assert sum(credit for credit, _value in sums.values()) == pytest.approx(sum(path.conversions for path in paths))
    if model != "markov" or sum(sums[name][0] for name in sums):
        assert sum(value for _credit, value in sums.values()) == pytest.approx(sum(path.value for path in paths))


@settings(deadline=None)
@given(weights=st.lists(st.floats(0, 1e6), min_size=1, max_size=200).filter(lambda found: sum(found) > 0), whole=st.integers(0, 10**12))
def test_shares_are_whole_numbers_that_sum_to_the_whole(weights: list[float], whole: int) -> None:
    parts = shares(weights, whole)
    assert sum(parts) == whole
    assert all(isinstance(part, int) and part >= 0 for part in parts)


def test_what_is_left_over_goes_to_the_earliest() -> None:
    assert shares([1, 1, 1]) == [333_334, 333_333, 333_333]
    assert shares([1] * 7) == [142_858] * 1 + [142_857] * 6
    assert sum(shares([1] * 7)) == MICRO


@pytest.mark.parametrize("weights", [[], [0.0, 0.0], [-1.0, 2.0]])
def test_weights_that_say_nothing_are_refused(weights: list[float]) -> None:
    with pytest.raises(ValueError, match="cannot be shared"):
        shares(weights)


def test_an_unknown_model_is_refused_with_the_known_ones() -> None:
    with pytest.raises(UnknownModel) as refused:
        model_named("magic")
    assert "last_non_direct" in str(refused.value.fix)


def test_a_table_of_paths_is_read(tmp_path: File) -> None:
    path = tmp_path / "paths.csv"
    path.write_text("路径,转化,null,value\na > b,6,4,60\n a ,4,1,\n", "utf-8")
    rows = table_rows(model_named("shapley"), read_paths(path))
    assert [(row.channel, row.credit, row.value) for row in rows] == [("a", 7, 30), ("b", 3, 30)]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "path\na\n",
        "path,conversions\n",
        "path,conversions\na > > b,1\n",
        "path,conversions\na,\n",
        "path,conversions\na,many\n",
        "path,conversions\na,-1\n",
        "path,conversions\na,nan\n",
        "path,conversions,null\na,1,x\n",
    ],
)
def test_a_broken_table_of_paths_is_refused_with_its_place(tmp_path: File, text: str) -> None:
    path = tmp_path / "paths.csv"
    path.write_text(text, "utf-8")
    with pytest.raises(BadPathTable) as refused:
        read_paths(path)
    assert "paths.csv" in str(refused.value)
