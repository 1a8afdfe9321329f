"""robots.txt: RFC 9309 and the cases that Google published with its parser (in our own words)."""

from __future__ import annotations

import pytest

from seo.robots import RobotsFault, matches, parse_robots, verdict

FOO = "FooBot"


def allowed(text: str, agent: str, url: str) -> bool:
    return verdict(parse_robots(text), agent, url).allowed


def test_an_empty_file_allows_everything() -> None:
    assert allowed("", FOO, "")
    assert allowed("", FOO, "https://e.com/x")


def test_rules_before_any_user_agent_do_not_count() -> None:
    assert allowed("disallow: /\nuser-agent: FooBot\nallow: /x\n", FOO, "https://e.com/a")
    assert parse_robots("disallow: /").problems[0].fault is RobotsFault.ORPHAN


@pytest.mark.parametrize(
    "line", ["user-agent: FooBot", "user-agent FooBot", "USER-AGENT: foobot", "User-Agent:FOOBOT # us", "useragent: FooBot"]
)
def test_a_user_agent_line_is_read_in_any_case_and_without_its_colon(line: str) -> None:
    assert not allowed(f"{line}\ndisallow: /\n", FOO, "https://e.com/x")


def test_groups_run_from_user_agents_to_the_next_user_agent_after_a_rule() -> None:
    text = (
        "allow: /foo/bar/\n\nuser-agent: FooBot\ndisallow: /\nallow: /x/\nuser-agent: BarBot\ndisallow: /\nallow: /y/\n\n\n"
        "allow: /w/\nuser-agent: BazBot\n\nuser-agent: FooBot\nallow: /z/\ndisallow: /\n"
    )
    base = "https://e.com"
    assert allowed(text, "FooBot", f"{base}/x/b")
    assert allowed(text, "FooBot", f"{base}/z/d")
    assert not allowed(text, "FooBot", f"{base}/y/c")
    assert allowed(text, "BarBot", f"{base}/y/c")
    assert allowed(text, "BarBot", f"{base}/w/a")
    assert not allowed(text, "BarBot", f"{base}/z/d")
    assert allowed(text, "BazBot", f"{base}/z/d")
    assert not allowed(text, "BazBot", f"{base}/foo/bar/")


@pytest.mark.parametrize("between", ["Sitemap: https://e.com/s.xml", "Invalid-Unknown-Line: unknown"])
def test_other_lines_do_not_end_a_run_of_user_agents(between: str) -> None:
    text = f"User-agent: BarBot\n{between}\nUser-agent: *\nDisallow: /\n"
    assert not allowed(text, "FooBot", "https://e.com/")
    assert not allowed(text, "BarBot", "https://e.com/")


def test_a_group_for_the_agent_beats_the_group_for_all() -> None:
    text = "user-agent: *\nallow: /\nuser-agent: FooBot\ndisallow: /\n"
    assert not allowed(text, "FooBot", "https://e.com/x/y")
    assert allowed(text, "BarBot", "https://e.com/x/y")
    assert allowed("user-agent: FooBot\ndisallow: /x\n", "Other", "https://e.com/x/y")


def test_a_user_agent_counts_up_to_its_first_blank() -> None:
    text = "User-Agent: *\nDisallow: /\nUser-Agent: Foo Bar\nAllow: /x/\nDisallow: /\n"
    assert allowed(text, "Foo", "https://e.com/x/y")
    assert not allowed(text, "Foo Bar", "https://e.com/x/y")


def test_sogou_has_blanks_in_its_name() -> None:
    text = "User-agent: Sogou web spider\nDisallow: /\n"
    assert not allowed(text, "Sogou web spider", "https://e.com/")
    assert not allowed(text, "Sogou web spider/4.0(+http://www.sogou.com/docs/help/webmasters.htm#07)", "https://e.com/")
    assert allowed(text, "Baiduspider", "https://e.com/")


@pytest.mark.parametrize(
    ("agent", "token"),
    [
        ("Mozilla/5.0 (compatible; Baiduspider/2.0; +http://www.baidu.com/search/spider.html)", "baiduspider"),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/50 Safari/537.36; 360Spider", "360spider"),
        (
            "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm) Chrome/1",
            "bingbot",
        ),
        ("Googlebot/2.1 (+http://www.google.com/bot.html)", "googlebot"),
    ],
)
def test_a_whole_user_agent_is_understood(agent: str, token: str) -> None:
    if token == "360spider":
        agent = agent.replace("; 360Spider", " 360Spider/1.0")
    assert not allowed(f"User-agent: {token}\nDisallow: /\n", agent, "https://e.com/a")
    assert allowed("User-agent: otherbot\nDisallow: /\n", agent, "https://e.com/a")


def test_paths_are_compared_with_their_case() -> None:
    assert not allowed("user-agent: FooBot\ndisallow: /x/\n", FOO, "https://e.com/x/y")
    assert allowed("user-agent: FooBot\ndisallow: /X/\n", FOO, "https://e.com/x/y")


def test_the_longest_match_wins_and_allow_wins_a_tie() -> None:
    url = "https://e.com/x/page.html"
    assert not allowed("user-agent: FooBot\ndisallow: /x/page.html\nallow: /x/\n", FOO, url)
    assert allowed("user-agent: FooBot\nallow: /x/page.html\ndisallow: /x/\n", FOO, url)
    assert not allowed("user-agent: FooBot\nallow: /x/page.html\ndisallow: /x/\n", FOO, "https://e.com/x/")
    assert allowed("user-agent: FooBot\ndisallow: \nallow: \n", FOO, url)
    assert allowed("user-agent: FooBot\ndisallow: /\nallow: /\n", FOO, url)
    assert not allowed("user-agent: FooBot\ndisallow: /x\nallow: /x/\n", FOO, "https://e.com/x")
    assert not allowed("user-agent: FooBot\ndisallow: /*.html\nallow: /page\n", FOO, "https://e.com/page.html")
    assert allowed("user-agent: FooBot\ndisallow: /*.html\nallow: /page\n", FOO, "https://e.com/page")
    assert allowed("user-agent: FooBot\ndisallow: /x/page.\nallow: /*.html\n", FOO, "https://e.com/page.html")


