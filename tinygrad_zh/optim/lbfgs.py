"""LBFGS: Newton's method with what the last gradients tell about the curvature.

May import: floors 0–2, ``line_search``, ``optimizer``, ``ranges``, ``saved_state``.  Read next:
``lr_scheduler/scheduler.py``; the direction is computed in ``../ops/step_curvature.py``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, ClassVar

from ..aliases import Array
from ..backend.devices import backend_of
from ..core.inplace import touch
from ..core.tensor import Tensor, box
from ..errors import error
from ..ops.grad_mode import enable_grad
from ..ops.step_curvature import newton_direction
from . import saved_state
from .line_search import Point, strong_wolfe
from .optimizer import Group, Optimizer, options_in
from .ranges import NUMBER, REAL, one_of, whole

NUMBERS = ("func_evals", "n_iter", "t", "ro", "H_diag", "prev_loss")
"""Which parts of the state are numbers, or lists of numbers; the others are vectors."""


class LBFGS(Optimizer):
    """L-BFGS: steps p ← p + t·d with d = −H·g, where H approximates the inverse of the second derivative.

    A step is several iterations, each of which computes the loss once or more often: ``optimizer.step(closure)``.

    Parameters
    ----------
    params : iterable of Tensor
        What to optimise, in one group.
    lr : float
        t, or with a line search its first guess.
    max_iter : int
        How many iterations a step has at most.
    max_eval : int, optional
        How often a step computes the loss at most; by default 1.25·max_iter.
    tolerance_grad : float
        A step ends when no element of the gradient is larger.
    tolerance_change : float
        A step ends when loss or parameters change by less.
    history_size : int
        How many earlier iterations tell about the curvature.
    line_search_fn : {None, "strong_wolfe"}
        Whether to search for t.

    Raises
    ------
    ArgumentError
        If there are no parameters, there is a second group, or an option is out of its range.

    Notes
    -----
    Liu and Nocedal (1989), "On the Limited Memory BFGS Method for Large Scale Optimization".  The state of all
    parameters is that of the first, as in PyTorch.
    """

    ranges: ClassVar = {
        "lr": NUMBER,
        "max_iter": whole(),
        "max_eval": whole(),
        "tolerance_grad": REAL,
        "tolerance_change": REAL,
        "history_size": whole(1),
        "line_search_fn": one_of(None, "strong_wolfe"),
    }

    def __init__(
        self,
        params: Iterable[Any],
        lr: float = 1,
        max_iter: int = 20,
        max_eval: int | None = None,
        tolerance_grad: float = 1e-7,
        tolerance_change: float = 1e-9,
        history_size: int = 100,
        line_search_fn: str | None = None,
    ) -> None:
        if max_eval is None and self.ranges["max_iter"].holds(max_iter):
            max_eval = max_iter * 5 // 4
        super().__init__(params, options_in(locals()))

    def add_param_group(self, param_group: Mapping[str, Any]) -> None:
        """Take the one group of parameters."""
        if self.param_groups:
            raise error("one-group", op=self.name)
        super().add_param_group(param_group)

    # -- stepping --------------------------------------------------------------------------------------

    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """Iterate until the loss is least, or one of the limits is reached.

        Parameters
        ----------
        closure : callable
            Computes the loss anew, calls ``backward()`` and returns the loss.

        Returns
        -------
        What `closure` returned at first
        """
        if not callable(closure):
            raise error("closure-needed", op=self.name, found=type(closure).__name__)
        group = self.param_groups[0]
        self.check_group(group)
        first = group["params"][0]
        state = self.state[first]
        for name in ("func_evals", "n_iter"):
            state.setdefault(name, 0)
        result, g = self._evaluate(closure)
        state["func_evals"] += 1
        if abs(g).max() > group["tolerance_grad"]:
            self._iterate(closure, state, group, float(result), g)
        return result

    def _iterate(self, closure: Callable[[], Any], state: dict[str, Any], group: Group, loss: float, g: Array) -> None:
        """Go on from a point with this loss and gradient."""
        evaluations, smallest = 1, group["tolerance_change"]
        for iteration in range(1, group["max_iter"] + 1):
            state["n_iter"] += 1
            self._learn_curvature(state, g, group["history_size"])
            steps, changes = ([s.array for s in state[name]] for name in ("old_stps", "old_dirs"))
            d = newton_direction(g, steps, changes, state["ro"], state["H_diag"])
            before = loss
            t = float(group["lr"])
            if state["n_iter"] == 1:
                t *= min(1.0, 1 / float(abs(g).sum()))
            state.update(d=box(d), t=t, prev_flat_grad=box(g), prev_loss=before)
            slope = float(g.dot(d))
            if slope > -smallest:
                return
            used = 0
            if group["line_search_fn"] is not None:
                start, longest = Point(0.0, loss, slope, g), float(abs(d).max())
                tries = group["max_eval"] - evaluations
                end, used = strong_wolfe(self._along(closure, d), start, t, longest, smallest, tries)
                state["t"], loss, g = end.t, end.loss, end.gradient
                self._move(d, end.t)
            else:
                self._move(d, t)
                if iteration < group["max_iter"]:  # after the last one nobody looks at the loss
                    result, g = self._evaluate(closure)
                    loss, used = float(result), 1
            evaluations += used
            state["func_evals"] += used
            if (
                evaluations >= group["max_eval"]
                or abs(g).max() <= group["tolerance_grad"]
                or abs(d * state["t"]).max() <= smallest
                or abs(loss - before) < smallest
            ):
                return

    def _learn_curvature(self, state: dict[str, Any], g: Array, size: int) -> None:
        """Take up how parameters and gradient have changed since the last iteration, and forget the oldest of it."""
        if state["n_iter"] == 1:
            state.update(old_dirs=[], old_stps=[], ro=[], H_diag=1.0)
            return
        y, s = g - state["prev_flat_grad"].array, state["d"].array * state["t"]
        curvature = float(y.dot(s))
        if curvature > 1e-10:
            for name, value in (("old_dirs", box(y)), ("old_stps", box(s)), ("ro", 1 / curvature)):
                state[name] = [*state[name], value][-size:]
            state["H_diag"] = curvature / float(y.dot(y))

    def _along(self, closure: Callable[[], Any], d: Array) -> Callable[[float], Point]:
        """Return the function that gives the point at t along `d`, and leaves the parameters where they are."""

        def at(t: float) -> Point:
            params = self.param_groups[0]["params"]
            kept = [p.array.copy() for p in params]
            self._move(d, t)
            result, g = self._evaluate(closure)
            for p, array in zip(params, kept, strict=True):
                p.array[...] = array
                touch(p, self.name + ".step")
            return Point(t, float(result), float(g.dot(d)), g)

        return at

    def _evaluate(self, closure: Callable[[], Any]) -> tuple[Any, Array]:
        """Return what `closure` returns, and the gradient of all parameters as one vector."""
        with enable_grad():
            result = closure()
        params = self.param_groups[0]["params"]
        xp = backend_of(params[0].array).xp
        parts = [xp.zeros_like(p.array) if p._grad is None else p._grad.array for p in params]
        return result, xp.concatenate([part.reshape(-1) for part in parts])

    def _move(self, d: Array, t: float) -> None:
        """Write p + t·d into the parameters."""
        begin = 0
        for p in self.param_groups[0]["params"]:
            size = p.array.size
            p.array[...] += t * d[begin : begin + size].reshape(p.shape)
            begin += size
            touch(p, self.name + ".step")

    # -- states ----------------------------------------------------------------------------------------

    def shape_of(self, name: str, p: Tensor) -> tuple[int, ...]:
        """Return the shape of a vector: one element for every element of a parameter."""
        return (sum(q.array.size for q in self.param_groups[0]["params"]),)

    def loaded(self, name: str, value: Any, p: Tensor) -> Any:
        """Return a saved value of the state, which in PyTorch may be a number, a tensor or a list of them."""
        if isinstance(value, (list, tuple)):
            return [self.loaded(name, part, p) for part in value]
        if name in NUMBERS:
            return value if isinstance(value, int) else float(value)
        return saved_state.taken_over(self, name, value, p)

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Take over what ``state_dict()`` returned, here or in PyTorch; PyTorch's ``"al"`` is working memory."""
        if isinstance(state_dict, Mapping) and "state" in state_dict:
            states = state_dict["state"].items()
            kept = {number: {k: v for k, v in values.items() if k != "al"} for number, values in states}
            state_dict = {**state_dict, "state": kept}
        super().load_state_dict(state_dict)
