"""What may be chosen of constrained output, and what is written for it: canonical, whatever was chosen."""

from __future__ import annotations

import json
import random

import pytest
from clock import processor_time
from hypothesis import given
from hypothesis import strategies as st

from sglc.ir.constrained.beginnings import beginnings
from sglc.ir.constrained.parts import OneOf, output_parts
from sglc.ir.constrained.shape import parse_output
from sglc.ir.constrained.writing import Places, Writing
from sglc.ir.target import Part, Tokenizer
from sglc.ir.types import parse_type

TOKENIZER = Tokenizer.estimating()
RECORD = (
    '{kind: "report" | "reply", ok: bool, n: int, tags: list[str], sub: {x: float?}, text: str}'
)
TYPES = [
    RECORD,
    "int",
    "list[int]",
    "list[list[bool]]",
    "list[{a: str?, b: any}]",
    '{"a b": {}}',
    "any",
    "bool?",
]


def ids(text: str) -> tuple[int, ...]:
    return TOKENIZER.encode((Part(text, False),), continuation=True)


def writing(kind: str) -> Writing:
    return Writing(output_parts(parse_type(kind)), TOKENIZER)


class Hand:
    """Writes one output by choices that are texts."""

    def __init__(self, kind: str) -> None:
        self.writing = writing(kind)
        self.text, self.places = "", Places()
        self._go(self.writing.start.tokens, self.writing.start.places)

    def choose(self, text: str) -> str:
        """Choose the token of a text; returns what is written for it."""
        (token,) = ids(text)
        written = self.writing.choose(self.places, token)
        assert written is not None
        self._go(written.tokens, written.places)
        return TOKENIZER.decode(written.tokens)

    def may(self, text: str) -> bool:
        """Whether the token of a text may be chosen."""
        (token,) = ids(text)
        return self.writing.choose(self.places, token) is not None

    def _go(self, tokens: tuple[int, ...], places: Places) -> None:
        self.text, self.places = self.text + TOKENIZER.decode(tokens), places


def random_output(kind: str, chance: random.Random, most: int = 300) -> str | None:
    """An output by choices at random among all that may be chosen, with a bent to the end."""
    made = writing(kind)
    tokens, places, _ = made.start
    found = list(tokens)
    while len(found) < most:
        graph, borders = made.graph, list(made.borders(places))
        if graph.may_stop(places) and (not borders or chance.random() < 0.5):
            return TOKENIZER.decode(found)
        inside = [i for i in chance.sample(sorted(made.tree.texts), 300) if i not in borders]
        pool = borders if borders and chance.random() < 0.6 else inside
        for token in chance.sample(pool, len(pool)):
            written = made.choose(places, token)
            if written is not None:
                found += written.tokens
                places = written.places
                break
    return None


@pytest.mark.parametrize("kind", TYPES)
def test_whatever_is_chosen_the_text_is_canonical_and_a_value(kind: str) -> None:
    ended = 0
    for seed in range(30):
        text = random_output(kind, random.Random(seed))
        if text is not None:
            ended += 1
            parse_output(parse_type(kind), text)
            outside = "".join(json.dumps(text) if i % 2 else p for i, p in enumerate(_pieces(text)))
            assert "  " not in outside
            assert not set("\n\t\r") & set(outside)
            numbers = json.loads(text, parse_int=str, parse_float=str)
            again = json.dumps(numbers, ensure_ascii=False)
            assert len(_pieces(again)) >= len(_pieces(text))
    assert ended > 10


def _pieces(text: str) -> list[str]:
    """A JSON text cut at its quotes, escaped ones apart: structure and strings in turns."""
    return text.replace("\\\\", "").replace('\\"', "").split('"')


@pytest.mark.parametrize("ending", ['"', '",', '"\n'])
def test_all_that_ends_a_string_ends_it(ending: str) -> None:
    hand = Hand("{a: str, n: int}")
    for piece in (' "', "word"):
        hand.choose(piece)
    if len(ids(ending)) == 1:
        assert hand.choose(ending) == '", "n":'
    assert not hand.may('"}')  # a field is missing


def test_what_a_token_adds_before_it_ends_a_string_is_kept() -> None:
    texts = writing("int").tree.texts.values()
    ends = [text for text in texts if len(text) == 2 and text[1] == '"' and text[0] not in ' "\\']
    assert ends
    for text in ends:
        hand = Hand("{a: str, n: int}")
        hand.choose(' "')
        assert hand.choose(text) == text[0] + '", "n":'


def test_white_space_ends_a_number() -> None:
    for blank in ("\n", " ", ","):
        hand = Hand("{n: int, s: str}")
        hand.choose(" ")
        hand.choose("4")
        assert hand.choose(blank) == ', "s":'
        assert hand.text == '{"n": 4, "s":'


