"""A registry is a value: fixed once made, without duplicates."""

# mypy: disable-error-code="return-value"

import pytest

from capdemo.node_api import Image, NodeFamily, NodeRegistry


def family_of(*class_types: str) -> NodeFamily:
    family = NodeFamily()
    for class_type in class_types:

        @family.node(class_type, category="test")
        def same(*, image: Image) -> Image:
            return image

    return family


def test_a_registry_is_a_mapping_in_the_order_of_its_families() -> None:
    registry = NodeRegistry([family_of("B", "A"), family_of("C")])
    assert list(registry) == ["B", "A", "C"]
    assert len(registry) == 3
    assert registry["A"].schema.class_type == "A"
    assert "D" not in registry
    assert list(registry.schemas) == ["B", "A", "C"]
    assert registry.schemas["C"] is registry["C"].schema


def test_the_same_name_twice_is_refused_within_and_across_families() -> None:
    with pytest.raises(ValueError, match="Two nodes are called 'A'"):
        NodeRegistry([family_of("A", "A")])
    with pytest.raises(ValueError, match="Two nodes are called 'A'"):
        NodeRegistry([family_of("A"), family_of("B", "A")])


def test_two_registries_know_nothing_of_each_other() -> None:
    family = family_of("A")
    first = NodeRegistry([family])
    family.node("B", category="test")(lambda: None)
    assert list(first) == ["A"]
    assert list(NodeRegistry([family])) == ["A", "B"]


def test_a_registry_cannot_be_written_to() -> None:
    registry = NodeRegistry([family_of("A")])
    with pytest.raises(TypeError):
        registry["A"] = registry["A"]  # type: ignore[index]
