"""From a picture line in a page to an example; an unknown or doubtful name is an error."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias, cast, get_args
from urllib.parse import unquote, urlsplit

from capdemo.errors import InputError, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

View: TypeAlias = Literal["compare", "output", "input", "loop", "player"]
"""`loop`: both films of an example, silent, over and over; `player`: its result, with controls."""

EXAMPLES_PREFIX = "/examples/"

MIDDLE, WHOLE = 50, 100


@dataclass(frozen=True, slots=True)
class PictureLine:
    """What a page asks for: which example, and which of its pictures."""

    example: str
    view: View
    alt: str
    """The author's words; may be empty, the lock has its own."""
    divider: int = MIDDLE
    """Where a slider stands at first, in per cent of the picture's width."""


def slug_of(example: str) -> str:
    """An example's id as it stands in an address: lower case, words joined by `-`."""
    parts = example.casefold().split("/")
    return "/".join(re.sub(r"[^a-z0-9]+", "-", part).strip("-") for part in parts)


def find_example(path: str, examples: Collection[str]) -> str:
    """The id of the one example whose slug is `path`, or ends with it after a `/`.

    Raises `InputError` where none or several fit.
    """
    wanted = path.strip("/")
    by_slug = {slug_of(example): example for example in sorted(examples)}
    if wanted in by_slug:
        return by_slug[wanted]
    fitting = [by_slug[slug] for slug in by_slug if slug.endswith(f"/{wanted}")]
    if len(fitting) == 1:
        return fitting[0]
    if fitting:
        raise InputError(
            f"{wanted!r} names {len(fitting)} examples: {', '.join(fitting)}.",
            hint="Write more of the path.",
        )
    raise InputError(f"No example is called {wanted!r}.", hint=_nearest(wanted, by_slug))


def picture_line(
    attributes: Mapping[str, str], examples: Collection[str], keys: Mapping[str, str]
) -> PictureLine | None:
    """What an image with these attributes asks for; None for an ordinary image.

    `keys` leads from the last part of a foreign picture address to an example.
    Raises `InputError` where the line cannot be understood.
    """
    source, alt = attributes.get("src", ""), attributes.get("alt", "")
    if "gyazo" in attributes:
        view = _gyazo_view(attributes["gyazo"])
        return PictureLine(find_example(_keyed(source, keys), examples), view, alt)
    if "example" not in attributes:
        return None
    if not source.startswith(EXAMPLES_PREFIX):
        raise InputError(
            f"The picture {source!r} is marked as an example.",
            hint=f"The address of an example begins with {EXAMPLES_PREFIX}",
        )
    name = find_example(unquote(source.removeprefix(EXAMPLES_PREFIX)), examples)
    divider = _divider(attributes.get("divider", str(MIDDLE)))
    return PictureLine(name, _view(attributes["example"]), alt, divider)


def _view(word: str) -> View:
    if word not in get_args(View):
        raise InputError(
            f"{{example={word}}} is not a way to show an example.",
            hint="Write compare, output, input, loop or player.",
        )
    return cast("View", word)


def _divider(word: str) -> int:
    if not word.isdecimal() or int(word) > WHOLE:
        raise InputError(
            f"{{divider={word}}} is no place for a slider.",
            hint=f"Write a whole number from 0 to {WHOLE}, per cent from the left.",
        )
    return int(word)


def _gyazo_view(form: str) -> View:
    if form not in _GYAZO_VIEWS:
        raise InputError(
            f"{{gyazo={form}}} is not a form of picture.", hint="Write image, loop or player."
        )
    return _GYAZO_VIEWS[form]


_GYAZO_VIEWS: Mapping[str, View] = {"image": "compare", "loop": "loop", "player": "player"}


def _keyed(source: str, keys: Mapping[str, str]) -> str:
    key = urlsplit(source).path.rstrip("/").rpartition("/")[2].partition(".")[0]
    if key not in keys:
        raise InputError(
            f"No example is known for the picture {source!r}.",
            hint=f'Add to docs/gyazo.toml: {key} = "<path of the example>"',
        )
    return slug_of(keys[key])


def _nearest(wanted: str, by_slug: Mapping[str, str]) -> str:
    endings = {"/".join(slug.split("/")[-(wanted.count("/") + 1) :]) for slug in by_slug}
    return did_you_mean(wanted, endings) or "See the files under workflows/."