def test_escapes_of_ordinary_letters_mean_the_letters() -> None:
    """RFC 9309 §2.2.2, the table of examples."""
    text = "User-agent: FooBot\nDisallow: /\nAllow: /foo/bar/%62%61%7A\n"
    assert allowed(text, FOO, "https://e.com/foo/bar/baz")
    assert allowed(text, FOO, "https://e.com/foo/bar/%62%61%7A")


def test_chinese_paths_match_escaped_or_not() -> None:
    text = "User-agent: FooBot\nDisallow: /\nAllow: /foo/bar/ツ\n"
    assert allowed(text, FOO, "https://e.com/foo/bar/%E3%83%84")
    assert allowed(text, FOO, "https://e.com/foo/bar/ツ")
    assert allowed("User-agent: FooBot\nDisallow: /\nAllow: /foo/%E3%83%84\n", FOO, "https://e.com/foo/ツ/x")


def test_queries_are_part_of_the_path() -> None:
    text = "User-agent: FooBot\nDisallow: /\nAllow: /foo/bar?qux=taz&baz=http://foo.bar?tar&par\n"
    assert allowed(text, FOO, "https://e.com/foo/bar?qux=taz&baz=http://foo.bar?tar&par")


@pytest.mark.parametrize(
    ("pattern", "path", "hit"),
    [
        ("/", "/anything", True),
        ("/foo/bar/quz", "/foo/bar/quz", True),
        ("/foo*quz", "/foo/bar/quz", True),
        ("/foo*quz", "/foo/bar/baz", False),
        ("/foo/bar$", "/foo/bar", True),
        ("/foo/bar$", "/foo/bar/", False),
        ("/*.php$", "/index.php", True),
        ("/*.php$", "/index.php?x=1", False),
        ("/a*$", "/abc", True),
        ("*", "/x", True),
        ("/x$y", "/x$yz", True),
        ("/*/*/c", "/a/b/c", True),
        ("/a*b*c$", "/a1b2c3c", True),
        ("/aa*aa$", "/aaa", False),
    ],
)
def test_wildcards(pattern: str, path: str, hit: bool) -> None:
    assert matches(pattern, path) is hit


def test_a_bomb_of_wildcards_is_answered_at_once() -> None:
    assert not matches("/" + "*a" * 2000 + "$", "/" + "a" * 1999 + "b")


def test_allowing_an_index_page_allows_its_folder() -> None:
    text = "User-Agent: *\nAllow: /allowed-slash/index.html\nDisallow: /\n"
    assert allowed(text, "foobot", "https://e.com/allowed-slash/index.html")
    assert allowed(text, "foobot", "https://e.com/allowed-slash/")
    assert not allowed(text, "foobot", "https://e.com/allowed-slash/index.htm")
    assert not allowed(text, "foobot", "https://e.com/anyother-url")


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_any_line_ends_and_a_byte_order_mark_are_read(end: str) -> None:
    text = f"\ufeffUser-Agent: foo{end}Allow: /some/path{end}User-Agent: bar{end}{end}{end}Disallow: /{end}"
    assert not allowed(text, "bar", "https://e.com/")
    assert allowed(text, "foo", "https://e.com/some/path")
    assert parse_robots("User-agent: a\n\nDisallow: /x").groups[0].rules[0].line == 3


def test_misspellings_that_google_reads_are_read_and_told() -> None:
    robots = parse_robots("user-agent: FooBot\ndisallaw: /x\n")
    assert not verdict(robots, FOO, "https://e.com/x").allowed
    assert robots.problems[0].fault is RobotsFault.MISSPELT


def test_the_verdict_names_its_line_and_rule() -> None:
    found = verdict(parse_robots("# hello\nUser-agent: *\nDisallow: /private # secret\n"), FOO, "https://e.com/private/x")
    assert (found.allowed, found.line, found.rule) == (False, 3, "Disallow: /private")
    assert verdict(parse_robots(""), FOO, "https://e.com/").line is None


def test_robots_txt_itself_may_always_be_fetched() -> None:
    assert allowed("User-agent: *\nDisallow: /\n", FOO, "https://e.com/robots.txt")


def test_problems_are_told_with_their_lines() -> None:
    robots = parse_robots(
        b"Foo: bar\nUser-agent: *\nDisallow: private\nDisallow: /a$b\nSitemap: /sitemap.xml\nhello world and more\nUser-agent:\n"
        + b"Disallow: /\xff\n"
    )
    assert [(one.line, one.fault) for one in robots.problems] == [
        (1, RobotsFault.UNKNOWN),
        (3, RobotsFault.PATH),
        (4, RobotsFault.WILDCARD),
        (5, RobotsFault.SITEMAP),
        (6, RobotsFault.NO_COLON),
        (7, RobotsFault.AGENT),
        (8, RobotsFault.ENCODING),
    ]


def test_only_the_first_500_kib_count() -> None:
    text = b"User-agent: *\n" + b"Allow: /aaaaaaaaaaaaaaaaaaaaaaa\n" * 20_000 + b"Disallow: /\n"
    assert allowed(text.decode(), FOO, "https://e.com/x")
    assert parse_robots(text).size_bytes == len(text)
