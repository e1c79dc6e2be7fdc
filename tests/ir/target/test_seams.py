"""Seams hold whatever follows, over every kind of tokenizer, and what is settled is never tokenized again."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from tokenizer_kinds import KINDS, SPECIAL, WORDS, trained
from tokenizers import Tokenizer as Backend

from sglc.ir.target import Part, Tokenizer, TokenPrompt

ANY = st.characters(exclude_categories=["Cs"])
TEXT = st.lists(
    st.one_of(
        st.sampled_from(WORDS), st.sampled_from(WORDS), st.sampled_from([*SPECIAL, " ", "\n"]), ANY
    ),
    max_size=14,
).map("".join)
RUN = st.builds(
    lambda alphabet, picks: "".join(alphabet[n % len(alphabet)] for n in picks),
    st.sampled_from([" ", "a", "abcthe", "日本語你好", "1", "! ", "\n", "▁", "🎉👩🚀🇩🇪\u200d\u0301", "eé\u0301"]),
    st.lists(st.integers(0, 9), min_size=40, max_size=100),
)  # fmt: skip
LONG = st.lists(st.one_of(RUN, TEXT), min_size=1, max_size=3).map("".join)
MANY = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def check_each_split(tokenizer: Tokenizer, backend: Backend, text: str) -> None:
    """Settle each beginning of a text: with all that follows it has the ids of the whole."""
    whole = tuple(backend.encode(text, add_special_tokens=False).ids)
    for end in range(1, len(text) + 1):
        ids, rest = tokenizer.settle([Part(text[:end], True)])
        after = [*rest, Part(text[end:], True)]
        assert ids + tokenizer.encode(after, continuation=bool(ids)) == whole, (end, rest)


@MANY
@given(text=TEXT)
@example(text="eé\u0301 か\u3099 ｶ\uff9e")
@example(text="ΑΣ ΑΣΑ İI")
@example(text="``''`` '' `")
@example(text="a   b \u3000 c\r\n\nd")
def test_whatever_follows(pair: tuple[Tokenizer, Backend], text: str) -> None:
    check_each_split(*pair, text)


@settings(MANY, max_examples=6)
@given(text=LONG)
def test_whatever_follows_a_long_run(pair: tuple[Tokenizer, Backend], text: str) -> None:
    check_each_split(*pair, text)


@MANY
@given(text=st.one_of(TEXT, LONG))
def test_whatever_follows_in_published_tokenizers(
    real_pair: tuple[Tokenizer, Backend], text: str
) -> None:
    check_each_split(*real_pair, text)


@settings(MANY, max_examples=20)
@given(text=st.one_of(TEXT, LONG), sizes=st.lists(st.integers(1, 9), min_size=1))
def test_a_text_that_grows_has_the_ids_of_the_whole(
    pair: tuple[Tokenizer, Backend], text: str, sizes: list[int]
) -> None:
    tokenizer, backend = pair
    prompt, at = TokenPrompt.start(tokenizer, bos=False), 0
    for n in range(len(text)):
        size = sizes[n % len(sizes)]
        prompt = prompt.append(tokenizer, Part(text[at : at + size], True))
        at += size
    assert prompt.ids(tokenizer) == tuple(backend.encode(text, add_special_tokens=False).ids)
    assert prompt.count == len(prompt.settled)


SHOT = "Q: How many were there in {n} of the 3.5 million?\nA: About {n}, I'd say; not more. 日本語。\n\n"
SETTLING = [name for name in KINDS if name != "looks behind"]


def appended(name: str, count: int) -> tuple[TokenPrompt, int, int]:
    """A prompt of so many appends, and how many characters were given to it and to the library."""
    plain, given_, encoded = trained(name), 0, 0

    def counting(text: str) -> Sequence[int]:
        nonlocal encoded
        encoded += len(text)
        return start(text)

    start = plain._encoders[0]
    bare = plain._encoders[2]

    def counting_bare(text: str) -> Sequence[int]:
        nonlocal encoded
        encoded += len(text)
        return bare(text)

    tokenizer = replace(plain, _encoders=(counting, counting, counting_bare))
    prompt = TokenPrompt.start(tokenizer, bos=False)
    for n in range(count):
        piece = SHOT.format(n=n)[n % 5 :] if n % 7 else "word "
        given_ += len(piece)
        prompt = prompt.append(tokenizer, Part(piece, False))
    return prompt, given_, encoded


@pytest.mark.parametrize("name", SETTLING)
def test_settled_text_is_not_tokenized_again(name: str) -> None:
    prompt, given_, encoded = appended(name, 200)
    assert encoded <= given_
    assert sum(len(part.text) for part in prompt.tail) <= 64
    assert prompt.count > 200


def test_what_is_not_known_is_settled_at_control_tokens_alone() -> None:
    prompt, _, encoded = appended("looks behind", 50)
    assert (prompt.count, encoded) == (0, 0)


def rests(name: str, texts: Sequence[str]) -> list[str]:
    """What is not settled of each text."""
    settled = [trained(name).settle([Part(text, False)])[1] for text in texts]
    return ["".join(part.text for part in rest) for rest in settled]


def test_a_border_that_a_normalizer_may_join_is_no_seam() -> None:
    assert rests("byte level, NFC", ["a e", "a e\u0301", "a (e", "a (ex"]) == [
        " e",
        " e\u0301",
        " (e",
        "ex",
    ]
    assert rests("byte level, NFKC", ["x (ｶ", "x (ｶ\uff9e"]) == [" (ｶ", " (ｶ\uff9e"]
    assert rests("ALBERT", ["a `", "a ``", "a ``b"]) == [" `", " ``", " ``b"]


def test_a_border_that_some_word_spans_is_no_seam() -> None:
    assert rests("o200k", ["it'", "it's"]) == ["it'", "it's"]
    assert rests("gpt2", ["it'", "it's", "12", "a.\n"]) == ["'", "'s", "12", "\n"]
    assert rests("cl100k", ["Hi.\n", "Hi!", "Hi\n", "Hi,x"]) == [".\n", "!", "\n", ",x"]


def test_pieces_that_words_are_put_together_from_part_at_what_no_entry_spans() -> None:
    assert rests("Llama 2", ["the\nthe", "the\n日"]) == ["the", "日"]
    assert rests("Metaspace, always", ["the  cat"]) == [" cat"]
    assert rests("BERT, uncased", ["the ca,t", "the ca"]) == ["t", "ca"]
