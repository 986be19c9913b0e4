"""Sequential, ModuleList and ModuleDict: used like a list or a dict, and found by parameters()."""

from __future__ import annotations

import pytest
import torch

import tinygrad_zh as tg
from tinygrad_zh import nn
from tinygrad_zh.errors import ArgumentError, DTypeError, IndexingError, UnknownNameError


def test_sequential_chains() -> None:
    model = nn.Sequential(nn.Flatten(), nn.Linear(6, 4), nn.ReLU(), nn.Linear(4, 2))
    x = tg.ones(5, 2, 3)
    assert model(x).shape == (5, 2)
    by_hand = model[3](model[2](model[1](model[0](x))))
    assert model(x).tolist() == by_hand.tolist()
    assert nn.Sequential()(x) is x


def test_sequential_takes_names() -> None:
    model = nn.Sequential({"first": nn.Linear(1, 1), "second": nn.ReLU()})
    assert [name for name, _ in model.named_children()] == ["first", "second"] and model.second is model[1]


@pytest.mark.parametrize("kind", [nn.Sequential, lambda *m: nn.ModuleList(m)], ids=["Sequential", "ModuleList"])
def test_as_a_list(kind: type[nn.Sequential]) -> None:
    a, b, c, d = (nn.Linear(1, n) for n in range(1, 5))
    layers = kind(a, b)
    layers.append(c)
    assert len(layers) == 3 and list(layers) == [a, b, c] and layers[-1] is c
    layers.insert(1, d)
    assert list(layers) == [a, d, b, c] and list(layers._modules) == ["0", "1", "2", "3"]
    assert list(layers[1:3]) == [d, b] and type(layers[1:3]) is type(layers)
    assert layers.pop() is c
    del layers[0]
    assert list(layers._modules.items()) == [("0", d), ("1", b)]
    layers[0] = a
    del layers[1:]
    assert list(layers) == [a]
    layers.extend([b, c])
    assert list(layers._modules) == ["0", "1", "2"] and len(list(layers.parameters())) == 6


def test_module_list_adds() -> None:
    a, b = nn.ReLU(), nn.Tanh()
    layers = nn.ModuleList([a])
    layers += [b]
    assert (
        list(layers) == [a, b]
        and list(layers + nn.ModuleList([a])) == [a, b, a]
        and repr(nn.ModuleList()) == "ModuleList()"
    )


def test_module_dict() -> None:
    a, b = nn.ReLU(), nn.Linear(1, 1)
    layers = nn.ModuleDict({"a": a})
    layers["b"] = b
    assert list(layers) == list(layers.keys()) == ["a", "b"] and list(layers.values()) == [a, b] and "b" in layers
    assert dict(layers.items()) == {"a": a, "b": b} and len(layers) == 2 and len(list(layers.parameters())) == 2
    assert layers.pop("b") is b
    layers.update([("c", b)])
    with pytest.raises(UnknownNameError, match=r"'b'(.|\n)*a, c"):
        _ = layers["b"]
    del layers["c"]
    layers.clear()
    assert len(layers) == 0


def test_bad_members_and_places() -> None:
    with pytest.raises(DTypeError, match="type was assigned"):
        nn.Sequential(nn.ReLU)
    layers = nn.ModuleList([nn.ReLU()])
    for index in (1, -2):
        with pytest.raises(IndexingError):
            _ = layers[index]
    with pytest.raises(IndexingError):
        layers.insert(3, nn.ReLU())
    with pytest.raises(TypeError):
        _ = layers["0"]  # type: ignore[index]


def test_sequentials_are_added_and_repeated_as_in_pytorch() -> None:
    shown = []
    for lib in (tg.nn, torch.nn):
        a, b = lib.Sequential(lib.Linear(1, 2), lib.ReLU()), lib.Sequential(lib.Linear(2, 1))
        both = a + b
        assert list(both) == [*a, *b] and len(a) == 2 and both is not a
        a += b
        assert list(a) == list(both)
        twice = 2 * b
        assert list(twice) == list(b * 2) == [b[0], b[0]] and len(list(twice.parameters())) == 2
        b *= 3
        assert len(b) == 3 and b[2] is b[0]
        shown.append([list(a.state_dict()), list(b.state_dict())])
        for wrong in (lambda a=a, lib=lib: a + lib.ReLU(), lambda a=a: a * 0, lambda a=a: a * 1.5):
            with pytest.raises((TypeError, ValueError)):
                wrong()
    assert shown[0] == shown[1]
    with pytest.raises(ArgumentError, match=r"Sequential \+ got other=1"):
        _ = nn.Sequential() + 1  # type: ignore[operator]


def test_a_place_that_is_not_there_is_not_called_a_dimension() -> None:
    for layers in (nn.Sequential(nn.ReLU()), nn.ModuleList([nn.ReLU()]), nn.ParameterList([tg.ones(1)])):
        with pytest.raises(IndexingError, match=r"TG-E828.*there is no place 1(.|\n)*from -1 to 0"):
            _ = layers[1]
