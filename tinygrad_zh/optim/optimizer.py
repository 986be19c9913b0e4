"""Optimizer: parameters in groups, each with its options, and a state per parameter.

A subclass says in ``update`` how one parameter steps; here is everything that optimisers share.

May import: floors 0–2, ``nn.parameter``, ``ranges``, ``saved_state``.  Read next: ``sgd.py``.
"""

from __future__ import annotations

import functools
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import Any, ClassVar

from ..aliases import Array
from ..backend.devices import backend_of
from ..core.inplace import touch
from ..core.modes import LAYERS
from ..core.registry import registry
from ..core.tensor import Tensor
from ..errors import error
from ..nn.parameter import clear_gradients
from ..ops.grad_mode import enable_grad
from ..ops.hooks import Handle
from . import saved_state
from .ranges import Range, check_ranges

Group = dict[str, Any]
FOREIGN = ("foreach", "fused", "capturable", "differentiable")
"""Options of PyTorch's that choose among its implementations.  They stand in every group, at "not asked for",
so that a group has PyTorch's names."""
SCHEDULED = ("params", "initial_lr", "max_lr", "min_lr", "max_momentum", "base_momentum", "swa_lr")
"""What stands in a group besides options: its parameters, and what the learning-rate schedules keep there."""


def options_in(names: Mapping[str, Any]) -> Group:
    """Return the options among ``locals()``, as it is at the beginning of an ``__init__``."""
    return {name: value for name, value in names.items() if name not in ("self", "params", "__class__")}


def with_hooks(step: Callable[..., Any]) -> Callable[..., Any]:
    """Return a ``step`` that hooks see before and after, and that a learning-rate schedule hears of."""

    @functools.wraps(step)
    def hooked(self: Optimizer, *args: Any, **kwargs: Any) -> Any:
        if LAYERS and (take_over := registry.get("optimiser_stepped")) and take_over(self, args, kwargs):
            return None  # inside ``jit``: this is one step of the plan, hooks and all
        self.stepped = True
        if not self._hooks or self._hooked:  # a step that calls the base class's is one step
            return step(self, *args, **kwargs)
        self._hooked = True
        try:
            return between_hooks(self, step, (self, *args), kwargs)
        finally:
            self._hooked = False

    return hooked


def between_hooks(self: Optimizer, step: Callable[..., Any], args: Any, kwargs: Any) -> Any:
    """Take a step between the hooks before and after it; the optimiser comes first in `args`, as in PyTorch."""
    for hook in tuple(self._hooks["before step"]):
        replaced = hook(self, args, kwargs)
        if replaced is not None:
            if not isinstance(replaced, tuple) or len(replaced) != 2:
                raise error("step-hook", op=self.name, found=type(replaced).__name__)
            args, kwargs = replaced
    result = step(*args, **kwargs)
    for hook in tuple(self._hooks["after step"]):
        hook(self, args, kwargs)
    return result


