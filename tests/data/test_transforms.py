"""Transforms of pictures: what they compute, beside Pillow, NumPy and PyTorch, and what they refuse."""

from __future__ import annotations

import colorsys
import subprocess
import sys
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image, ImageOps

import tinygrad_zh as tg
from tinygrad_zh.data import transforms as T
from tinygrad_zh.data.transforms import affine, colour
from tinygrad_zh.errors import ArgumentError, DTypeError, MissingPackageError, ShapeError

RNG = np.random.default_rng(0)
PIXELS = RNG.integers(0, 256, (13, 17, 3)).astype(np.uint8)
PICTURE = Image.fromarray(PIXELS)
UINT8 = tg.tensor(PIXELS.transpose(2, 0, 1).copy())
FLOAT = tg.tensor(RNG.random((4, 3, 8, 10)))


# --- to numbers and back ---


def test_to_tensor() -> None:
    x = T.ToTensor()(PICTURE)
    assert x.dtype == tg.float32 and x.shape == (3, 13, 17)
    assert np.array_equal(x.numpy(), PIXELS.transpose(2, 0, 1).astype(np.float32) / np.float32(255))
    assert T.ToTensor()(PIXELS).equal(x)
    assert T.ToTensor()(PIXELS[:, :, 0]).equal(x[:1])
    kept = T.ToTensor()(np.full((2, 3), 7.5))
    assert kept.dtype == tg.float64 and kept.shape == (1, 2, 3) and kept.max().item() == 7.5


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "I", "F", "I;16"])
def test_every_mode_of_pillow(mode: str) -> None:
    grey = PICTURE.convert("L")
    image = grey.convert(mode) if mode in ("LA", "I", "I;16", "F") else PICTURE.convert(mode)
    x = T.PILToTensor()(image)
    expected = np.array(image).astype(int) * (255 if mode == "1" else 1)
    assert np.array_equal(x.numpy().transpose(1, 2, 0).squeeze(), expected)
    assert T.ToTensor()(image).dtype == (tg.int32 if mode.startswith("I") else tg.float32)


def test_to_pillow_and_back() -> None:
    assert np.array_equal(np.array(T.ToPILImage()(T.ToTensor()(PICTURE))), PIXELS)
    for channels, mode in ((1, "L"), (2, "LA"), (3, "RGB"), (4, "RGBA")):
        image = T.ToPILImage()(tg.full((channels, 2, 3), 0.5))
        assert image.mode == mode and np.array(image).max() == 127
    assert T.ToPILImage()(PIXELS).tobytes() == PICTURE.tobytes()
    with pytest.raises(ShapeError, match="E970"):
        T.ToPILImage()(tg.ones(5, 2, 2))


def test_other_dtypes() -> None:
    to_float, to_uint8 = T.ConvertImageDtype(tg.float32), T.ConvertImageDtype(tg.uint8)
    assert to_uint8(to_float(UINT8)).equal(UINT8)
    assert to_uint8(tg.tensor([[[0.0, 1.0, 2.0, -1.0]]])).tolist() == [[[0, 255, 255, 0]]]
    with pytest.raises(ArgumentError, match="floating or uint8"):
        T.ConvertImageDtype(tg.int32)
    with pytest.raises(DTypeError, match="E969"):
        to_float(tg.ones(1, 2, 2, dtype=tg.int64))


def test_normalize() -> None:
    mean, std = (0.1, 0.2, 0.3), (0.5, 0.25, 2.0)
    expected = (FLOAT.numpy() - np.reshape(mean, (3, 1, 1))) / np.reshape(std, (3, 1, 1))
    assert np.allclose(T.Normalize(mean, std)(FLOAT).numpy(), expected, rtol=1e-15)
    assert np.allclose(T.Normalize([0.5], [0.5])(FLOAT[0]).numpy(), 2 * FLOAT[0].numpy() - 1, rtol=1e-12, atol=1e-15)
    for wrong in (([0.1], [0.0]), ([0.1], [-1.0]), ([], []), (0.1, 0.2), ([0.1, 0.2], [1.0] * 3), (["a"], [1.0])):
        with pytest.raises(ArgumentError, match=r"Normalize.*(mean|std)"):
            T.Normalize(*wrong)
    with pytest.raises(ShapeError, match="E968"):
        T.Normalize([0.1, 0.2], [1.0, 1.0])(FLOAT)
    with pytest.raises(DTypeError, match=r"E969(.|\n)*ToTensor"):
        T.Normalize([0.5], [0.5])(UINT8)


# --- sizes ---


