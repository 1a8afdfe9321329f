"""One text for many people: putting back what each has of its own gives every text exactly."""

from hypothesis import given
from hypothesis import strategies as st

from growth.messaging.skeleton import shape, skeleton_of

#: pieces that come near the tags, and what real mails are made of
PIECES = st.text(alphabet='~gv012"<>\n aé张', max_size=12)


@given(st.lists(st.tuples(PIECES, PIECES, PIECES), min_size=1, max_size=6))
def test_every_text_comes_back_exactly(people: list[tuple[str, str, str]]) -> None:
    texts = [(f"你好 {a}\n链接 <{b}>", f'<p>{a}</p><a href="https://x.cn/{b}?d={c}">{b}</a>~g0v1~') for a, b, c in people]
    by_shape: dict[tuple[int, ...], list[tuple[str, str]]] = {}
    for each in texts:
        by_shape.setdefault(shape(each), []).append(each)
    for group in by_shape.values():
        found = skeleton_of(group)
        assert [(found.text(number, 0), found.text(number, 1)) for number in range(len(group))] == group


def test_what_is_common_stands_once_and_a_value_has_one_tag_wherever_it_stands() -> None:
    page = '<a href="https://go.example.com/l/{who}">看</a><a href="https://go.example.com/u/{who}">退</a>' + "长" * 5000
    found = skeleton_of([(page.replace("{who}", who),) for who in ("abc123", "abd456")])
    assert [len(values) for values in found.values] == [1, 1]
    assert sorted(found.values[0].values()) == ["c123"]


def test_one_message_alone_has_no_tags() -> None:
    assert skeleton_of([("a\nb", "<p>c</p>")]).values == ({},)