def test_white_space_after_an_item_ends_the_list_and_before_the_first_begins_one() -> None:
    hand = Hand("list[{n: int}]")
    if not hand.text:
        hand.choose("[")
    assert hand.choose("\n") == '{"n":'
    hand.choose("1")
    assert hand.text == '[{"n": 1'
    assert hand.choose("\n") == "}"
    assert hand.choose("\n") == "]"


@pytest.mark.parametrize("blank", [" ", "\n", "\n  "])
def test_white_space_that_goes_on_says_itself_what_it_means(blank: str) -> None:
    """A sign behind white space is the choice of that sign, also where white space alone would mean another."""
    graph = writing("list[str]").graph

    def written(before: str, text: str) -> str:
        places = [read.place for read in graph.read([graph.start], before)]
        (found,) = {read.written for read in graph.read(places, text)}
        return found

    assert written("[", f"{blank}]") == "]"
    assert written("[", f'{blank}"') == '"'
    assert written('["a', f'"{blank}]') == '"]'
    assert written('["a', f'"{blank},') == '",'


def test_a_word_is_written_once_it_is_certain() -> None:
    hand = Hand("{ok: bool, n: int}")
    assert hand.choose(" t") == ' true, "n":'


def test_a_literal_that_is_not_certain_yet_is_written_as_far_as_it_is() -> None:
    hand = Hand('"report" | "reply" | "no"')
    assert hand.choose("re") in ("re", "rep")
    assert hand.may("p") or hand.may("o")
    assert not hand.may("n")


def test_white_space_that_decides_nothing_is_no_choice() -> None:
    hand = Hand("{n: int?}")
    hand.choose(" ")
    assert not hand.may("\n")
    assert not hand.may(" ")


def test_what_is_left_open_is_what_a_token_could_span() -> None:
    start = writing("{ok: bool}").start
    assert TOKENIZER.decode(start.tokens) == '{"ok":'
    assert TOKENIZER.decode(writing('{a: "x" | "y"}').start.tokens).startswith('{"a":')


def test_a_token_that_was_chosen_is_written_and_what_it_made_certain_goes_on_behind_it() -> None:
    """Whatever the tokenizer would have made of the whole: what is said next hangs on the tokens before it."""
    for kind, first in (('"invoice" | "report"', "in"), ("{a: bool}", " t"), ("{a: str?}", ' "')):
        made = writing(kind)
        (token,) = ids(first)
        written = made.choose(made.start.places, token)
        assert written is not None
        assert written.tokens[0] == token
        rest = TOKENIZER.decode(written.tokens)[len(first) :]
        assert written.tokens[1:] == ids(rest)


TEXTS = st.lists(st.text(alphabet="ab", max_size=6), max_size=12)


@given(texts=TEXTS)
def test_the_tree_of_some_texts_has_each_once_and_no_beginning_twice(texts: list[str]) -> None:
    tree = beginnings(texts)
    spelled: dict[int, str] = {}

    def go(at: int, before: str) -> None:
        here = tree[at]
        text = before + texts[here.number][here.start : here.end] if texts else ""
        spelled.update(dict.fromkeys(here.ends, text))
        nexts = [texts[tree[n].number][tree[n].start] for n in here.next]
        assert len(nexts) == len(set(nexts))
        assert all(n < at for n in here.next)
        for each in here.next:
            go(each, text)

    go(len(tree) - 1, "")
    assert spelled == dict(enumerate(texts))


@given(texts=st.lists(st.text(alphabet='a" ', min_size=1, max_size=5), min_size=1, max_size=8))
def test_a_choice_reads_each_of_its_texts_and_nothing_else(texts: list[str]) -> None:
    made = Writing((OneOf(tuple((text, ()) for text in texts)),), TOKENIZER, loose=False).graph
    beginning = {text[:length] for text in texts for length in range(len(text) + 1)}
    for text in {*beginning, *(each + char for each in beginning for char in 'a" ')}:
        reads = made.read([made.start], text)
        assert bool(reads) == (text in beginning)
        assert made.may_stop(read.place for read in reads) == (text in texts)


def test_a_choice_among_very_many_costs_a_step_no_more_than_one_among_few() -> None:
    """Whoever asks for it holds up the others by every look at its borders."""
    texts = " | ".join(f'"v{number}"' for number in range(20_000))
    made = writing(f"{{a: {texts}}}")
    places = made.start.places
    with processor_time() as cost:
        while not made.graph.may_stop(places):
            written = made.choose(places, made.borders(places)[-1])
            assert written is not None
            places = written.places
    assert cost.seconds < 0.5
