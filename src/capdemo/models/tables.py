"""TOML tables as frozen dataclasses; an unknown, missing or mistyped key is refused by name."""

from __future__ import annotations

import dataclasses
from functools import lru_cache
from types import UnionType
from typing import TYPE_CHECKING, Any, TypeVar, get_args, get_origin, get_type_hints

from capdemo.errors import InputError, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Mapping

    from _typeshed import DataclassInstance

Record = TypeVar("Record", bound="DataclassInstance")


def read_record(kind: type[Record], table: Mapping[str, Any], where: str) -> Record:
    """Make a dataclass of a TOML table; lists become tuples, inner tables inner dataclasses.

    Raises `InputError`, naming the key, where the table does not fit the dataclass.
    """
    fields = {field.name: field for field in dataclasses.fields(kind)}
    for key in table:
        if key not in fields:
            raise InputError(
                f"The key {key!r} is not known.", where=where, hint=did_you_mean(key, fields)
            )
    for name, field in fields.items():
        if name not in table and field.default is dataclasses.MISSING:
            raise InputError(f"The key {name!r} is missing.", where=where)
    hints = _hints(kind)
    return kind(**{key: _read(hints[key], table[key], f"{where}: {key}") for key in table})


@lru_cache
def _hints(kind: type[DataclassInstance]) -> Mapping[str, Any]:
    return get_type_hints(kind)


def _read(hint: Any, value: Any, where: str) -> Any:
    if get_origin(hint) is tuple and isinstance(value, list):
        return tuple(_read(get_args(hint)[0], entry, where) for entry in value)
    if isinstance(hint, type) and dataclasses.is_dataclass(hint) and isinstance(value, dict):
        return read_record(hint, value, where)
    kinds = get_args(hint) if get_origin(hint) is UnionType else (get_origin(hint) or hint,)
    if type(value) not in kinds:
        raise InputError(f"The value {value!r} has the wrong type.", where=where)
    return value
