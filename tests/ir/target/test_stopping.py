"""When a generation ends, and what of it stays in the prompt."""

from contextlib import suppress
from typing import Any

import pytest
from clock import processor_time
from hypothesis import given, settings
from hypothesis import strategies as st

from sglc.ir.sampling import Sampling
from sglc.ir.target import Part, PatternError, SearchTime, StopTracker, Tokenizer
from sglc.ir.target.stopping import Stopped

from .conftest import trained

TOKENIZER = trained("smollm")
EOS = TOKENIZER.special["<|im_end|>"]


def ids_of(text: str) -> tuple[int, ...]:
    return TOKENIZER.encode([Part(text, False)], continuation=True)


def run(ids: tuple[int, ...], tokenizer: Tokenizer = TOKENIZER, **sampling: Any) -> Stopped:
    """Feed ids until the tracker has had enough."""
    tracker = StopTracker(tokenizer, Sampling(**sampling), ())
    for token in ids:
        if tracker.feed(token):
            break
    return tracker.completion()


def test_an_end_token_does_not_stay() -> None:
    ids = ids_of("the cat's")
    assert run((*ids, EOS, 5)) == Stopped((*ids, EOS), ids, "the cat's", "eos", EOS)


def test_an_end_token_can_be_ignored() -> None:
    done = run((*ids_of("a"), EOS, *ids_of("b")), ignore_eos=True, max_tokens=3)
    assert done.finish == "length"
    assert done.text == "a<|im_end|>b"


def test_a_stop_token_ends_it() -> None:
    ids = ids_of("the cat's")
    assert run(ids, stop_token_ids=(ids[-1],)) == Stopped(
        ids, ids[:-1], TOKENIZER.decode(ids[:-1]), "stop", ids[-1]
    )


def test_the_longest_allowed() -> None:
    ids = ids_of("the cat's 1234")
    assert run(ids, max_tokens=2) == Stopped(ids[:2], ids[:2], TOKENIZER.decode(ids[:2]), "length")
    assert run(ids, max_tokens=-1).finish == "aborted"


def test_a_stop_string_at_a_token_border_keeps_the_ids() -> None:
    ids = ids_of("the cat's\n\n1")
    done = run(ids, stop=("\n",))
    assert done.text == "the cat's"
    assert done.kept == ids_of("the cat's") == ids[: len(done.kept)]


def test_a_stop_string_inside_a_token_encodes_what_is_left_of_it_again() -> None:
    ids = ids_of("1 naïve")
    assert len(ids) == 2
    done = run(ids, stop=("ve",))
    assert done.text == "1 naï"
    assert done.finish == "stop"
    assert done.kept == ids[:1] + ids_of(" naï")
    assert TOKENIZER.decode(done.kept) == "1 naï"


def test_the_first_of_several_stops_wins() -> None:
    assert run(ids_of("the cat's it'S"), stop=("it", "'s")).text == "the cat"


def test_a_stop_pattern() -> None:
    assert run(ids_of("the 12345 cat"), stop_regex=(r"\d{3}",)).text == "the "
    assert run(ids_of("the 1 cat, it's"), stop_regex=(r"c.*,",)).text == "the 1 "


@pytest.mark.parametrize(
    ("text", "pattern", "kept"),
    [
        ("1, 2, 3, 4", r",(?= 3)", "1, 2"),  # what is looked ahead for comes with a later token
        ("the cat's", r"(?=')", "the cat"),
        ("1, 2, 3", r"(?<=2)", "1, 2"),
        ("a\n\n1", r"^$", "a\n\n1"),  # no line of its own without the flag
        ("a\n\n1", r"(?m)^$", "a\n"),
        ("the cat's", r"(?!the)\bc", "the "),
        ("ab aab", r"(a)\1", "ab "),
        ("the cat's", r"x*", ""),  # an empty match counts
    ],
)
def test_a_pattern_stops_as_soon_as_the_text_so_far_matches(
    text: str, pattern: str, kept: str
) -> None:
    assert run(ids_of(text), stop_regex=(pattern,)).text == kept


@settings(max_examples=200, deadline=None)
@given(
    text=st.text(alphabet="ab,12 \n", max_size=20),
    pattern=st.sampled_from(
        [
            r"a+",
            r"ab?",
            r"a(?=b)",
            r"(?<=a)b",
            r"\b1",
            r"(?m)^b",
            r",\s",
            r"[ab]{2}",
            r"1.*b",
            r"2(?! )",
        ]
    ),
)
def test_a_pattern_cuts_where_a_search_of_the_text_so_far_would(text: str, pattern: str) -> None:
    import re

    ids = ids_of(text)
    shown = (TOKENIZER.decode(ids[:count]) for count in range(1, len(ids) + 1))
    found = next((m.start() for each in shown if (m := re.search(pattern, each))), None)
    assert run(ids, stop_regex=(pattern,)).text == text[:found]


def test_a_match_that_came_too_early_does_not_count() -> None:
    ids = ids_of("a, b, c")
    for pattern in (r",", r",(?= )"):
        least = len(ids_of("a, b"))
        assert run(ids, stop_regex=(pattern,), min_tokens=least).text == "a, b"


def test_a_pattern_that_takes_too_long_is_refused_by_name_in_good_time() -> None:
    pattern = r"(a|aa)+\b!"
    with processor_time() as cost, pytest.raises(PatternError, match="takes too long") as caught:
        run(ids_of("a" * 80), stop_regex=(pattern,), max_tokens=-1)
    assert pattern in str(caught.value)
    assert cost.seconds < 1


