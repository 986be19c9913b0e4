"""Ways to prune: classes that say which values of a parameter are held at zero.

The parameter ``name`` of a module becomes ``name_orig``, and a buffer ``name_mask`` of zeros and ones stands beside it;
before every forward, ``name`` is their product.  So the gradients of what is pruned are zero.

A method says in ``compute_mask`` which values go.  Several on one parameter are a `PruningContainer`: each works on
what those before it have left.

May import: floors 0–2, ``module``, ``parameter``.  Read next: ``prune.py``.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from numbers import Integral, Real
from typing import Any, ClassVar

from ...core.tensor import Tensor
from ...errors import error
from ...ops.grad_mode import no_grad
from ...ops.publish import public, spaces
from ..module import Module
from ..parameter import take_array


class BasePruningMethod(ABC):
    """Base class of ways to prune; a subclass defines ``compute_mask`` and ``PRUNING_TYPE``."""

    PRUNING_TYPE: ClassVar[str]
    """"unstructured": works on the values that are left, in a row; "structured": on the slices that are left; "global":
    on all of them."""
    _tensor_name: str | None = None
    handle: Any = None

    @abstractmethod
    def compute_mask(self, t: Tensor, default_mask: Tensor) -> Tensor:
        """Return the mask of a tensor, of which `default_mask` is there already."""

    def __call__(self, module: Module, inputs: Any) -> None:
        """Multiply with the mask: the hook before every forward."""
        setattr(module, str(self._tensor_name), self.apply_mask(module))

    def apply_mask(self, module: Module) -> Tensor:
        """Return the parameter times its mask."""
        mask, kept = getattr(module, f"{self._tensor_name}_mask"), getattr(module, f"{self._tensor_name}_orig")
        product: Tensor = public["to"](mask, dtype=kept.dtype) * kept
        return product

    @classmethod
    def apply(cls, module: Module, name: str, *args: Any, importance_scores: Any = None, **kwargs: Any) -> Any:
        """Prune a parameter of a module in this way, after those that have pruned it before.

        Parameters
        ----------
        module : Module
            Whose parameter.
        name : str
            Of the parameter.
        importance_scores : Tensor, optional
            What to judge by in place of the values themselves; of the parameter's shape.
        *args, **kwargs
            The options of the way.

        Returns
        -------
        BasePruningMethod
            The hook that was registered: this way, or the container of all.
        """
        added = cls(*args, **kwargs)
        added._tensor_name = name
        before = methods_of(module, name)
        if before:
            earlier = before[0] if isinstance(before[0], PruningContainer) else before
            method: Any = PruningContainer(*earlier, added)
            mask = getattr(module, name + "_mask")
        else:
            method, mask = added, public["ones_like"](module.get_parameter(name).detach())
        scores = scores_for(cls.__name__, getattr(module, name), importance_scores)
        with no_grad():
            mask = method.compute_mask(scores, default_mask=mask)
        # Nothing has changed so far: an error above leaves the module as it was.
        if before:
            before[0].handle.remove()
        else:
            kept = module.get_parameter(name)
            delattr(module, name)
            module.register_parameter(name + "_orig", kept)
        module.register_buffer(name + "_mask", mask)
        setattr(module, name, method.apply_mask(module))
        method.handle = module.register_forward_pre_hook(method)
        return method

    def prune(self, t: Tensor, default_mask: Any = None, importance_scores: Any = None) -> Tensor:
        """Return a tensor with some values at zero, without a module."""
        mask = public["ones_like"](t.detach()) if default_mask is None else default_mask
        scores = scores_for(type(self).__name__, t, importance_scores)
        pruned: Tensor = t * self.compute_mask(scores, default_mask=mask)
        return pruned

    def remove(self, module: Module) -> None:
        """Make the product the parameter, the same object as before the pruning; its zeros may move again."""
        name = str(self._tensor_name)
        pruned = self.apply_mask(module).detach()
        kept = module.get_parameter(name + "_orig")
        for part in ("", "_orig", "_mask"):
            delattr(module, name + part)
        take_array(kept, pruned.array, "prune.remove")
        module.register_parameter(name, kept)


class PruningContainer(BasePruningMethod):
    """Several ways to prune one parameter, one after the other."""

    PRUNING_TYPE = "global"

    def __init__(self, *args: BasePruningMethod) -> None:
        self._pruning_methods: tuple[BasePruningMethod, ...] = ()
        if args:
            self._tensor_name = args[0]._tensor_name
        for method in args:
            self.add_pruning_method(method)

    def add_pruning_method(self, method: BasePruningMethod) -> None:
        """Add a way, for the same parameter."""
        if not isinstance(method, BasePruningMethod):
            raise refused("PruningContainer", f"{type(method).__name__} is no way to prune", "a BasePruningMethod")
        if method._tensor_name != self._tensor_name:
            reason = f"it is about {self._tensor_name!r}, and a way for {method._tensor_name!r} was added"
            raise refused("PruningContainer", reason, "ways for one parameter")
        self._pruning_methods += (method,)

    def __len__(self) -> int:
        return len(self._pruning_methods)

    def __iter__(self) -> Iterator[BasePruningMethod]:
        return iter(self._pruning_methods)

    def __getitem__(self, idx: int) -> BasePruningMethod:
        return self._pruning_methods[idx]

    def compute_mask(self, t: Tensor, default_mask: Tensor) -> Tensor:
        """Let the last way work on what the mask has left."""
        return masked_further(self._pruning_methods[-1], t, default_mask)


class Identity(BasePruningMethod):
    """Prune nothing: the mask is all ones."""

    PRUNING_TYPE = "unstructured"

    def compute_mask(self, t: Tensor, default_mask: Tensor) -> Tensor:
        """Return the mask that is there."""
        return default_mask


class ByAmount(BasePruningMethod):
    """What prunes a given amount: a fraction between 0 and 1, or a whole number."""

    def __init__(self, amount: float) -> None:
        right = isinstance(amount, Real) and not isinstance(amount, bool)
        if not right or amount < 0 or (not isinstance(amount, Integral) and not amount <= 1):
            raise error("prune-amount", op=type(self).__name__, got=amount, size="∞", units="values")
        self.amount = amount

    def count(self, size: int, units: str) -> int:
        """Return how many of `size` are pruned."""
        wanted = int(self.amount) if isinstance(self.amount, Integral) else round(self.amount * size)
        if wanted > size:
            raise error("prune-amount", op=type(self).__name__, got=self.amount, size=size, units=units)
        return wanted


class Unstructured(ByAmount):
    """What prunes single values."""

    PRUNING_TYPE = "unstructured"

    def compute_mask(self, t: Tensor, default_mask: Tensor) -> Tensor:
        """Take the least important values out of the mask."""
        mask, wanted = default_mask.clone().reshape(-1), self.count(t.numel(), "values")
        if wanted:
            mask[public["topk"](self.importance(t).reshape(-1), wanted, largest=False)[1]] = 0.0
        return mask.reshape(default_mask.shape)

    def importance(self, t: Tensor) -> Tensor:
        """Return how important each value is."""
        raise NotImplementedError


class RandomUnstructured(Unstructured):
    """Prune single values by chance."""

    def importance(self, t: Tensor) -> Tensor:
        """Return random numbers."""
        drawn: Tensor = public["rand_like"](t.detach())
        return drawn


class L1Unstructured(Unstructured):
    """Prune the single values that are least in absolute value."""

    def importance(self, t: Tensor) -> Tensor:
        """Return the absolute values."""
        return t.detach().abs()


class Structured(ByAmount):
    """What prunes whole slices along `dim`."""

    PRUNING_TYPE = "structured"

    def __init__(self, amount: float, dim: int = -1) -> None:
        super().__init__(amount)
        self.dim = dim

    def compute_mask(self, t: Tensor, default_mask: Tensor) -> Tensor:
        """Take the least important slices out of the mask."""
        if t.ndim < 2:
            raise error("ndim", op=type(self).__name__, expected="at least 2", shape=t.shape)
        if not -t.ndim <= self.dim < t.ndim:
            raise error("dim-range", op=type(self).__name__, dim=self.dim, low=-t.ndim, high=t.ndim - 1)
        dim = self.dim % t.ndim
        wanted = self.count(t.shape[dim], "slices")
        if not wanted:
            return default_mask
        others = tuple(d for d in range(t.ndim) if d != dim)
        kept = public["ones"](t.shape[dim], dtype=default_mask.dtype, device=default_mask.device)
        kept[public["topk"](self.importance(t.detach(), others), wanted, largest=False)[1]] = 0.0
        return default_mask * kept.reshape([-1 if d == dim else 1 for d in range(t.ndim)])

    def importance(self, t: Tensor, others: tuple[int, ...]) -> Tensor:
        """Return how important each slice is, reducing over the other dimensions."""
        raise NotImplementedError


class RandomStructured(Structured):
    """Prune slices by chance."""

    def importance(self, t: Tensor, others: tuple[int, ...]) -> Tensor:
        """Return random numbers."""
        drawn: Tensor = public["rand_like"](t.sum(others))
        return drawn


class LnStructured(Structured):
    """Prune the slices of the least n-norm."""

    def __init__(self, amount: float, n: float, dim: int = -1) -> None:
        super().__init__(amount, dim)
        self.n = n

    def importance(self, t: Tensor, others: tuple[int, ...]) -> Tensor:
        """Return the norm of each slice."""
        norm: Tensor = spaces["linalg"]["vector_norm"](t, float(self.n), dim=others)
        return norm


class CustomFromMask(BasePruningMethod):
    """Prune by a mask of one's own."""

    PRUNING_TYPE = "global"

    def __init__(self, mask: Tensor) -> None:
        self.mask = mask

    def compute_mask(self, t: Tensor, default_mask: Tensor) -> Tensor:
        """Return the product of both masks."""
        if self.mask.shape != default_mask.shape:
            reason = f"a mask of shape {self.mask.shape} for a parameter of shape {default_mask.shape}"
            raise refused("custom_from_mask", reason, "a mask of the parameter's shape")
        return default_mask * public["to"](self.mask, dtype=default_mask.dtype)


