"""The detector's and the parser's networks: layouts, decoding by hand, real weights, refusals."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import pytest
import torch
from tests.models.faces_for_tests import (
    DETECTOR,
    LANDMARKER,
    PARSER,
    TRUTH,
    detector,
    landmarker,
    parser,
    photograph,
)
from torch import nn
from torch.nn.functional import interpolate

from capdemo.errors import InputError
from capdemo.models.face_anchors import LEVELS, anchors, decode_boxes, decode_landmarks
from capdemo.models.face_bisenet import CLASSES, BiSeNet
from capdemo.models.face_detector import RetinaFaceDetector, load_face_detector
from capdemo.models.face_landmarker import ONet, ONetLandmarker, load_face_landmarker
from capdemo.models.face_parser import BiSeNetParser, load_face_parser
from capdemo.models.face_retinaface import large_retinaface, small_retinaface
from capdemo.models.store import LocalModelStore
from capdemo.models.weights import read_state_dict
from capdemo.node_api.faces import mirrored

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


def _layout(state: Mapping[str, torch.Tensor]) -> str:
    """A digest of the names and shapes, whatever their order."""
    lines = sorted(f"{name} {tuple(value.shape)}" for name, value in state.items())
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]


def test_the_small_network_has_the_released_files_layout() -> None:
    released = read_state_dict(LocalModelStore.from_environment().file(*DETECTOR))
    network = small_retinaface()
    assert _layout(network.state_dict()) == _layout(released)
    assert sum(weight.numel() for weight in network.parameters()) == 426_608


def test_the_large_network_has_the_released_files_layout() -> None:
    # The digest is of facexlib 0.3.0's network, which loads detection_Resnet50_Final.pth strictly.
    with torch.device("meta"):
        network = large_retinaface()
    assert _layout(network.state_dict()) == "eb54b880ab291bf8"
    assert sum(weight.numel() for weight in network.parameters()) == 27_293_600


def test_the_parser_has_the_released_files_layout() -> None:
    released = read_state_dict(LocalModelStore.from_environment().file(*PARSER))
    assert _layout(BiSeNet().state_dict()) == _layout(released)


def test_the_landmarker_has_the_released_files_layout() -> None:
    released = read_state_dict(LocalModelStore.from_environment().file(*LANDMARKER))
    assert _layout(ONet().state_dict()) == _layout(released)
    assert sum(weight.numel() for weight in ONet().parameters()) == 389_040


def test_the_landmarker_places_five_points_in_a_face_that_fills_its_picture() -> None:
    left, top, width = 76, 115, 360  # of an aligned face
    face = photograph("nobody-1")[..., top : top + width, left : left + width]
    small = interpolate(face, size=(48, 48), mode="bilinear", antialias=True)
    seen, flipped = landmarker()(torch.cat([small, small.flip(-1)]))
    for points in (seen, mirrored(flipped, 48)):
        for (x, y), marked in zip(points, TRUTH["nobody-1"], strict=True):
            place = complex((x + 0.5) * width / 48 + left, (y + 0.5) * width / 48 + top)
            assert abs(place - complex(*marked)) < 0.1 * 129


def test_the_large_network_runs_from_a_file_saved_by_data_parallel(tmp_path: Path) -> None:
    path = tmp_path / "detection_Resnet50_Final.pth"
    state = {f"module.{key}": value for key, value in large_retinaface().state_dict().items()}
    torch.save(state, path)
    found = load_face_detector(path, device="cpu")(torch.zeros(2, 3, 33, 40))
    assert len(found) == 2


def test_anchors_lie_in_the_middle_of_their_cells() -> None:
    found = anchors(40, 64)
    cells = [(-(-40 // step)) * (-(-64 // step)) for step, _ in LEVELS]
    assert len(found) == 2 * sum(cells)
    assert found[0].tolist() == [4.0, 4.0, 16.0, 16.0]
    assert found[1].tolist() == [4.0, 4.0, 32.0, 32.0]
    assert found[2].tolist() == [12.0, 4.0, 16.0, 16.0]
    assert found[2 * 8].tolist() == [4.0, 12.0, 16.0, 16.0]
    assert found[-1].tolist() == [48.0, 48.0, 512.0, 512.0]


def test_offsets_are_decoded_as_ssd_encodes_them() -> None:
    priors = torch.tensor([[100.0, 50.0, 64.0, 64.0]])
    # A box centred at (106.4, 43.6) of e**0.2 by 1 times the anchor's side.
    boxes = decode_boxes(torch.tensor([[1.0, -1.0, 1.0, 0.0]]), priors)
    wide = 64 * 2.718281828**0.2
    expected = [106.4 - wide / 2, 11.6, 106.4 + wide / 2, 75.6]
    assert boxes[0].tolist() == pytest.approx(expected, abs=1e-3)
    points = decode_landmarks(torch.arange(10.0)[None], priors)
    assert points[0, 0].tolist() == pytest.approx([100.0, 56.4])
    assert points[0, 4].tolist() == pytest.approx([151.2, 107.6])


def test_a_batch_gives_what_its_pictures_give() -> None:
    picture = photograph("astronaut")
    both = detector()(torch.cat([picture, picture.flip(-1)]))
    ((alone,),) = detector()(picture)
    assert both[0][0].box == pytest.approx(alone.box, abs=1e-3)
    ((left, *_),) = (face.landmarks for face in both[0])
    ((_, right, *_),) = (face.landmarks for face in both[1])
    assert 255 - right[0] == pytest.approx(left[0], abs=3)


def test_features_lie_where_they_were_marked() -> None:
    labels = parser().classes(photograph("nobody-1"))[0]
    left, right, nose, *_ = TRUTH["nobody-1"]
    named = [CLASSES[labels[round(y), round(x)]] for x, y in (left, right, nose)]
    assert named == ["right eye", "left eye", "nose"]  # the person's own
    assert CLASSES[labels[300, 180]] == "skin"
    assert CLASSES[labels[40, 30]] == "background"
    parts = parser()(photograph("nobody-1"))
    assert parts.face.shape == (1, 1, 512, 512)
    assert parts.face[0, 0, 300, 180] == 1
    assert parts.face[0, 0, 40, 30] == 0
    for part, (x, y) in zip(parts.eyes, (left, right), strict=True):
        assert part[0, 0, round(y), round(x)] == 1
        assert 100 < part.sum() < 2000
    assert parts.mouth[0, 0, 374, 256] == 1


@pytest.mark.parametrize("load", [load_face_detector, load_face_parser, load_face_landmarker])
def test_another_file_is_refused(tmp_path: Path, load: type) -> None:
    path = tmp_path / "net.pth"
    torch.save({"stylegan_decoder.weight": torch.zeros(2)}, path)
    with pytest.raises(InputError, match="GFPGAN face model; it belongs in the folder"):
        load(path, device="cpu")


def test_a_missing_weight_is_refused(tmp_path: Path) -> None:
    state = small_retinaface().state_dict()
    state.popitem()
    torch.save(state, tmp_path / "net.pth")
    with pytest.raises(InputError, match="another model, not RetinaFace over MobileNet"):
        load_face_detector(tmp_path / "net.pth", device="cpu")


class _Listening(nn.Module):
    """Remembers the colour of the first pixel that it is shown, and goes no further."""

    def __init__(self) -> None:
        super().__init__()
        self.colour: list[float] = []

    def forward(self, pictures: torch.Tensor) -> torch.Tensor:
        self.colour = pictures[0, :, 0, 0].tolist()
        raise StopIteration


@pytest.mark.parametrize(
    ("wrapper", "expected"),
    [
        (RetinaFaceDetector, [0.75 * 255 - 104, 0.5 * 255 - 117, 0.25 * 255 - 123]),
        (ONetLandmarker, [(c * 255 - 127.5) / 128 for c in (0.25, 0.5, 0.75)]),
        (
            BiSeNetParser,
            [(0.25 - 0.485) / 0.229, (0.5 - 0.456) / 0.224, (0.75 - 0.406) / 0.225],
        ),
    ],
    ids=["detector: blue first", "landmarker: red first", "parser: red first"],
)
def test_networks_see_colours_as_they_were_trained(wrapper: Any, expected: list[float]) -> None:
    network = _Listening()
    colour = torch.tensor([0.25, 0.5, 0.75])[:, None, None]
    with pytest.raises(StopIteration):
        wrapper(network, "cpu")(colour.expand(1, 3, 48, 48))
    assert network.colour == pytest.approx(expected, abs=1e-4)


def test_a_box_lies_around_its_landmarks_wherever_the_face_is() -> None:
    picture = torch.zeros(1, 3, 256, 640)
    picture[..., 384:] = photograph("astronaut")
    (face,), *_ = detector()(picture)
    left, top, right, bottom = face.box
    assert 384 < left < right < 640
    assert 0 < top < bottom < 256
    assert all(left < x < right and top < y < bottom for x, y in face.landmarks)


def test_what_surrounds_a_face_is_no_part_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    everything = torch.arange(len(CLASSES)).reshape(1, 1, -1)
    monkeypatch.setattr(BiSeNetParser, "classes", lambda _self, _face: everything)
    mask = BiSeNetParser(BiSeNet(), "cpu")(torch.zeros(1, 3, 1, 1)).face.flatten()
    left = {name for name, inside in zip(CLASSES, mask.tolist(), strict=True) if not inside}
    assert left == {"background", "neck", "necklace", "cloth", "hat"}