@pytest.mark.parametrize("size", [5, (7, 20), 20, [6, 6], (13, 17)])
@pytest.mark.parametrize("mode", ["nearest", "bilinear", "bicubic"])
@pytest.mark.parametrize("antialias", [False, True])
def test_resize_equals_pytorchs_interpolation(size: Any, mode: str, antialias: bool) -> None:
    ours = T.Resize(size, mode, antialias=antialias)(FLOAT)
    shape = tuple(size) if not isinstance(size, int) else (size, size * 10 // 8)
    kind = {"antialias": antialias} if mode != "nearest" else {}
    theirs = torch.nn.functional.interpolate(torch.tensor(FLOAT.numpy()), shape, mode=mode, **kind)
    assert ours.shape == tuple(theirs.shape)
    assert np.allclose(ours.numpy(), theirs.numpy(), rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("size", [5, (7, 20), 20])
@pytest.mark.parametrize("mode", T.InterpolationMode)
def test_a_pillow_image_is_resized_by_pillow_and_a_tensor_alike(size: Any, mode: T.InterpolationMode) -> None:
    pale = PIXELS // 2 + 64  # so that nothing leaves the range in between, where Pillow cuts it off
    image = T.Resize(size, mode)(Image.fromarray(pale))
    assert image.size == ((20, 7) if size == (7, 20) else (int(size * 17 / 13), size))
    x = T.Resize(size, mode)(tg.tensor(pale.transpose(2, 0, 1).copy()))
    assert x.dtype == tg.uint8
    if mode in ("bilinear", "bicubic"):  # "nearest" rounds down, Pillow's to the nearest
        assert np.abs(x.numpy().transpose(1, 2, 0).astype(int) - np.array(image)).max() <= 1


@pytest.mark.parametrize("size", [5, (4, 9), (20, 7), (14, 18), (13, 17)])
def test_center_crop_keeps_the_middle(size: Any) -> None:
    height, width = (size, size) if isinstance(size, int) else size
    x = T.CenterCrop(size)(UINT8).numpy()
    around = np.pad(UINT8.numpy(), ((0, 0), (40, 40), (40, 40)))
    top, left = 40 + (13 - height) / 2, 40 + (17 - width) / 2
    candidates = [  # half a pixel may go to either side
        around[:, t : t + height, s : s + width]
        for t in {int(np.floor(top)), int(np.ceil(top))}
        for s in {int(np.floor(left)), int(np.ceil(left))}
    ]
    assert any(np.array_equal(x, candidate) for candidate in candidates)


@pytest.mark.parametrize("mode", ["constant", "edge", "reflect", "symmetric"])
@pytest.mark.parametrize(
    ("padding", "sides"), [(2, (2, 2, 2, 2)), ((1, 3), (1, 3, 1, 3)), ((1, 2, 0, 4), (1, 2, 0, 4))]
)
def test_pad_equals_numpys(mode: Any, padding: Any, sides: tuple[int, int, int, int]) -> None:
    left, above, right, below = sides
    expected = np.pad(UINT8.numpy(), ((0, 0), (above, below), (left, right)), mode=mode)
    assert np.array_equal(T.Pad(padding, padding_mode=mode)(UINT8).numpy(), expected)


def test_pad_in_colour_equals_pillows() -> None:
    expected = np.array(ImageOps.expand(PICTURE, (1, 2, 3, 4), fill=(9, 8, 7)))
    assert np.array_equal(np.array(T.Pad((1, 2, 3, 4), fill=(9, 8, 7))(PICTURE)), expected)
    assert T.Pad(1, fill=0.5)(FLOAT)[:, :, 0].unique().tolist() == [0.5]


# --- maps ---


def one_map(x: tg.Tensor, mode: str = "nearest", fill: Any = 0, **options: Any) -> np.ndarray[Any, Any]:
    fixed = {name: (value, value) for name, value in options.items() if name != "center"}
    if "center" in options:
        fixed["center"] = options["center"]
    result: np.ndarray[Any, Any] = T.RandomAffine(**{"degrees": 0, **fixed}, interpolation=mode, fill=fill)(x).numpy()
    return result


def test_quarter_turns_and_identity_are_exact() -> None:
    square = FLOAT[:, :, :, :8]
    for turns in range(-3, 4):
        expected = np.rot90(square.numpy(), turns, axes=(2, 3))
        for mode in ("nearest", "bilinear", "bicubic"):
            ours = T.RandomRotation((90 * turns, 90 * turns), mode)(square).numpy()
            assert np.allclose(ours, expected, atol=1e-12)
    assert np.allclose(one_map(FLOAT, "bilinear"), FLOAT.numpy(), atol=1e-12)


def test_a_rotation_equals_pillows() -> None:
    smooth = np.add.outer(np.arange(40.0), 3 * np.arange(50.0)).astype(np.float32)
    for center in (None, (10.0, 30.0)):
        expected = np.array(Image.fromarray(smooth).rotate(25, Image.Resampling.BILINEAR, center=center))
        ours = T.RandomRotation((25, 25), "bilinear", center=center)(tg.tensor(smooth[None]))[0].numpy()
        inside = (expected != 0) & (ours != 0)
        assert inside.mean() > 0.5
        assert np.percentile(np.abs(ours - expected)[inside], 90) < 1e-3  # edges differ: Pillow repeats pixels there


def test_maps_follow_their_definition() -> None:
    """Where a pixel comes from, by inverting the formula of the docstring with NumPy."""
    a, p, q, s, shift, centre = 20.0, 10.0, -5.0, 1.3, (2.0, -1.0), (1.5, 0.5)
    t = np.radians
    turn = np.array([[np.cos(t(a)), -np.sin(t(a))], [np.sin(t(a)), np.cos(t(a))]])
    forward = s * turn @ np.array([[1, 0], [-np.tan(t(q)), 1]]) @ np.array([[1, -np.tan(t(p))], [0, 1]])
    point = np.array([3.0, -4.0])
    image = forward @ (point - centre) + centre + shift
    one = [np.array([v]) for v in (a, *shift, s, p, q)]
    back = affine.inverse_maps(one[0], (one[1], one[2]), one[3], (one[4], one[5]), centre)[0]
    assert np.allclose(back @ [*image, 1], point)


def test_shift_and_fill() -> None:
    drawn = {tuple(map(float, one)) for one in []}
    tg.manual_seed(0)
    x = tg.ones(200, 1, 10, 10)
    moved = T.RandomAffine(0, translate=(0.3, 0.1), fill=5.0)(x).numpy()[:, 0]
    for image in moved:  # a block of ones, moved by whole pixels, the rest filled
        rows, columns = np.nonzero(image == 1)
        assert set(np.unique(image)) <= {1.0, 5.0}
        up, across = 10 - len(set(rows)), 10 - len(set(columns))
        assert len(rows) == (10 - up) * (10 - across) and up <= 1 and across <= 3
        drawn.add((up, across))
    assert drawn == {(u, a) for u in range(2) for a in range(4)}
    half = one_map(tg.ones(1, 3, 4, 4), "bilinear", (1.0, 2.0, 3.0), scale=0.5)[0]
    assert np.allclose(half[:, 0, 0], [1.0, 2.0, 3.0]) and np.allclose(half[:, 1:3, 1:3], 1)


# --- colours ---


def test_grey_is_the_weighted_sum() -> None:
    expected = np.tensordot(FLOAT.numpy(), colour.LUMA, axes=(1, 0))
    assert np.allclose(T.Grayscale()(FLOAT).numpy()[:, 0], expected)
    three = T.Grayscale(3)(FLOAT)
    assert three.shape == FLOAT.shape and three[:, 0].equal(three[:, 2])
    assert np.abs(np.array(T.Grayscale()(PICTURE)).astype(int) - np.array(PICTURE.convert("L"))).max() <= 1


@pytest.mark.parametrize("f", [0.0, 0.3, 1.0, 1.7])
def test_mixing(f: float) -> None:
    x, grey = FLOAT.numpy(), np.tensordot(FLOAT.numpy(), colour.LUMA, axes=(1, 0))[:, None]
    for name, other in (("brightness", 0.0), ("contrast", grey.mean((1, 2, 3), keepdims=True)), ("saturation", grey)):
        ours = T.ColorJitter(**{name: (f, f)})(FLOAT).numpy()  # type: ignore[arg-type]
        assert np.allclose(ours, np.clip(f * x + (1 - f) * other, 0, 1))


@pytest.mark.parametrize("turn", [-0.5, -0.2, 0.1, 0.5])
def test_hue_equals_colorsys(turn: float) -> None:
    ours = T.ColorJitter(hue=(turn, turn))(FLOAT[0]).numpy()
    for r, c in np.ndindex(8, 10):
        h, s, v = colorsys.rgb_to_hsv(*FLOAT[0].numpy()[:, r, c])
        assert np.allclose(ours[:, r, c], colorsys.hsv_to_rgb((h + turn) % 1, s, v))
    assert T.ColorJitter(hue=(turn, turn))(tg.full((3, 2, 2), 0.25)).unique().tolist() == [0.25]


def test_integer_pixels_stay_in_their_range() -> None:
    for jitter in ({"brightness": (3, 3)}, {"contrast": (5, 5)}, {"saturation": (0, 0)}, {"hue": (0.3, 0.3)}):
        assert T.ColorJitter(**jitter)(UINT8).dtype == tg.uint8  # type: ignore[arg-type]
    assert T.ColorJitter(brightness=(3, 3))(UINT8).equal((UINT8.long() * 3).clamp(0, 255).to(tg.uint8))


# --- bad input ---

TRANSFORMS = [
    *(T.CenterCrop(3), T.ColorJitter(0.1), T.Grayscale(), T.Normalize([0.5], [0.5]), T.Pad(1)),
    *(T.RandomAffine(5), T.RandomCrop(3), T.RandomErasing(), T.RandomHorizontalFlip(), T.RandomResizedCrop(3)),
    *(T.RandomRotation(5), T.RandomVerticalFlip(), T.Resize(3), T.RandomGrayscale()),
]


@pytest.mark.parametrize("transform", TRANSFORMS, ids=lambda t: type(t).__name__)
def test_what_is_no_image(transform: Any) -> None:
    name = type(transform).__name__
    for wrong in (PIXELS, None, [[1]]):
        with pytest.raises(DTypeError, match=f"E964.*{name}"):
            transform(wrong)
    for wrong in (tg.ones(2, 2), tg.ones(1, 1, 1, 1, 1)):
        with pytest.raises(ShapeError, match=f"E965.*{name}"):
            transform(wrong)
    assert repr(transform).startswith(name + "(")


def test_what_is_no_array_of_pixels() -> None:
    for wrong in ("a", tg.ones(1, 2, 2)):
        with pytest.raises(DTypeError, match="E964"):
            T.ToTensor()(wrong)
    with pytest.raises(ShapeError, match="E966"):
        T.ToTensor()(np.ones((2, 2, 2, 3)))
    with pytest.raises(DTypeError, match="E964"):
        T.PILToTensor()(PIXELS)


@pytest.mark.parametrize(
    "make",
    [
        lambda: T.Resize(0),
        lambda: T.Resize((1, 2, 3)),
        lambda: T.Resize(3, "lanczos"),
        lambda: T.RandomCrop(-1),
        lambda: T.RandomCrop(3, padding=-1),
        lambda: T.Pad((1, 2, 3)),
        lambda: T.Pad(1, padding_mode="wrap"),
        lambda: T.Pad(1, fill="red")(UINT8),
        lambda: T.RandomHorizontalFlip(1.5),
        lambda: T.RandomHorizontalFlip(float("nan")),
        lambda: T.RandomApply([T.Pad(1)], -0.1),
        lambda: T.RandomRotation(-3),
        lambda: T.RandomRotation((3, 2)),
        lambda: T.RandomAffine(0, translate=(0.1, 1.5)),
        lambda: T.RandomAffine(0, scale=(0.0, 1.0)),
        lambda: T.RandomAffine(0, shear=(1, 2, 3)),
        lambda: T.RandomResizedCrop(3, scale=(-1, 1)),
        lambda: T.RandomResizedCrop(3, ratio=(0, 1)),
        lambda: T.RandomErasing(scale=(0.1, 1.1)),
        lambda: T.RandomErasing(value="noise")(FLOAT),
        lambda: T.ColorJitter(brightness=-1),
        lambda: T.ColorJitter(hue=0.6),
        lambda: T.Grayscale(2),
        lambda: T.Compose(T.Pad(1)),  # type: ignore[arg-type]
        lambda: T.Compose([1]),  # type: ignore[list-item]
    ],
)
def test_arguments_out_of_range(make: Any) -> None:
    tg.manual_seed(0)
    with pytest.raises(ArgumentError):
        make()


def test_images_that_do_not_fit() -> None:
    with pytest.raises(ShapeError, match="E967"):
        T.RandomCrop(14)(UINT8)
    with pytest.raises(ShapeError, match="E967"):
        T.Pad(13, padding_mode="reflect")(UINT8)
    with pytest.raises(ShapeError, match="E968"):
        T.Grayscale()(tg.ones(2, 3, 3))
    with pytest.raises(ShapeError, match="E968"):
        T.Pad(1, fill=(1, 2))(UINT8)
    with pytest.raises(ShapeError, match="E971"):
        T.RandomApply([T.Resize(3)], 1.0)(FLOAT)


def test_without_pillow() -> None:
    program = """
import sys
sys.modules["PIL"] = sys.modules["PIL.Image"] = None
import tinygrad_zh as tg
from tinygrad_zh.data import transforms as T
T.Compose([T.Resize(4), T.RandomHorizontalFlip()])(tg.ones(1, 8, 8))
try:
    T.ToPILImage()(tg.ones(1, 2, 2))
except ImportError as problem:
    print(problem.code)
"""
    answer = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert answer.stdout.split() == ["TG-E301"] and issubclass(MissingPackageError, ImportError)