def methods_of(module: Module, name: str) -> list[BasePruningMethod]:
    """Return the hook that prunes a parameter, if there is one."""
    hooks = [hook for hook, _ in module._forward_pre_hooks]
    return [hook for hook in hooks if isinstance(hook, BasePruningMethod) and hook._tensor_name == name]


@no_grad()
def masked_further(method: BasePruningMethod, t: Tensor, mask: Tensor) -> Tensor:
    """Return the mask after one more way has worked on what it has left."""
    kind, new = getattr(method, "PRUNING_TYPE", None), public["to"](mask, dtype=t.dtype).clone()
    if kind == "unstructured":
        chosen: Any = mask == 1
    elif kind == "structured":
        dim = method.dim % t.ndim  # type: ignore[attr-defined]
        left = mask.sum(tuple(d for d in range(t.ndim) if d != dim)) != 0
        chosen = (*[slice(None)] * dim, left)
    elif kind == "global":
        chosen = ...
    else:
        raise refused(type(method).__name__, f"PRUNING_TYPE is {kind!r}", "unstructured, structured or global")
    new[chosen] = public["to"](method.compute_mask(t[chosen], default_mask=mask[chosen]), dtype=new.dtype)
    return new


def scores_for(op: str, t: Tensor, given: Any) -> Tensor:
    """Return what to judge by: the scores that were given, or the values."""
    if given is None:
        return t
    if getattr(given, "shape", None) != t.shape:
        reason = f"importance_scores of shape {getattr(given, 'shape', None)} for a parameter of shape {t.shape}"
        raise refused(op, reason, "scores of the parameter's shape")
    scores: Tensor = given
    return scores


def refused(op: str, reason: str, expected: str) -> Exception:
    """Return the error for what does not fit."""
    return error("prune-refused", op=op, reason=reason, expected=expected)
