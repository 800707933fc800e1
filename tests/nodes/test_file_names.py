"""Names in, paths out; no name leads out of its folder."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from capdemo.errors import RunError
from capdemo.node_api import Folders
from capdemo.nodes.file_names import input_file, output_files, preview_prefix

if TYPE_CHECKING:
    from pathlib import Path

NOW = time.struct_time((2026, 3, 4, 5, 6, 7, 2, 63, 0))


@pytest.fixture
def folders(tmp_path: Path) -> Folders:
    made = Folders(tmp_path / "input", tmp_path / "output", tmp_path / "temp")
    for folder in (made.input, made.output, made.temp):
        (folder / "sub").mkdir(parents=True)
        for name in ("a.png", "sub/b.png"):
            (folder / name).touch()
    (tmp_path / "secret.png").touch()
    (made.input / "odd [name].png").touch()
    return made


def targets(prefix: str, folder: Path, count: int = 1) -> list[str]:
    paths = output_files(prefix, folder, count=count, width=640, height=480, now=NOW)
    return [path.relative_to(folder).as_posix() for path in paths]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("a.png", "input/a.png"),
        ("sub/b.png", "input/sub/b.png"),
        ("sub\\b.png", "input/sub/b.png"),
        ("sub/../a.png", "input/a.png"),
        ("a.png [input]", "input/a.png"),
        ("a.png [output]", "output/a.png"),
        ("sub\\b.png [temp]", "temp/sub/b.png"),
        ("a.png[temp]", "temp/a.png"),
        ("odd [name].png", "input/odd [name].png"),
    ],
)
def test_a_picture_is_found(folders: Folders, name: str, expected: str) -> None:
    assert input_file(name, folders) == folders.input.parent / expected


@pytest.mark.parametrize(
    "name",
    [
        *("../secret.png", "..\\secret.png", "sub/../../secret.png", "../output/a.png"),
        *("/etc/passwd", "../secret.png [temp]", "[input]/../../secret.png"),
        *("\\etc\\passwd", "..", "a\0b.png"),
    ],
)
def test_a_name_that_leads_out_is_refused(folders: Folders, name: str) -> None:
    with pytest.raises(RunError):
        input_file(name, folders)


def test_a_link_that_leads_out_is_refused(folders: Folders) -> None:
    (folders.input / "link.png").symlink_to(folders.input.parent / "secret.png")
    with pytest.raises(RunError, match="leads out of the folder"):
        input_file("link.png", folders)


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("A.pgn", "Did you mean 'a.png'?"),
        ("sub/c.png", "Did you mean 'sub/b.png'?"),
        ("harbour.jpg", "Copy it there, or name another"),
        ("sub", ""),
        ("", ""),
        ("x" * 300, ""),
    ],
)
def test_a_missing_picture_is_an_error_with_a_hint(folders: Folders, name: str, hint: str) -> None:
    with pytest.raises(RunError) as caught:
        input_file(name, folders)
    assert hint in caught.value.hint


def test_a_missing_folder_is_an_error(tmp_path: Path) -> None:
    nowhere = Folders(tmp_path / "x", tmp_path / "y", tmp_path / "z")
    with pytest.raises(RunError, match="There is no file"):
        input_file("a.png", nowhere)


def test_counters_start_at_one_and_go_on(tmp_path: Path) -> None:
    assert targets("ComfyUI", tmp_path, 2) == ["ComfyUI_00001_.png", "ComfyUI_00002_.png"]


@pytest.mark.parametrize(
    ("existing", "following"),
    [
        ("ComfyUI_00007_.png", 8),
        ("ComfyUI_00007_.mp4", 8),  # any extension counts
        ("ComfyUI_12_copy.txt", 13),
        ("ComfyUI_12", 13),
        ("ComfyUI_123456_.png", 123457),
        ("ComfyUI_00007.png", 1),  # no underscore behind the number
        ("comfyui_00007_.png", 1),
        ("ComfyUI_b_00007_.png", 1),
        ("MyComfyUI_00007_.png", 1),
        ("ComfyUI_.png", 1),
    ],
)
def test_the_counter_goes_on_from_the_highest(
    tmp_path: Path, existing: str, following: int
) -> None:
    (tmp_path / existing).touch()
    (tmp_path / "ComfyUI_00000_.png").touch()
    assert targets("ComfyUI", tmp_path) == [f"ComfyUI_{following:05}_.png"]


@pytest.mark.parametrize(
    ("existing", "following"),
    [
        ("ComfyUI_00007.png", 8),
        ("ComfyUI_00007-audio.mp4", 8),
        ("ComfyUI_00007_.png", 8),
        ("ComfyUI_00007", 8),
        ("ComfyUI_00007x8.png", 8),
        ("ComfyUI_b_00007.png", 1),
    ],
)
def test_other_endings_have_counters_too(tmp_path: Path, existing: str, following: int) -> None:
    (tmp_path / existing).touch()
    (path,) = output_files(
        "ComfyUI", tmp_path, count=1, width=1, height=1, now=NOW, ending="-audio.mp4"
    )
    assert path.name == f"ComfyUI_{following:05}-audio.mp4"


@pytest.mark.parametrize(
    ("prefix", "expected"),
    [
        ("video/ComfyUI", "video/ComfyUI_00001_.png"),
        ("a\\b\\c", "a/b/c_00001_.png"),
        ("a/../b", "b_00001_.png"),
        ("%width%x%height%", "640x480_00001_.png"),
        ("%year%-%month%-%day%/%hour%%minute%%second%", "2026-03-04/050607_00001_.png"),
        ("p.%batch_num%", "p.0_00001_.png"),
        ("50%", "50%_00001_.png"),
        ("dir/", "dir_00001_.png"),
        ("", "_00001_.png"),
        ("a+(b)", "a+(b)_00001_.png"),
    ],
)
def test_prefixes(tmp_path: Path, prefix: str, expected: str) -> None:
    assert targets(prefix, tmp_path) == [expected]


def test_counters_are_per_folder(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "a_00004_.png").touch()
    assert targets("a", tmp_path) == ["a_00001_.png"]
    for prefix in ("sub/a", "sub\\a"):
        assert targets(prefix, tmp_path) == ["sub/a_00005_.png"]


def test_a_batch_number_does_not_overwrite_earlier_pictures(tmp_path: Path) -> None:
    first = targets("n%batch_num%", tmp_path, 2)
    assert first == ["n0_00001_.png", "n1_00002_.png"]
    for name in first:
        (tmp_path / name).touch()
    assert targets("n%batch_num%", tmp_path) == ["n0_00003_.png"]


@pytest.mark.parametrize("prefix", ["../x", "a/../../x", "/etc/x", "..\\x", "x/../../..", "a\0"])
def test_a_prefix_that_leads_out_is_refused(tmp_path: Path, prefix: str) -> None:
    with pytest.raises(RunError):
        targets(prefix, tmp_path / "output")
    assert list(tmp_path.iterdir()) == []


@given(st.text(st.sampled_from("a./\\%[] \0é"), max_size=12))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_name_leads_out(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "output"
    folder.mkdir(exist_ok=True)
    try:
        (path,) = output_files(name, folder, count=1, width=1, height=1, now=NOW)
    except RunError:
        return
    assert path.is_relative_to(folder)
    assert path.name.endswith("_00001_.png")


def test_previews_do_not_collide() -> None:
    prefixes = {preview_prefix() for _ in range(50)}
    assert len(prefixes) > 45
    assert all(name.startswith("ComfyUI_temp_") and len(name) == 18 for name in prefixes)
