"""`capdemo nodes`: the table of nodes, for people and for scripts."""

from tests.guide_for_tests import invoke

from capdemo.nodes import NODES


def test_the_table_names_every_node_with_its_pack() -> None:
    lines = invoke("nodes").out.splitlines()
    for class_type, node in NODES.items():
        (line,) = [line for line in lines if line.startswith(f"{class_type} ")]
        runs = line.removeprefix(class_type).split()[0]
        assert runs == ("yes" if node.schema.executable else "no")


def test_json_has_the_shape_of_the_contract() -> None:
    entries = {entry["class_type"]: entry for entry in invoke("nodes", "--json").json["nodes"]}
    assert sorted(entries) == sorted(NODES)
    scale = entries["ImageScaleBy"]
    assert (scale["pack"], scale["licence"], scale["revision"]) == ("comfy-core", "GPL-3.0", 1)
    assert scale["executable"] is True
    assert scale["outputs"] == [{"name": "IMAGE", "type": "IMAGE"}]
    image, method, factor = scale["inputs"]
    assert image == {"name": "image", "type": "IMAGE", "required": True}
    assert method["choices"] == ["nearest-exact", "bilinear", "area", "bicubic", "lanczos"]
    assert (factor["default"], factor["minimum"], factor["maximum"]) == (1.0, 0.01, 8.0)
    for class_type, entry in entries.items():
        assert entry["executable"] == NODES[class_type].schema.executable


def test_object_info_is_what_a_server_would_answer() -> None:
    told = invoke("nodes", "--object-info").json
    assert sorted(told) == sorted(NODES)
    scale = told["ImageScaleBy"]
    assert scale["input"]["required"]["scale_by"][0] == "FLOAT"
    assert scale["output"] == ["IMAGE"]
    assert scale["output_node"] is False
