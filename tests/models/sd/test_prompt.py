"""Prompts: ComfyUI's brackets, rows of 77 and embeddings; tokens against transformers'."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from capdemo.errors import InputError
from capdemo.models import clip_tokenizer
from capdemo.models.clip_tokenizer import END_TOKEN, START_TOKEN, tokenize
from capdemo.models.library_imports import import_library
from capdemo.models.prompt import make_rows, split_weights


def no_embedding(_name: str) -> torch.Tensor | None:
    return None


@pytest.mark.parametrize(
    ("prompt", "parts"),
    [
        ("a cat", [("a cat", 1.0)]),
        ("a (red) cat", [("a ", 1.0), ("red", 1.1), (" cat", 1.0)]),
        ("((red))", [("red", 1.1 * 1.1)]),
        ("(red:1.3)", [("red", 1.3)]),
        ("(a (b:0.5) c:2)", [("a ", 2.0), ("b", 0.5), (" c", 2.0)]),
        ("(a:b)", [("a:b", 1.1)]),
        ("(:2)", [(":2", 1.1)]),
        ("(a: 1.5)", [("a", 1.5)]),
        ("\\(a\\)", [("(a)", 1.0)]),
        ("(a\\):2)", [("a)", 2.0)]),
        ("[a]", [("[a]", 1.0)]),
        ("a (b", [("a ", 1.0), ("(b", 1.0)]),
        ("a) (b)", [("a) (b)", 1.0)]),
        ("()", []),
        ("", []),
    ],
)
def test_weights_follow_brackets(prompt: str, parts: list[tuple[str, float]]) -> None:
    assert split_weights(prompt) == parts


@given(st.text(alphabet="ab :.12[]", min_size=1))
def test_a_prompt_without_brackets_is_one_part(prompt: str) -> None:
    assert split_weights(prompt) == [(prompt, 1.0)]


@pytest.mark.parametrize(
    "text",
    [
        "a photo of a cat",
        "Hello, WORLD's   best-selling 1234 items!! naïve café 日本語 🎉 don't",
        "",
        " \n\t ",
        "<|startoftext|> x <|endoftext|>y",
        "masterpiece, ultra-detailed; it's we'll I'd they're",
        "İstanbul ǅ ß \u200b nul\x00 e\u0301",
    ],
)
def test_tokens_are_transformers(text: str) -> None:
    ours = clip_tokenizer._tokenizer()
    merges = [f"{first} {second}" for first, second in clip_tokenizer._read_merges()]
    vocabulary = ours.get_vocab()
    assert (len(vocabulary), len(merges)) == (49408, 48894)
    theirs: Any = import_library("transformers").CLIPTokenizer(
        vocab=vocabulary, merges=[tuple(merge.split(" ")) for merge in merges]
    )
    assert tokenize(text) == theirs(text)["input_ids"][1:-1]


def test_known_words_have_their_tokens() -> None:
    # As in the published vocabulary: "a</w>", "photo</w>", "of</w>", "cat</w>".
    assert tokenize("a photo of a cat") == [320, 1125, 539, 320, 2368]
    assert tokenize("<|endoftext|>") == [END_TOKEN]


def test_a_short_prompt_fills_one_row() -> None:
    (row,) = make_rows("a cat", 0, no_embedding)
    assert row.tokens == (START_TOKEN, 320, 2368, END_TOKEN, *([0] * 73))
    assert row.end == 3


def test_a_long_text_is_cut_where_the_row_ends() -> None:
    first, second = make_rows("cat " * 100, END_TOKEN, no_embedding)
    assert first.tokens == (START_TOKEN, *([2368] * 75), END_TOKEN)
    assert second.tokens == (START_TOKEN, *([2368] * 25), *([END_TOKEN] * 51))


def test_a_short_piece_is_not_cut() -> None:
    first, second = make_rows("cat " * 72 + "(a red cat boat:1.5)", 0, no_embedding)
    assert first.tokens == (START_TOKEN, *([2368] * 72), END_TOKEN, 0, 0, 0)
    assert second.weights[:6] == (1.0, 1.5, 1.5, 1.5, 1.5, 1.0)


def test_embeddings_stand_in_the_row() -> None:
    vectors = torch.arange(6.0).reshape(2, 3)
    (row,) = make_rows("a embedding:x, cat", 0, lambda name: vectors if name == "x" else None)
    assert row.tokens[1] == 320
    assert [token.tolist() for token in row.tokens[2:4] if isinstance(token, torch.Tensor)] == [
        [0, 1, 2],
        [3, 4, 5],
    ]
    assert row.tokens[4:7] == (267, 2368, END_TOKEN)
    assert row.end == 6


def test_an_unknown_embedding_is_named() -> None:
    with pytest.raises(InputError, match="No embedding is called 'nobody'"):
        make_rows("a (embedding:nobody, cat:1.2)", 0, no_embedding)
