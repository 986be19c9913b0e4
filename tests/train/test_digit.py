"""Pictures of any size and colours become like MNIST's."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageDraw, PngImagePlugin

from tinygrad_zh.data import mnist
from tinygrad_zh.errors import DataError
from tinygrad_zh.train.digit import BOX, SIDE, read_digit

TEST = mnist("test", source="subset")


def saved(picture: Image.Image, folder: Path, name: str = "digit.png") -> Path:
    path = folder / name
    picture.save(path)
    return path


def drawn(size: int = 280, ink: Any = 0, paper: Any = 255, mode: str = "L") -> Image.Image:
    """A seven, off the middle."""
    picture = Image.new(mode, (size, size), paper)
    unit = size / 28
    points = [(x * unit, y * unit) for x, y in [(4, 3), (15, 3), (9, 20)]]
    ImageDraw.Draw(picture).line(points, fill=ink, width=round(2 * unit))
    return picture


def likeness(a: np.ndarray[Any, Any], b: np.ndarray[Any, Any]) -> float:
    """The cosine between two pictures, one of them moved by a pixel if need be: a half is rounded either way."""
    a, b = a.astype(float), b.astype(float)
    moved = [np.roll(a, (dy, dx), (0, 1)) for dy in (-1, 0, 1) for dx in (-1, 0, 1)]
    return float(max((m * b).sum() for m in moved) / np.sqrt((a**2).sum() * (b**2).sum()))


def test_size_place_and_values(tmp_path: Path) -> None:
    found = read_digit(saved(drawn(), tmp_path))
    assert found.shape == (SIDE, SIDE) and found.dtype == np.uint8
    assert found.max() == 255 and found[0].max() == 0 and found[:, 0].max() == 0
    rows, columns = np.flatnonzero(found.max(1) > 60), np.flatnonzero(found.max(0) > 60)
    assert BOX - 2 <= max(np.ptp(rows), np.ptp(columns)) + 1 <= BOX
    mass, places = found.astype(float), np.arange(SIDE)
    centre = [(mass.sum(1 - axis) * places).sum() / mass.sum() for axis in (0, 1)]
    assert all(abs(c - SIDE / 2) <= 0.5 for c in centre)


@pytest.mark.parametrize(
    ("ink", "paper", "mode"),
    [
        (255, 0, "L"),
        (40, 200, "L"),
        ((200, 0, 0), (250, 250, 230), "RGB"),
        ((255, 255, 0), (20, 20, 120), "RGB"),
        ((0, 0, 0, 255), (0, 0, 0, 0), "RGBA"),
        (0, 1, "1"),
    ],
    ids=["light on dark", "grey", "red on cream", "yellow on blue", "on transparent", "two colours"],
)
@pytest.mark.parametrize("size", [28, 90, 700])
def test_colours_and_sizes_do_not_matter(ink: Any, paper: Any, mode: str, size: int, tmp_path: Path) -> None:
    expected = read_digit(saved(drawn(), tmp_path))
    assert likeness(read_digit(saved(drawn(size, ink, paper, mode), tmp_path)), expected) > 0.85


def test_where_the_digit_stands_does_not_matter(tmp_path: Path) -> None:
    sheet = Image.new("L", (900, 600), 255)
    sheet.paste(drawn(), (550, 40))
    found, expected = (read_digit(saved(picture, tmp_path)) for picture in (sheet, drawn()))
    np.testing.assert_array_equal(found, expected)


def test_a_picture_of_mnist_stays_nearly_as_it_is(tmp_path: Path) -> None:
    found = [likeness(read_digit(saved(Image.fromarray(picture), tmp_path)), picture) for picture in TEST.images[:100]]
    assert min(found) > 0.97


def test_how_the_telephone_was_held(tmp_path: Path) -> None:
    upright = drawn().convert("RGB")
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by a quarter
    upright.rotate(90, expand=True).save(tmp_path / "turned.jpg", exif=exif, quality=100)
    assert likeness(read_digit(tmp_path / "turned.jpg"), read_digit(saved(upright, tmp_path))) > 0.98


@pytest.mark.parametrize("value", [0, 128, 255])
def test_an_empty_picture(value: int, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="TG-E668"):
        read_digit(saved(Image.new("L", (50, 50), value), tmp_path))


def test_noise_is_no_digit(tmp_path: Path) -> None:
    noise = np.random.default_rng(0).integers(120, 130, (60, 60)).astype(np.uint8)
    with pytest.raises(DataError, match="TG-E668"):
        read_digit(saved(Image.fromarray(noise), tmp_path))


def test_what_is_no_picture(tmp_path: Path) -> None:
    text, cut, bomb = tmp_path / "a.png", tmp_path / "b.png", tmp_path / "c.png"
    text.write_text("no picture")
    cut.write_bytes(saved(drawn(), tmp_path).read_bytes()[:60])
    big = bytes.fromhex("89504e470d0a1a0a") + PngImagePlugin.o32(13) + b"IHDR"
    bomb.write_bytes(big + PngImagePlugin.o32(100000) + PngImagePlugin.o32(100000) + b"\x08\0\0\0\0" + b"\0" * 4)
    for path in (text, cut, bomb, tmp_path / "absent.png", tmp_path):
        with pytest.raises(DataError, match="TG-E667"):
            read_digit(path)
