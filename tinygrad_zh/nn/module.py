"""Module: the base class of layers and models, as in PyTorch.

A Module keeps its parameters, buffers and submodules in three tables (``tables.py``) and finds its way through them
by path (``tree.py``).  Here is what is done with it: calling it with its hooks, training and evaluating, saving and
loading its state, moving and printing it.

May import: floors 0–3, ``parameter``, ``tree``, ``state``, ``placement``, ``layout``, ``backward_hooks``.
Read next: ``state.py``, ``linear.py``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Self

from ..backend.devices import as_device
from ..backend.dtypes import as_dtype
from ..core.modes import LAYERS
from ..core.registry import registry
from ..core.tensor import Tensor
from ..errors import TinygradZhError, error
from ..ops.hooks import Handle
from . import placement, state
from .layout import say_where, tree_text
from .parameter import clear_gradients
from .tree import Tree


class Module(Tree):
    """Base class of layers and models.

    A subclass calls ``super().__init__()``, assigns parameters and submodules to attributes, and defines
    ``forward``.

    Attributes
    ----------
    training : bool
        Whether layers such as Dropout behave as in training; see `train` and `eval`.

    Examples
    --------
    >>> class Line(Module):
    ...     def __init__(self):
    ...         super().__init__()
    ...         self.slope = Parameter(tensor([2.0]))
    ...     def forward(self, x):
    ...         return x * self.slope
    """

    # -- calling ---------------------------------------------------------------------------------------

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        """Compute the result; every subclass defines this."""
        raise error("forward-missing", kind=type(self).__name__)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Run the hooks and ``forward``."""
        if LAYERS and (note := registry.get("module_entered")):
            note(self)
        try:
            if self._forward_pre_hooks or self._forward_hooks or self._backward_hooks or self._backward_pre_hooks:
                return self._call_with_hooks(args, kwargs)
            return self.forward(*args, **kwargs)
        except TinygradZhError as problem:
            say_where(problem, self, args, kwargs)
            raise
        except (AttributeError, TypeError) as problem:
            # One of the layers here stumbles over what is no Tensor: say that, not how.
            strange = [type(x).__name__ for x in args if not isinstance(x, Tensor)]
            if not strange or self._modules or not type(self).__module__.startswith(f"{__package__}."):
                raise
            refused = error("not-a-tensor", op=type(self).__name__, kind=strange[0])
            say_where(refused, self, args, kwargs)
            raise refused from problem

    def _call_with_hooks(self, args: Any, kwargs: Any) -> Any:
        for hook, with_kwargs in tuple(self._forward_pre_hooks):
            given = hook(self, args, kwargs) if with_kwargs else hook(self, args)
            if given is not None and with_kwargs:
                args, kwargs = given
            elif given is not None:
                args = given if isinstance(given, tuple) else (given,)
        passage = None
        if self._backward_hooks or self._backward_pre_hooks:
            from .backward_hooks import Passage

            passage = Passage(self, self._backward_pre_hooks, self._backward_hooks)
            args = passage.enter(args)
        result = self.forward(*args, **kwargs)
        for hook, with_kwargs in tuple(self._forward_hooks):
            given = hook(self, args, kwargs, result) if with_kwargs else hook(self, args, result)
            if given is not None:
                result = given
        return result if passage is None else passage.leave(result)

    def register_forward_pre_hook(
        self, hook: Callable[..., Any], *, prepend: bool = False, with_kwargs: bool = False
    ) -> Handle:
        """Call ``hook(module, args)`` before every forward; what it returns replaces the arguments.

        With `with_kwargs` it is ``hook(module, args, kwargs)`` and returns both.  The handle's ``remove()``
        takes the hook away; `prepend` puts it before those registered earlier.
        """
        return hooked(self._forward_pre_hooks, (hook, with_kwargs), prepend)

    def register_forward_hook(
        self, hook: Callable[..., Any], *, prepend: bool = False, with_kwargs: bool = False
    ) -> Handle:
        """Call ``hook(module, args, result)`` after every forward; what it returns replaces the result.

        With `with_kwargs` it is ``hook(module, args, kwargs, result)``; see `register_forward_pre_hook`.
        """
        return hooked(self._forward_hooks, (hook, with_kwargs), prepend)

    def register_full_backward_hook(self, hook: Callable[..., Any], prepend: bool = False) -> Handle:
        """Call ``hook(module, grad_input, grad_output)`` when the gradients of the positional inputs are complete.

        Both are tuples, with None for what has no gradient; a tuple that it returns replaces `grad_input`.
        """
        return hooked(self._backward_hooks, hook, prepend)

    def register_full_backward_pre_hook(self, hook: Callable[..., Any], prepend: bool = False) -> Handle:
        """Call ``hook(module, grad_output)`` before the sweep enters the module; a tuple returned replaces them."""
        return hooked(self._backward_pre_hooks, hook, prepend)

    # -- state -----------------------------------------------------------------------------------------

    def state_dict(self, *, destination: Any = None, prefix: str = "", keep_vars: bool = False) -> dict[str, Any]:
        """Return parameters and persistent buffers by path; detached, sharing memory, unless `keep_vars`.

        Parameters
        ----------
        destination : dict, optional
            Where to put them; a new dict by default.
        prefix : str
            What comes before every path.
        keep_vars : bool
            Whether the parameters and buffers themselves are returned.
        """
        found: dict[str, Any] = {} if destination is None else destination
        state.state_of(self, found, prefix, keep_vars)
        return found

    def load_state_dict(
        self, state_dict: Mapping[str, Any], strict: bool = True, assign: bool = False
    ) -> state.IncompatibleKeys:
        """Copy values into parameters and buffers, by path; all of them or, in case of an error, none.

        Parameters
        ----------
        state_dict : mapping of str to Tensor or array
            What ``state_dict()`` returned, here or in PyTorch; converted to each parameter's dtype.
        strict : bool
            Whether missing and unexpected names are an error; shapes that differ always are.
        assign : bool
            Whether the given Tensors themselves, with their dtypes, become the parameters and buffers.  Make the
            optimiser afterwards: it would go on with the old ones.

        Returns
        -------
        IncompatibleKeys
            ``missing_keys`` and ``unexpected_keys``, both empty if `strict`.

        Raises
        ------
        StorageError
            If something does not fit: everything that is missing, unexpected or mis-shaped is listed.
        """
        return state.load_state(self, state_dict, strict, assign)

    def get_extra_state(self) -> Any:
        """Return what a class of yours wants saved besides tensors; a subclass defines this and `set_extra_state`."""
        raise error("extra-state", kind=type(self).__name__, method="get_extra_state")

    get_extra_state.of_module_itself = True  # type: ignore[attr-defined]  # how state.py knows it from a subclass's

    def set_extra_state(self, state: Any) -> None:
        """Take back what ``get_extra_state`` returned."""
        raise error("extra-state", kind=type(self).__name__, method="set_extra_state")

    def register_state_dict_pre_hook(self, hook: Callable[..., Any]) -> Handle:
        """Call ``hook(module, prefix, keep_vars)`` before the module's state is gathered."""
        return hooked(self._state_hooks["before saving"], hook, False)

    def register_state_dict_post_hook(self, hook: Callable[..., Any]) -> Handle:
        """Call ``hook(module, state_dict, prefix, local_metadata)`` after; it may change the dict, and returns None.

        The metadata is an empty dict here.
        """
        return hooked(self._state_hooks["after saving"], hook, False)

    def register_load_state_dict_pre_hook(self, hook: Callable[..., Any]) -> Handle:
        """Call a hook before the state is compared; it may change the dict, which is a copy of the one given.

        It is called as ``hook(module, state_dict, prefix, local_metadata, strict, missing_keys, unexpected_keys,
        error_msgs)``; a text that it appends to the last is an error.
        """
        return hooked(self._state_hooks["before loading"], hook, False)

    def register_load_state_dict_post_hook(self, hook: Callable[..., Any]) -> Handle:
        """Call ``hook(module, incompatible_keys)`` after loading; it may take names out of the two lists."""
        return hooked(self._state_hooks["after loading"], hook, False)

    def train(self, mode: bool = True) -> Self:
        """Switch this module and all below it to training, or with False to evaluation."""
        if not isinstance(mode, bool):
            raise error("argument", op="train", argument="mode", expected="True or False", got=mode)
        for module in self.modules():
            module.training = mode
        return self

    def eval(self) -> Self:
        """Switch to evaluation: Dropout lets everything through."""
        return self.train(False)

    def requires_grad_(self, requires_grad: bool = True) -> Self:
        """Train all parameters, or with False freeze them."""
        for parameter in self.parameters():
            parameter.requires_grad = requires_grad
        return self

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Forget the gradients of all parameters, or with ``set_to_none=False`` fill them with zeros."""
        clear_gradients(self.parameters(), set_to_none)

    def apply(self, fn: Callable[[Module], Any]) -> Self:
        """Call ``fn(module)`` for every submodule, children before parents, and for this module last."""
        for child in self.children():
            child.apply(fn)
        fn(self)
        return self

    # -- dtype and device ------------------------------------------------------------------------------

    def to(self, *args: Any, dtype: Any = None, device: Any = None, non_blocking: bool = False) -> Self:
        """Move parameters and buffers to a device, or convert the floating ones to a dtype, in place.

        Parameters
        ----------
        *args : dtype, device or Tensor
            In any order, as for a Tensor: ``to("cuda")``, ``to(float64)``, ``to(other)``.
        dtype, device : optional
            The same by name.
        """
        placement.move(self, *placement.wanted(args, dtype, device))
        return self

    def cpu(self) -> Self:
        """Move parameters and buffers to the CPU."""
        return self.to("cpu")

    def cuda(self, device: Any = None) -> Self:
        """Move parameters and buffers to an NVIDIA GPU (tests/gpu has been run on an H200)."""
        return self.to(as_device("cuda" if device is None else device))

    def float(self) -> Self:
        """Convert floating parameters and buffers to float32."""
        return self.to(as_dtype("float32"))

    def double(self) -> Self:
        """Convert floating parameters and buffers to float64."""
        return self.to(as_dtype("float64"))

    def half(self) -> Self:
        """Convert floating parameters and buffers to float16."""
        return self.to(as_dtype("float16"))

    def type(self, dst_type: Any) -> Self:
        """Convert floating parameters and buffers to a dtype."""
        return self.to(as_dtype(dst_type))

    def to_empty(self, *, device: Any, recurse: bool = True) -> Self:
        """Move parameters and buffers to a device without their values: what they hold then is arbitrary.

        Parameters
        ----------
        device : device, str or None
            Where to; None for where they are.
        recurse : bool
            Whether the modules below are meant too.
        """
        placement.forget_values(self, device, recurse)
        return self

    # -- printing --------------------------------------------------------------------------------------

    def extra_repr(self) -> str:
        """Return what stands between the brackets of ``repr``; a layer says its sizes here."""
        return ""

    def __repr__(self) -> str:
        return tree_text(type(self).__name__, self.extra_repr(), self._modules.items())


def hooked(hooks: list[Any], hook: Any, prepend: bool) -> Handle:
    """Add a hook to a list, and return the handle that removes it."""
    hooks.insert(0 if prepend else len(hooks), hook)
    return Handle(hooks, hook)
