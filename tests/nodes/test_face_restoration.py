"""Faces in photographs, with the released detector and parser; restorers are stand-ins or tiny."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
import torch
from tests.models.faces_for_tests import TRUTH, detector, parser, photograph
from torch.nn.functional import interpolate

from capdemo.engine.validate import validate
from capdemo.errors import InputError, RunError
from capdemo.imaging import faces
from capdemo.imaging.faces_detection import find_faces
from capdemo.imaging.faces_geometry import Similarity, warp
from capdemo.imaging.sizes import Size
from capdemo.models.catalogue import default_catalogue
from capdemo.models.folders import Locations
from capdemo.models.store import LocalModelStore
from capdemo.models.upscaler import load_upscale_model
from capdemo.node_api.model_files import own_models
from capdemo.nodes import NODES
from capdemo.workflow.graph import Graph, GraphNode, Link

if TYPE_CHECKING:
    from pathlib import Path

    from tests.nodes.bench_for_tests import Bench

    from capdemo.node_api import RunContext
    from capdemo.workflow import JsonValue

SMALL = "retinaface_mobile0.25"


def _identity(face: torch.Tensor, /, *, fidelity: float) -> torch.Tensor:
    return face


def _white(face: torch.Tensor, /, *, fidelity: float) -> torch.Tensor:
    return torch.ones_like(face)


def _image(name: str) -> torch.Tensor:
    return photograph(name).movedim(1, -1).contiguous()


@pytest.fixture
def context(bench: Bench, tmp_path: Path) -> RunContext:
    """A run with the released detector and parser, and a folder for restorers."""
    store = LocalModelStore(Locations((tmp_path,)), default_catalogue())
    return replace(bench.context, models=store)


@pytest.fixture
def notes(context: RunContext) -> list[str]:
    """What nodes say to the user."""
    said: list[str] = []
    object.__setattr__(context, "note", said.append)
    return said


def _psnr(one: torch.Tensor, two: torch.Tensor) -> float:
    return -10 * math.log10(float((one - two).square().mean()))


def test_a_network_that_changes_nothing_changes_next_to_nothing() -> None:
    truth = photograph("president")
    small = interpolate(truth, scale_factor=0.5, mode="bicubic", antialias=True)
    picture = interpolate(small, size=truth.shape[-2:], mode="bicubic")
    picture = picture.clamp(0, 1)
    tools = faces.FaceTools(detector(), lambda face: face, parser())
    said: list[str] = []
    once, twice = (
        faces.restore_faces(picture, tools, note=said.append, progress=lambda *_: None)
        for _ in range(2)
    )
    painting = faces.FaceTools(detector(), lambda face: torch.ones_like(face) * 9, parser())
    mask = faces.restore_faces(picture, painting, note=said.append, progress=lambda *_: None)
    touched = (mask != picture).any(1)[0]
    assert said == []
    assert torch.equal(once, twice)
    assert 0.3 < touched.float().mean() < 0.9
    assert (once - picture)[..., ~touched].abs().max() <= 1 / 255
    before, after = (_psnr(truth[..., touched], made[..., touched]) for made in (picture, once))
    assert before - after < 0.5


def test_a_real_network_improves_the_faces_and_nothing_else() -> None:
    path = LocalModelStore.from_environment().file("upscale_models", "spanx4_ch48.pth")
    network = load_upscale_model(path, device="cpu", precision="exact")
    truth = photograph("nobody-1")
    small = interpolate(truth, scale_factor=0.25, mode="bicubic", antialias=True)
    picture = interpolate(small, size=truth.shape[-2:], mode="bicubic").clamp(0, 1)

    def restore(face: torch.Tensor) -> torch.Tensor:
        reduced = interpolate(face, size=(128, 128), mode="bicubic", antialias=True)
        return network(reduced.clamp(0, 1))

    tools = faces.FaceTools(detector(), restore, parser())
    made = faces.restore_faces(picture, tools, note=print, progress=lambda *_: None)
    touched = (made != picture).any(1)[0]
    assert 0.3 < touched.float().mean() < 0.95
    before, after = (_psnr(truth[..., touched], one[..., touched]) for one in (picture, made))
    assert after > before + 0.05


def test_turned_small_and_cut_faces_are_found_and_restored(
    context: RunContext, notes: list[str]
) -> None:
    canvas = Size(640, 400)
    turned = Similarity(1.1 * complex(math.cos(0.6), math.sin(0.6)), 160 + 20j)
    places = {
        "astronaut": turned,
        "nobody-1": Similarity(0.22 + 0j, 520 + 20j),
        "nobody-2": Similarity(0.55 + 0j, 400 + 210j),
    }
    picture = torch.full((1, 3, 400, 640), 0.4)
    for name, place in places.items():
        source = photograph(name)
        moved, there = (warp(x, place, canvas) for x in (source, torch.ones_like(source)))
        picture = torch.where(there > 0.999, moved.clamp(0, 1), picture)
    found = find_faces(picture, detector())
    assert len(found) == 3
    for name, place in places.items():
        expected = [complex(*place(point)) for point in TRUTH[name]]
        eyes = abs(expected[1] - expected[0])
        nearest = min(found, key=lambda face: abs(complex(*face.landmarks[2]) - expected[2]))
        for point, marked in zip(nearest.landmarks, expected, strict=True):
            assert abs(complex(*point) - marked) < 0.12 * eyes
    (result,) = NODES["FaceRestoreCFWithModel"].run(
        {
            "facerestore_model": _white,
            "image": picture.movedim(1, -1),
            "facedetection": SMALL,
            "codeformer_fidelity": 0.5,
        },
        context,
    )
    assert isinstance(result, torch.Tensor)
    for name, place in places.items():
        x, y = place(TRUTH[name][2])
        assert result[0, round(y), round(x)].min() > 0.99
    assert notes == []


def test_a_batch_with_and_without_faces_keeps_its_alpha(
    context: RunContext, notes: list[str]
) -> None:
    face = _image("astronaut")
    alpha = torch.rand(2, 256, 256, 1)
    image = torch.cat([torch.cat([face, torch.zeros_like(face)]), alpha], dim=-1)
    (result,) = NODES["FaceRestoreCFWithModel"].run(
        {"facerestore_model": _identity, "image": image, "facedetection": SMALL}, context
    )
    assert isinstance(result, torch.Tensor)
    assert torch.equal(result[..., 3:], alpha)
    assert torch.equal(result[1], image[1])
    assert _psnr(result[0, ..., :3], face[0]) > 35
    assert notes == ["No face was found in 1 of 2 pictures (2); each is unchanged."]


def test_cropping_gives_upright_faces_and_black_for_none(
    context: RunContext, notes: list[str]
) -> None:
    face = _image("astronaut")
    image = torch.cat([torch.zeros_like(face), face])
    (crops,) = NODES["CropFace"].run({"image": image, "facedetection": SMALL}, context)
    assert isinstance(crops, torch.Tensor)
    assert crops.shape == (2, 512, 512, 3)
    assert crops[0].max() == 0
    (again,) = find_faces(crops[1:].movedim(-1, 1), detector())
    left, right = again.landmarks[:2]
    assert left == pytest.approx((192.98, 239.95), abs=8)
    assert right == pytest.approx((318.90, 240.19), abs=8)
    assert len(notes) == 1


def _tiny_restoreformer() -> dict[str, torch.Tensor]:
    from capdemo.models.spandrel_import import import_spandrel

    import_spandrel()
    from spandrel.architectures.RestoreFormer import RestoreFormer

    torch.manual_seed(0)
    network = RestoreFormer(
        n_embed=4,
        embed_dim=32,
        ch=32,
        ch_mult=(1, 1, 1, 1, 1, 1),
        num_res_blocks=1,
        z_channels=32,
    )
    return dict(network.state_dict())


def test_both_nodes_pass_fidelity_on(context: RunContext, monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[float] = []

    def hear(face: torch.Tensor, /, *, fidelity: float) -> torch.Tensor:
        heard.append(fidelity)
        return face

    monkeypatch.setattr("capdemo.nodes.face_restoration._restorer", lambda _name, _context: hear)
    inputs = {"image": _image("astronaut"), "facedetection": SMALL}
    restore, react = NODES["FaceRestoreCFWithModel"], NODES["ReActorRestoreFace"]
    restore.run({**inputs, "facerestore_model": hear, "codeformer_fidelity": 0.0}, context)
    react.run({**inputs, "model": "any.pth", "codeformer_weight": 1.0}, context)
    assert heard == [0.0, 1.0]


def test_a_file_of_spoilt_weights_restores_nothing_and_says_so(
    context: RunContext, tmp_path: Path
) -> None:
    folder = tmp_path / "facerestore_models"
    folder.mkdir()
    state = _tiny_restoreformer()
    state["decoder.conv_out.bias"] *= torch.nan
    torch.save(state, folder / "RestoreFormer.pth")
    inputs = {"image": _image("astronaut"), "facedetection": SMALL, "model": "RestoreFormer.pth"}
    with pytest.raises(RunError, match=r"Face 1 of 1, at .*: The network gave .* no picture\."):
        NODES["ReActorRestoreFace"].run(inputs, context)


def test_reactor_restores_by_a_file_and_blends(
    context: RunContext, notes: list[str], tmp_path: Path
) -> None:
    folder = tmp_path / "facerestore_models"
    folder.mkdir()
    torch.save({"params": _tiny_restoreformer()}, folder / "RestoreFormer.pth")
    face = _image("astronaut")

    def restore(visibility: float) -> torch.Tensor:
        inputs = {
            "image": face,
            "facedetection": SMALL,
            "model": "RestoreFormer.pth",
            "visibility": visibility,
            "codeformer_weight": 0.5,
        }
        (result,) = NODES["ReActorRestoreFace"].run(inputs, context)
        assert isinstance(result, torch.Tensor)
        return result

    hidden, half, whole = restore(0.0), restore(0.5), restore(1.0)
    assert (whole - hidden).abs().max() > 0.1
    # Not exactly half the way, since pasting clamps.
    torch.testing.assert_close(half, (hidden + whole) / 2, rtol=0, atol=0.05)
    assert notes == []


@pytest.mark.parametrize("class_type", ["FaceRestoreCFWithModel", "CropFace", "ReActorRestoreFace"])
@pytest.mark.parametrize("name", ["YOLOv5l", "YOLOv5n"])
def test_other_detectors_are_refused_before_anything_runs(class_type: str, name: str) -> None:
    inputs: dict[str, Link | JsonValue] = {"facedetection": name}
    graph = Graph({"1": GraphNode(class_type, inputs)})
    found = validate(graph, NODES.schemas, lambda _widget, _name: None, file="w.json").problems
    (problem,) = (problem for problem in found if problem.input == "facedetection")
    assert problem.kind == "value_not_in_list"
    assert "allowed are: retinaface_resnet50, retinaface_mobile0.25." in problem.message


@pytest.mark.parametrize("class_type", ["FaceRestoreCFWithModel", "CropFace", "ReActorRestoreFace"])
def test_a_node_declares_every_file_that_it_asks_for(
    context: RunContext, class_type: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[str, str]] = []
    find = context.models.file

    def note(folder: str, name: str) -> Path:
        asked.append((folder, name))
        return find(folder, name)

    monkeypatch.setattr(context.models, "file", note)
    monkeypatch.setattr("capdemo.nodes.face_restoration._restorer", lambda *_: _identity)
    given = {
        "image": torch.zeros(1, 64, 64, 3),
        "facedetection": SMALL,
        "facerestore_model": _identity,
        "model": "any.pth",
    }
    names = [entry.name for entry in NODES.schemas[class_type].inputs]
    chosen = {name: value for name, value in given.items() if name in names}
    NODES[class_type].run(chosen, context)
    own = own_models(NODES.schemas[class_type], chosen)
    assert sorted(asked) == sorted((file.model_folder, file.name) for file in own)
    assert all(default_catalogue().by_file(*file) for file in asked)


def test_a_detector_that_is_not_here_says_how_to_get_it(context: RunContext) -> None:
    with pytest.raises(InputError) as caught:
        NODES["CropFace"].run(
            {"image": _image("astronaut"), "facedetection": "retinaface_resnet50"}, context
        )
    assert caught.value.hint == "Type: capdemo models fetch RetinaFace_resnet50"


def test_without_a_parser_faces_are_pasted_as_squares_with_a_note(
    context: RunContext, notes: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("capdemo.nodes.face_restoration.PARSER_FILE", "absent.pth")
    (result,) = NODES["FaceRestoreCFWithModel"].run(
        {"facerestore_model": _white, "image": _image("astronaut"), "facedetection": SMALL}, context
    )
    assert isinstance(result, torch.Tensor)
    assert result[0, 130, 128].min() > 0.99
    assert notes[0].startswith("Faces are pasted as squares, for want of a face parser.")


def test_without_a_landmarker_faces_are_cut_out_by_the_detector_alone_with_a_note(
    context: RunContext, notes: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("capdemo.nodes.face_restoration.LANDMARKER_FILE", "absent.pt")
    (crops,) = NODES["CropFace"].run(
        {"image": _image("astronaut"), "facedetection": SMALL}, context
    )
    assert isinstance(crops, torch.Tensor)
    assert crops.shape == (1, 512, 512, 3)
    assert notes[0].startswith("Landmarks are the detector's, for want of MTCNN's O-Net.")


@pytest.mark.parametrize(
    ("class_type", "widgets"),
    [
        ("FaceRestoreModelLoader", [("model_name", None)]),
        (
            "FaceRestoreCFWithModel",
            [("facedetection", None), ("codeformer_fidelity", 0.5)],
        ),
        ("CropFace", [("facedetection", None)]),
        (
            "ReActorRestoreFace",
            [
                ("facedetection", None),
                ("model", None),
                ("visibility", 1.0),
                ("codeformer_weight", 0.5),
            ],
        ),
    ],
)
def test_widgets_have_the_packs_names_and_order(
    class_type: str, widgets: list[tuple[str, float | None]]
) -> None:
    schema = NODES.schemas[class_type]
    found = [(entry.name, entry.widget.default) for entry in schema.widgets if entry.widget]
    assert found == widgets
    assert schema.executable
