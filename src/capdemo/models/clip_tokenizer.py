"""The byte-pair tokenizer of CLIP (arXiv 2103.00020), from its list of merges alone.

The vocabulary is not shipped: it is the 256 bytes, the same at the end of a word, every merge in
order, and the two marks. Texts are cleaned as transformers 5 does; its version 4 also dropped
control characters and set each Chinese character apart.
"""

from __future__ import annotations

import functools
import lzma
from importlib import resources
from typing import TYPE_CHECKING

from tokenizers import Regex, Tokenizer, normalizers, pre_tokenizers
from tokenizers.models import BPE

if TYPE_CHECKING:
    from collections.abc import Iterator

START, END = "<|startoftext|>", "<|endoftext|>"
START_TOKEN, END_TOKEN = 49406, 49407

_END_OF_WORD = "</w>"
_WORDS = (
    r"<\|startoftext\|>|<\|endoftext\|>|'s|'t|'re|'ve|'m|'ll|'d"
    r"|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+"
)


def tokenize(text: str) -> list[int]:
    """The tokens of a text, without marks of start and end."""
    return list(_tokenizer().encode(text, add_special_tokens=False).ids)


@functools.cache
def _tokenizer() -> Tokenizer:
    merges = _read_merges()
    letters = list(_letters_of_bytes())
    words = [*letters, *(letter + _END_OF_WORD for letter in letters)]
    words += [first + second for first, second in merges]
    vocabulary = {word: place for place, word in enumerate([*words, START, END])}
    tokenizer = Tokenizer(
        BPE(vocab=vocabulary, merges=merges, end_of_word_suffix=_END_OF_WORD, unk_token=END)
    )
    tokenizer.normalizer = normalizers.Sequence(
        [normalizers.NFC(), normalizers.Replace(Regex(r"\s+"), " "), normalizers.Lowercase()]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(_WORDS), behavior="removed", invert=True),
            pre_tokenizers.ByteLevel(add_prefix_space=False),
        ]
    )
    tokenizer.add_special_tokens([START, END])
    return tokenizer


def _read_merges() -> list[tuple[str, str]]:
    packed = (resources.files(__package__) / "tokenizers" / "clip_merges.txt.xz").read_bytes()
    lines = lzma.decompress(packed).decode().splitlines()
    return [(first, second) for first, _, second in (line.partition(" ") for line in lines)]


def _letters_of_bytes() -> Iterator[str]:
    """A visible letter for every byte: itself where it has one, else one beyond Latin-1."""
    visible = [*range(33, 127), *range(161, 173), *range(174, 256)]
    yield from map(chr, visible)
    hidden = sorted(set(range(256)) - set(visible))
    yield from (chr(256 + place) for place in range(len(hidden)))
