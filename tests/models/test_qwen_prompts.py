"""How prompts and pictures become tokens, and where these lie."""

from __future__ import annotations

import pytest
import torch
from tests.qwen_for_tests import numbers, picture

from capdemo.models.library_imports import import_library
from capdemo.models.qwen_language import positions as prompt_positions
from capdemo.models.qwen_pictures import Patches, cut_into_patches
from capdemo.models.qwen_positions import Grid, positions, reference_grids, rotary_table, rotate
from capdemo.models.qwen_tokenizer import tokenize

AXES = (16, 56, 56)


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        (
            "Replace the cat \\(left\\), don't\n\n12  times",
            [23107, 279, 8251, 320, 2359, 701, 1513, 944, 271, 16, 17, 220, 3039],
        ),
        ("日本語😀 naïve e\u0301", [101059, 102819, 141334, 94880, 586, 3958]),
        ("a embedding:foo\nembedding:bar", [64, 94611, 25, 7975, 94611, 25, 2257]),
        (
            "x <|im_end|><|image_pad|> {y} <|endoftext|>",
            [87, 220, 151645, 151655, 314, 88, 92, 220, 151643],
        ),
        ("tabs\tand\r\nCRLF  \n  end   ", [30993, 52477, 319, 34, 80658, 2303, 220, 835, 262]),
        ("", []),
    ],
)
def test_tokens_are_those_of_comfyui(text: str, tokens: list[int]) -> None:
    """Numbers of ComfyUI 0.3.64's `QwenImageTokenizer`."""
    assert tokenize(text) == tokens


@pytest.mark.parametrize(
    ("height", "width", "rows", "columns"),
    [
        (384, 384, 28, 28),  # 384 / 28 = 13.7
        (333, 443, 24, 32),
        (28, 28, 4, 4),  # fewer than 3136 pixels: grown
        (40, 10, 8, 2),
        (20, 3000, 2, 214),
        (4000, 4000, 256, 256),  # more than 12,845,056 pixels: shrunk
    ],
)
def test_a_picture_is_resized_to_whole_tokens(
    height: int, width: int, rows: int, columns: int
) -> None:
    patches = cut_into_patches(torch.zeros(height, width, 3))
    assert (patches.rows, patches.columns) == (rows, columns)
    assert patches.values.shape == (rows * columns, 3 * 2 * 14 * 14)
    assert patches.tokens == rows * columns // 4


def test_patches_of_a_token_follow_one_another() -> None:
    shown = picture("patches", 56, 84)[0]
    patches = cut_into_patches(shown)
    mean = torch.tensor([0.48145466, 0.4578275, 0.40821073])
    deviation = torch.tensor([0.26862954, 0.26130258, 0.27577711])
    normal = (shown - mean) / deviation
    # The second token's third patch: token column 1, lower left.
    cut = normal[14:28, 28:42].movedim(-1, 0)
    expected = torch.stack([cut, cut], dim=1).flatten()
    assert torch.allclose(patches.values[4 + 2], expected, atol=1e-6)


def test_text_after_a_picture_begins_beyond_its_longer_side() -> None:
    patches = Patches(torch.empty(0), rows=4, columns=6)
    places = prompt_positions([7, 8, patches, 9])
    assert places.tolist() == [
        [0, 1, *[2] * 6, 5],
        [0, 1, *[2] * 3, *[3] * 3, 5],
        [0, 1, *[2, 3, 4] * 2, 5],
    ]


@pytest.mark.parametrize("references", [[], [(4, 6)], [(2, 4), (8, 6)]])
def test_rotation_is_diffusers_where_sides_are_even_and_references_small(
    references: list[tuple[int, int]],
) -> None:
    library = import_library("diffusers.models.transformers.transformer_qwenimage")
    rope = library.QwenEmbedRope(theta=10000, axes_dim=list(AXES), scale_rope=True)
    shapes = [(1, 8, 6), *((1, height, width) for height, width in references)]
    pictures, text = rope([shapes], max_txt_seq_len=5, device=torch.device("cpu"))
    theirs = torch.view_as_real(torch.cat([text, pictures]))
    grids = reference_grids([(2 * height, 2 * width) for height, width in references])
    ours = rotary_table(positions(5, Grid(8, 6), grids), AXES)
    assert (ours - theirs).abs().max() < 1e-6
    features = numbers("features", 1, len(ours), 2, 128)
    turned = library.apply_rotary_emb_qwen(features, torch.cat([text, pictures]), use_real=False)
    assert (rotate(features, ours) - turned).abs().max() < 1e-5


def test_odd_sides_and_larger_references_are_placed_as_in_comfyui() -> None:
    places = positions(2, Grid(3, 5), reference_grids([(40, 2)]))
    assert places[:2].tolist() == [[2, 2, 2], [3, 3, 3]]  # diffusers begins at 10
    assert places[2].tolist() == [0, -1, -2]  # diffusers begins at -2, -3
    assert places[2 + 15].tolist() == [1, -10, 0]


def test_references_side_by_side() -> None:
    grids = reference_grids([(8, 6), (4, 10), (6, 6)], "offset")
    assert [(grid.index, grid.top, grid.left) for grid in grids] == [
        (1, 0, 0),
        (1, 4, 0),
        (1, 0, 5),
    ]