def test_slow_patterns_share_no_time_but_run_out_of_it() -> None:
    """Just below the limit at every token, a pattern gets a millisecond each and no more."""
    ids = ids_of("a" * 26) + ids_of("b") * 200
    with processor_time() as cost, suppress(PatternError):
        run(ids, stop_regex=(r"(?:(a|aa)+\b!)",), max_tokens=-1)
    assert cost.seconds < 0.25 + 0.001 * len(ids) + 0.5


@pytest.mark.parametrize("samples", [1, 16])
def test_slow_patterns_and_samples_of_a_request_share_its_time(samples: int) -> None:
    """Each pattern takes some hundredths of a second at a token, far less than it would be refused for alone."""
    patterns = tuple(rf"(?:(a|aa)+\b!{number})" for number in range(200 // samples))
    sampling, left = Sampling(stop_regex=patterns), SearchTime()
    trackers = [StopTracker(TOKENIZER, sampling, (), left) for _ in range(samples)]
    fed = ((tracker, token) for token in ids_of("a" * 24) for tracker in trackers)
    with processor_time() as cost, pytest.raises(PatternError, match="takes too long"):
        all(tracker.feed(token) is not None for tracker, token in fed)
    assert cost.seconds < 1


def test_as_many_harmless_patterns_as_there_may_be_do_not_run_out_of_time() -> None:
    ids = ids_of("the cat's 1234, ") * 40
    done = run(ids, stop_regex=tuple(f"a{{{n}}}b" for n in range(256)), max_tokens=len(ids))
    assert done.finish == "length"


@pytest.mark.parametrize("pattern", ["(", "a" * 1001, "(" * 700 + ")" * 700, "a{9999999999999}"])
def test_what_is_no_pattern_is_refused(pattern: str) -> None:
    with pytest.raises(PatternError):
        StopTracker(TOKENIZER, Sampling(stop_regex=(pattern,)))


def test_what_ended_it_is_said() -> None:
    ids = ids_of("the cat's it'S")
    assert run(ids, stop=("it", "'s")).matched == "'s"
    assert run(ids, stop=("it",), stop_regex=(r"c[a-z]t",)).matched == r"c[a-z]t"
    assert run((*ids, EOS)).matched == EOS
    assert run(ids, max_tokens=2).matched is None


def test_no_tokens_are_no_tokens() -> None:
    done = run((), max_tokens=0, min_tokens=3, stop_regex=("x*",))
    assert done == Stopped((), (), "", "length")


def test_no_end_before_the_least_number_of_tokens() -> None:
    ids = ids_of("a a a a a\na\na")
    done = run(ids, stop=("\n", " a"), min_tokens=len(ids_of("a a a a a\na")))
    assert done.text == "a a a a a\na"
    tracker = StopTracker(TOKENIZER, Sampling(min_tokens=1))
    assert not tracker.may_end
    tracker.feed(ids[0])
    assert tracker.may_end


def test_bytes_of_one_character_come_together() -> None:
    ids = ids_of("\U0001f9ff")
    assert len(ids) == 3
    tracker = StopTracker(TOKENIZER, Sampling())
    shown = []
    for token in ids:
        tracker.feed(token)
        shown.append(tracker.text)
    assert shown == ["", "", "\U0001f9ff"]


def test_a_character_that_never_ends_is_replaced() -> None:
    done = run(ids_of("\U0001f9ff"), max_tokens=2)
    assert done.text == TOKENIZER.decode(done.kept) == "\ufffd"


def test_ended_from_outside() -> None:
    tracker = StopTracker(TOKENIZER, Sampling())
    tracker.feed(ids_of("a")[0])
    tracker.end("constraint")
    assert tracker.completion().finish == "constraint"
    with pytest.raises(ValueError, match="finished"):
        tracker.feed(1)


def test_a_dummy_space_is_dropped_at_the_start_of_a_text_only() -> None:
    tokenizer = trained("Metaspace, always")
    (word,) = tokenizer.encode([Part("cat's", False)])[:1]
    for prompt, text in (((), "cat"), ((5,), " cat")):
        tracker = StopTracker(tokenizer, Sampling(), prompt)
        tracker.feed(word)
        assert tracker.text.startswith(text)


PIECES = st.lists(
    st.sampled_from(["the", " ", "\n", "a", "ab", "🎉", "naïve", "123", "'s", "aab"]), max_size=15
)


@settings(max_examples=300, deadline=None)
@given(
    pieces=PIECES,
    stops=st.lists(st.sampled_from(["a", "ab", "\n", "23", "🎉", "aab", "e1"]), max_size=3),
)
def test_a_stop_string_cuts_where_a_search_of_the_whole_text_would(
    pieces: list[str], stops: list[str]
) -> None:
    ids = tuple(token for piece in pieces for token in ids_of(piece))
    done = run(ids, stop=tuple(stops), max_tokens=-1)
    text = "".join(pieces)
    found = _first_stop(ids, stops)
    assert done.text == (text if found is None else text[:found])
    assert TOKENIZER.decode(done.kept) == done.text
    assert done.ids == ids[: len(done.ids)]


def _first_stop(ids: tuple[int, ...], stops: list[str]) -> int | None:
    """Naively: decode everything after each token and look for all stops."""
    for count in range(1, len(ids) + 1):
        text = TOKENIZER.decode(ids[:count])
        found = [text.find(stop) for stop in stops if stop in text]
        if found:
            return min(found)
    return None


def test_time_is_linear_in_the_text() -> None:
    tracker = StopTracker(
        TOKENIZER, Sampling(max_tokens=-1, stop=("never",), stop_regex=(r"ne[vw]er\d",))
    )
    (token,) = ids_of("the")
    with processor_time() as cost:
        for _ in range(20_000):
            tracker.feed(token)
    assert cost.seconds < 2
    assert len(tracker.completion().text) == 60_000
