"""Losses and gradients that are NaN or infinite: stop with an error, stop, or pass over the batch."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import pytest

import tinygrad_zh as tg
from tests.train.everything import Everything
from tinygrad_zh.errors import TrainingError


class Poisoned:
    """Batches of which some hold NaN."""

    def __init__(self, batches: list[Any], poisoned: set[int]) -> None:
        self.batches, self.poisoned = batches, poisoned

    def __iter__(self) -> Iterator[Any]:
        for i, (inputs, targets) in enumerate(self.batches):
            yield inputs * math.nan if i in self.poisoned else inputs, targets


def with_batches(poisoned: set[int], left_out: set[int] = frozenset()) -> Everything:  # type: ignore[assignment]
    """A training on fixed batches, without dropout: a batch that is passed over has drawn no numbers."""
    everything = Everything()
    everything.model[3] = tg.nn.Identity()
    everything.averaged.module[3] = tg.nn.Identity()
    batches = [batch for i, batch in enumerate(everything.loader) if i not in left_out]
    everything.loader = Poisoned(batches, poisoned)  # type: ignore[assignment]
    return everything


def test_skipped_batches_leave_no_trace() -> None:
    """Neither in weights, averages, schedule nor in what batch normalisation remembers."""
    options = {"epochs": 2, "scheduler_per": "step"}
    poisoned, without = with_batches({1}), with_batches(set(), left_out={1})
    with pytest.warns(UserWarning, match=r"TG-E814.*1 batches of epoch") as warned:
        history = poisoned.fit(on_nan="skip", **options)
    assert len(warned) == 2
    assert poisoned.outcome(history) == without.outcome(without.fit(**options))


def test_a_whole_epoch_of_them_is_an_error() -> None:
    with pytest.raises(TrainingError, match=r"TG-E815.*all 3 batches of epoch 1"):
        with_batches({0, 1, 2}).fit(on_nan="skip")


def test_stopping_keeps_what_was_before_the_batch() -> None:
    poisoned, until = with_batches({2}), with_batches(set(), left_out={2})
    with pytest.warns(UserWarning, match=r"TG-E813.*nan in epoch 1, batch 3"):
        assert poisoned.fit(on_nan="stop", restore_best=False, patience=None) == []
    history = until.fit(epochs=1, restore_best=False, patience=None, scheduler=None)
    expected = until.outcome(history)["weights"]
    assert poisoned.outcome([])["weights"] == expected


def test_raising_is_the_default() -> None:
    with pytest.raises(TrainingError, match=r"TG-E660.*nan in epoch 1, batch 2"):
        with_batches({1}).fit()


def test_a_gradient_without_end_is_seen_where_its_norm_is_needed() -> None:
    """√0 has the value 0 and the slope ∞."""
    everything = Everything()
    plain = everything.loss
    everything.loss = lambda outputs, targets: plain(outputs, targets) + tg.sqrt((outputs * 0).sum())
    before = everything.outcome([])["weights"]
    with pytest.raises(TrainingError, match=r"TG-E812.*norm of the gradients is nan"):
        everything.fit()
    after = everything.outcome([])["weights"]
    assert all(after[name] == value for name, value in before.items() if "running" not in name and "num" not in name)
