"""Sequential, ModuleList and ModuleDict: used like a list or a dict, and found by parameters()."""

from __future__ import annotations

import pytest

import tinygrad_zh as tg
from tinygrad_zh import nn
from tinygrad_zh.errors import DTypeError, IndexingError, UnknownNameError


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
