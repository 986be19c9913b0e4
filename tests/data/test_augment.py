"""Random transforms: one draw for each image, the right shares, the same again with the seed."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import tinygrad_zh as tg
from tests.double.strict import double_device
from tinygrad_zh.data import DataLoader, Dataset, TensorDataset
from tinygrad_zh.data import transforms as T

ALL = [
    T.RandomHorizontalFlip(),
    T.RandomVerticalFlip(),
    T.RandomCrop(6, padding=2),
    T.RandomCrop((9, 12), pad_if_needed=True, padding_mode="edge"),
    T.RandomResizedCrop(5),
    T.RandomRotation(30, "bilinear"),
    T.RandomAffine(10, (0.2, 0.1), (0.8, 1.2), (5, 10, -5, 0), fill=0.5),
    T.RandomErasing(0.7),
    T.RandomErasing(1.0, value="random"),
    T.RandomGrayscale(0.5),
    T.ColorJitter(0.4, 0.4, 0.4, 0.2),
    T.RandomApply([T.Lambda(lambda x: 1 - x)], 0.4),
]


def pictures(count: int = 64) -> tg.Tensor:
    return tg.rand(count, 3, 8, 10, generator=tg.Generator().manual_seed(1))


def names(transform: Any) -> str:
    return type(transform).__name__


@pytest.mark.parametrize("transform", ALL, ids=names)
def test_the_same_again_with_the_seed_and_new_ones_without(transform: Any) -> None:
    x = pictures()
    before = x.clone()
    tg.manual_seed(3)
    first, second = transform(x), transform(x)
    tg.manual_seed(3)
    assert transform(x).equal(first) and transform(x).equal(second)
    assert not first.equal(second) and x.equal(before)
    assert first.dtype == x.dtype and first.shape[:2] == x.shape[:2]


@pytest.mark.parametrize("transform", ALL, ids=names)
def test_every_image_has_a_draw_of_its_own(transform: Any) -> None:
    same = pictures(1).expand(64, -1, -1, -1)
    tg.manual_seed(0)
    different = {image.numpy().tobytes() for image in transform(same)}
    if isinstance(transform, T.RandomHorizontalFlip | T.RandomGrayscale | T.RandomApply):
        assert len(different) == 2
    else:
        assert len(different) > 5


@pytest.mark.parametrize("transform", ALL, ids=names)
def test_one_image_of_three_dimensions(transform: Any) -> None:
    x = pictures(1)
    tg.manual_seed(5)
    batch = transform(x)
    tg.manual_seed(5)
    assert transform(x[0]).equal(batch[0])


@pytest.mark.parametrize("transform", ALL, ids=names)
def test_the_draws_do_not_depend_on_the_device(transform: Any) -> None:
    tg.manual_seed(2)
    here = transform(pictures(8))
    with double_device() as device:
        tg.manual_seed(2)
        there = transform(pictures(8).to(device))
        assert str(there.device) == device and np.allclose(there.cpu().numpy(), here.numpy(), atol=1e-5)


@pytest.mark.parametrize("transform", ALL, ids=names)
def test_gradients_flow(transform: Any) -> None:
    x = pictures(4).double().requires_grad_()
    tg.manual_seed(0)
    transform(x).sum().backward()
    assert x.grad is not None and bool(x.grad.isfinite().all())


@pytest.mark.parametrize("p", [0.0, 0.2, 1.0])
def test_how_many_are_mirrored(p: float) -> None:
    x = pictures(1).expand(500, -1, -1, -1)
    tg.manual_seed(0)
    for transform, dim in ((T.RandomHorizontalFlip(p), 3), (T.RandomVerticalFlip(p), 2)):
        y = transform(x)
        mirrored = [image.equal(x[0].flip(dim - 1)) for image in y]
        assert all(m or image.equal(x[0]) for m, image in zip(mirrored, y, strict=True))
        assert abs(sum(mirrored) - 500 * p) <= 5 * (500 * p * (1 - p)) ** 0.5


def test_crops_are_parts_and_come_from_everywhere() -> None:
    x = tg.arange(6 * 7).reshape(1, 1, 6, 7).expand(600, -1, -1, -1)
    tg.manual_seed(0)
    places = set()
    for part in T.RandomCrop((4, 3))(x).numpy()[:, 0]:
        top, left = divmod(int(part[0, 0]), 7)
        assert np.array_equal(part, x[0, 0].numpy()[top : top + 4, left : left + 3])
        places.add((top, left))
    assert places == {(top, left) for top in range(3) for left in range(5)}


def test_a_padded_crop_equals_cutting_the_padded_image() -> None:
    x = pictures(5)
    tg.manual_seed(4)
    ours = T.RandomCrop(8, padding=(1, 2), fill=0.5)(x)
    tg.manual_seed(4)
    assert ours.equal(T.RandomCrop(8)(T.Pad((1, 2), fill=0.5)(x)))


def test_erased_rectangles() -> None:
    x = tg.ones(500, 1, 20, 30)
    tg.manual_seed(0)
    y = T.RandomErasing(0.6, scale=(0.1, 0.2), ratio=(0.5, 2.0))(x).numpy()[:, 0]
    erased = [image for image in y if (image == 0).any()]
    assert abs(len(erased) - 300) <= 5 * (500 * 0.6 * 0.4) ** 0.5
    for image in erased:
        rows, columns = np.nonzero(image == 0)
        height, width = np.ptp(rows) + 1, np.ptp(columns) + 1
        assert len(rows) == height * width  # a whole rectangle, of which area and proportion are those asked for
        assert 0.08 <= height * width / 600 <= 0.23 and 0.4 <= height / width <= 2.5
    colours = T.RandomErasing(1.0, value=(1.0, 2.0, 3.0))(tg.zeros(3, 8, 8)).amax((1, 2))
    assert colours.tolist() == [1.0, 2.0, 3.0]


def test_a_resized_crop_of_everything_is_a_resize() -> None:
    x = pictures(3)
    whole = T.RandomResizedCrop(5, scale=(1.0, 1.0), ratio=(1.25, 1.25))(x)
    assert np.allclose(whole.numpy(), T.Resize((5, 5))(x).numpy())
    tall = tg.arange(8.0).reshape(1, 1, 8, 1).expand(1, 1, 8, 2)  # no proportion fits: the middle
    assert T.RandomResizedCrop((2, 2), scale=(1.0, 1.0), ratio=(1.0, 1.0))(tall).tolist() == [[[[3.0] * 2, [4.0] * 2]]]


def test_rotations_fill_their_range() -> None:
    rotation = T.RandomRotation((10, 20))
    angles: list[float] = []
    rotation.clockwise = lambda drawn: (angles.extend(drawn.tolist()), -drawn)[1]  # type: ignore[method-assign]
    tg.manual_seed(0)
    rotation(tg.ones(2000, 1, 2, 2))
    counts, _ = np.histogram(angles, bins=10, range=(10, 20))
    assert counts.sum() == 2000 and np.abs(counts - 200).max() <= 5 * (2000 * 0.1 * 0.9) ** 0.5


@pytest.mark.parametrize("workers", [0, 2])
def test_in_a_loader_the_draws_are_the_batchs(workers: int) -> None:
    class Augmented(Dataset):
        change = T.Compose([T.RandomCrop(6, padding=1), T.RandomHorizontalFlip(), T.Normalize([0.5], [0.5])])

        def __len__(self) -> int:
            return 10

        def __getitem__(self, index: int) -> Any:
            return self.change(pictures(10)[index])

    def run(workers: int) -> list[Any]:
        loader = DataLoader(Augmented(), 4, shuffle=True, generator=tg.Generator().manual_seed(7), num_workers=workers)
        return [b.tolist() for _ in range(2) for b in loader]

    assert run(workers) == run(0) and run(0)[:3] != run(0)[3:]


def test_a_batch_at_once_beside_a_fast_loader() -> None:
    augment = T.Compose([T.RandomCrop(8, padding=1), T.RandomHorizontalFlip()])
    tg.manual_seed(0)
    for x, y in DataLoader(TensorDataset(pictures(10), tg.arange(10)), 5, shuffle=True):
        assert augment(x).shape == (5, 3, 8, 8) and y.shape == (5,)


def test_compose_shows_its_parts() -> None:
    shown = repr(T.Compose([T.Resize(3), T.ToTensor()]))
    assert shown.startswith("Compose(\n    Resize(") and "ToTensor()," in shown
