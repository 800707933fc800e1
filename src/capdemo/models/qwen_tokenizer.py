"""Turns a prompt into the token numbers of Qwen2.5-VL; it knows no word weights and no length.

Byte-level BPE (Sennrich et al., arXiv 1508.07909). Only the list of merges is stored: the
vocabulary follows from it, since Qwen numbers the 256 bytes first and then one token a merge.
"""

from __future__ import annotations

import functools
import lzma
import re
from importlib.resources import files

from tokenizers import AddedToken, Regex, Tokenizer, normalizers, pre_tokenizers
from tokenizers.models import BPE

IMAGE_PAD = 151655
"""The place of a picture in a prompt."""
START_OF_TURN = 151644
USER = 872
NEW_LINE = 198
END_OF_TEXT = 151643

_SPECIAL = (
    "<|endoftext|>",
    "<|im_start|>",
    "<|im_end|>",
    "<|object_ref_start|>",
    "<|object_ref_end|>",
    "<|box_start|>",
    "<|box_end|>",
    "<|quad_start|>",
    "<|quad_end|>",
    "<|vision_start|>",
    "<|vision_end|>",
    "<|vision_pad|>",
    "<|image_pad|>",
    "<|video_pad|>",
    "<tool_call>",
    "</tool_call>",
    "<|fim_prefix|>",
    "<|fim_middle|>",
    "<|fim_suffix|>",
    "<|fim_pad|>",
    "<|repo_name|>",
    "<|file_sep|>",
    "<|img|>",
    "<|endofimg|>",
    "<|meta|>",
    "<|endofmeta|>",
)
"""Numbered from `END_OF_TEXT` on, after the last merge."""

_WORDS = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*"
    r"|\s*[\r\n]+|\s+(?!\S)|\s+"
)
"""How Qwen2 cuts text before merging: contractions, words, single digits, punctuation, space."""

_EMBEDDING = re.compile(r"[ \n](?=embedding:)")
"""ComfyUI cuts a prompt here for every text encoder, and drops the space."""


def tokenize(text: str) -> list[int]:
    r"""The numbers of a prompt's tokens, special ones such as `<|im_start|>` included.

    As in ComfyUI, `\(` and `\)` stand for plain parentheses although weights are not read.
    """
    plain = text.replace("\\)", ")").replace("\\(", "(")
    encoder = _encoder()
    parts = [part for part in _EMBEDDING.split(plain) if part]
    return [token for part in parts for token in encoder.encode(part).ids]


@functools.cache
def _encoder() -> Tokenizer:
    packed = files("capdemo.models").joinpath("tokenizers", "qwen2.5_merges.txt.xz").read_bytes()
    merges = [_pair(line) for line in lzma.decompress(packed).decode().splitlines()]
    tokens = [*_bytes_as_letters(), *(left + right for left, right in merges)]
    encoder = Tokenizer(BPE({token: number for number, token in enumerate(tokens)}, merges))
    encoder.normalizer = normalizers.NFC()
    encoder.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(_WORDS), behavior="isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ],
    )
    encoder.add_special_tokens([AddedToken(token, normalized=False) for token in _SPECIAL])
    return encoder


def _pair(line: str) -> tuple[str, str]:
    left, right = line.split(" ")
    return left, right


def _bytes_as_letters() -> list[str]:
    """The letter that stands for each byte, in GPT-2's order: first those that can be printed."""
    printed = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    others = 256 - len(printed)
    return [*map(chr, printed), *(chr(0x100 + place) for place in range(others))]