class Optimizer:
    """Base class of optimisers.

    Parameters
    ----------
    params : iterable of Tensor, or of dict
        What to optimise; or groups, each a dict with the key ``"params"`` and options of its own.
    defaults : dict
        The options of groups that do not give them.

    Attributes
    ----------
    param_groups : list of dict
        The groups; options such as ``"lr"`` may be changed between steps.
    state : dict
        Per parameter, what the optimiser remembers of it.
    """

    ranges: ClassVar[dict[str, Range]] = {}
    """What its options may be."""
    scratch_rows = 1
    """How many arrays of working memory a step needs."""
    numbers: tuple[str, ...] = ("step",)
    """Which states of a parameter are one number, whatever its shape."""
    _hooked = False
    stepped = False
    """Whether a step has been taken; a learning-rate schedule wants to know."""

    def __init_subclass__(cls) -> None:
        """Let hooks run around the ``step`` of a subclass that has one of its own."""
        if "step" in vars(cls):
            cls.step = with_hooks(vars(cls)["step"])  # type: ignore[method-assign]

    def __init__(self, params: Iterable[Any], defaults: Mapping[str, Any]) -> None:
        self.defaults = dict(defaults)
        self.param_groups: list[Group] = []
        self.state: defaultdict[Tensor, dict[str, Any]] = defaultdict(dict)
        self._memory: dict[Any, Array] = {}
        self._options: dict[int, tuple[Any, dict[str, Any]]] = {}
        self._hooks: defaultdict[str, list[Any]] = defaultdict(list)
        if isinstance(params, (Tensor, Mapping, str)) or not isinstance(params, Iterable):
            raise error("parameters-kind", op=self.name, found=type(params).__name__)
        given = list(params)
        if not given:
            raise error("parameters-empty", op=self.name)
        for group in given if isinstance(given[0], dict) else [{"params": given}]:
            self.add_param_group(group)

    @property
    def name(self) -> str:
        """The name of the class, for messages."""
        return type(self).__name__

    def add_param_group(self, param_group: Mapping[str, Any]) -> None:
        """Add a group, such as layers that are to be trained from now on.

        Parameters
        ----------
        param_group : dict
            Its parameters under ``"params"``, and options that differ from the defaults.

        Raises
        ------
        DTypeError
            If something else than tensors is given.
        ArgumentError
            If a tensor is given twice or is no leaf, or an option is unknown or out of its range.
        """
        if not isinstance(param_group, Mapping) or "params" not in param_group:
            raise error("parameters-kind", op=self.name, found=type(param_group).__name__)
        params = param_group["params"]
        if isinstance(params, Tensor):
            params = [params]
        elif isinstance(params, (set, frozenset, str)) or not isinstance(params, Iterable):
            raise error("parameters-kind", op=self.name, found=type(params).__name__)
        group = {"params": list(params), **self.defaults, **{k: v for k, v in param_group.items() if k != "params"}}
        self._check_params(group["params"])
        self.check_group(group)
        self.param_groups.append(group)

    def _check_params(self, params: list[Any]) -> None:
        """Refuse what could not be optimised, or would be twice."""
        taken = {id(p) for group in self.param_groups for p in group["params"]}
        for i, p in enumerate(params):
            if not isinstance(p, Tensor):
                raise error("parameter-kind", op=self.name, position=i, found=type(p).__name__)
            if p.grad_fn is not None:
                raise error("optimise-non-leaf", op=self.name, position=i, made=p.grad_fn.name)
            if id(p) in taken:
                raise error("parameter-twice", op=self.name, position=i, shape=p.shape)
            taken.add(id(p))

    def check_group(self, group: Group) -> None:
        """Refuse options that are unknown, not supported, or out of their range."""
        for name, value in group.items():
            if name not in self.defaults and name not in SCHEDULED:
                known = ", ".join(self.defaults)
                raise error("argument-unknown", op=self.name, names=name, known=known)
            if name in FOREIGN and value not in (None, False):
                raise error("optimizer-foreign", op=self.name, name=name, got=value)
        check_ranges(self.name, self.ranges, group, of_optimizer=True)

    # -- stepping --------------------------------------------------------------------------------------

    @with_hooks
    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """Move every parameter that has a gradient.

        Parameters
        ----------
        closure : callable, optional
            Computes the loss anew, calls ``backward()`` and returns the loss.

        Returns
        -------
        What `closure` returned, or None
        """
        loss = None
        if closure is not None:
            with enable_grad():
                loss = closure()
        writer = self.name + ".step"
        for group in self.param_groups:
            options = self._settled(group)
            ready = [p for p in group["params"] if p._grad is not None]
            for kind, alike in self.alike(ready, group):
                self.update(alike, group, options, kind)
            for p in ready:
                touch(p, writer)
        return loss

    def _settled(self, group: Group) -> dict[str, Any]:
        """Return the group's options as the step takes them, checked anew only when one of them has changed."""
        values = tuple(group.values())
        seen, options = self._options.get(id(group), (None, {}))
        if values != seen:
            self.check_group(group)
            options = self.options_of(group)
            self._options[id(group)] = values, options
        return options

    def options_of(self, group: Group) -> dict[str, Any]:
        """Return what a group's parameters have in common as static arguments of the step."""
        raise NotImplementedError

    def alike(self, params: list[Tensor], group: Group) -> list[tuple[Any, list[Tensor]]]:
        """Return the parameters in lists of those that one call of the step can take, and what kind of step it is."""
        lists: dict[Any, list[Tensor]] = {}
        for p in params:
            array = p.array
            lists.setdefault((self.kind_of_step(p, group), type(array), array.dtype), []).append(p)
        return [(kind, listed) for (kind, *_), listed in lists.items()]

    def kind_of_step(self, p: Tensor, group: Group) -> Any:
        """Return what must be equal for two parameters to step in one call; make the state where it is missing."""
        raise NotImplementedError

    def update(self, params: list[Tensor], group: Group, options: dict[str, Any], kind: Any) -> None:
        """Let parameters that are alike step along their gradients."""
        raise NotImplementedError

    def scratch_for(self, params: list[Tensor]) -> Array:
        """Return working memory for the largest of some parameters: one row of numbers, the same for all calls."""
        array = params[0].array
        size = self.scratch_rows * max(p.array.size for p in params)
        memory = self._memory.get((type(array), array.dtype))
        if memory is None or memory.size < size:
            memory = self._memory[type(array), array.dtype] = backend_of(array).xp.empty(size, dtype=array.dtype)
        return memory

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Forget the gradients, or with ``set_to_none=False`` fill them with zeros."""
        for group in self.param_groups:
            clear_gradients(group["params"], set_to_none)

    # -- states ------------------------------------------------------------------------------------------

    def shape_of(self, name: str, p: Tensor) -> tuple[int, ...]:
        """Return the shape of one of a parameter's states."""
        return () if name in self.numbers else p.shape

    def loaded(self, name: str, value: Any, p: Tensor) -> Any:
        """Return a saved value of a state as it is kept here."""
        return saved_state.taken_over(self, name, value, p)

    # -- saving ----------------------------------------------------------------------------------------

    def state_dict(self) -> dict[str, Any]:
        """Return ``{"state": …, "param_groups": …}`` in PyTorch's form, parameters as numbers in order."""
        for hook in tuple(self._hooks["before saving"]):
            hook(self)
        found = saved_state.state_of(self)
        for hook in tuple(self._hooks["after saving"]):
            replaced = hook(self, found)
            found = found if replaced is None else replaced
        return found

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Take over what ``state_dict()`` returned, here or in PyTorch; tensors are copied.

        Raises
        ------
        StorageError
            If groups or shapes do not fit; nothing has been changed then.
        """
        for hook in tuple(self._hooks["before loading"]):
            replaced = hook(self, state_dict)
            state_dict = state_dict if replaced is None else replaced
        saved_state.load_state(self, state_dict)
        for hook in tuple(self._hooks["after loading"]):
            hook(self)

    # -- hooks -----------------------------------------------------------------------------------------

    def register_step_pre_hook(self, hook: Callable[..., Any]) -> Handle:
        """Call ``hook(optimizer, args, kwargs)`` before every step; it returns None, or both anew.

        The first of `args` is the optimiser itself.
        The handle's ``remove()`` takes the hook away again.
        """
        return self._hook("before step", hook)

    def register_step_post_hook(self, hook: Callable[..., Any]) -> Handle:
        """Call ``hook(optimizer, args, kwargs)`` after every step."""
        return self._hook("after step", hook)

    def register_state_dict_pre_hook(self, hook: Callable[..., Any], prepend: bool = False) -> Handle:
        """Call ``hook(optimizer)`` before ``state_dict()``; `prepend` puts it before those registered earlier."""
        return self._hook("before saving", hook, prepend)

    def register_state_dict_post_hook(self, hook: Callable[..., Any], prepend: bool = False) -> Handle:
        """Call ``hook(optimizer, state_dict)`` after ``state_dict()``; what it returns takes its place, if anything."""
        return self._hook("after saving", hook, prepend)

    def register_load_state_dict_pre_hook(self, hook: Callable[..., Any], prepend: bool = False) -> Handle:
        """Call ``hook(optimizer, state_dict)`` before it is loaded; what it returns is loaded instead, if anything."""
        return self._hook("before loading", hook, prepend)

    def register_load_state_dict_post_hook(self, hook: Callable[..., Any], prepend: bool = False) -> Handle:
        """Call ``hook(optimizer)`` after ``load_state_dict()``."""
        return self._hook("after loading", hook, prepend)

    def _hook(self, moment: str, hook: Callable[..., Any], prepend: bool = False) -> Handle:
        hooks = self._hooks[moment]
        hooks.insert(0 if prepend else len(hooks), hook)
        return Handle(hooks, hook)

    def __repr__(self) -> str:
        lines = []
        for i, group in enumerate(self.param_groups):
            lines.append(f"Parameter Group {i}")
            lines += [f"    {name}: {group[name]}" for name in sorted(group) if name != "params"]
        return f"{self.name} (\n" + "\n".join(lines) + "\n)"
