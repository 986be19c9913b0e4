"""Floor 2: the generator of random numbers: a seed, and how many blocks have been drawn.

It holds no more than these two integers: the numbers come from ``backend/philox.py``, which makes any block of
any seed at once.  Every draw takes whole blocks of four words, so drawing m and then n numbers gives the
numbers of drawing m + n if m fills its blocks: a multiple of 4 in float32, of 2 in float64 and for integers.

May import: floors 0–1.  Read next: ``random.py``.
"""

from __future__ import annotations

import os
from _thread import allocate_lock  # threading.Lock; importing threading takes a millisecond
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from ..aliases import Array
from ..backend.devices import Device, as_device, backend_for
from ..backend.philox import blocks_for, place_of
from ..core.modes import LAYERS
from ..core.registry import registry
from ..core.tensor import Tensor
from ..errors import error
from .publish import publish, published

ALGORITHM = "philox4x32-10"
FIRST_SEED = 67280421310721
"""The seed of ``Generator()``, as in PyTorch."""
_taking = allocate_lock()  # one for all: held for a microsecond, and generators can be copied


class Generator:
    """Where random numbers come from, and how far they have been drawn.

    Parameters
    ----------
    device : str or Device
        What ``device`` reports.  The numbers are the same on every device, so any device may draw.

    Notes
    -----
    Philox4x32-10 (Salmon et al. 2011): the seed is the key, the number of blocks drawn so far the counter.

    Examples
    --------
    >>> g = Generator().manual_seed(7)
    >>> g.get_state()
    {'algorithm': 'philox4x32-10', 'seed': 7, 'block': 0}
    """

    def __init__(self, device: Any = "cpu") -> None:
        self.device: Device = as_device(device)
        self._seed, self._block = FIRST_SEED, 0

    def manual_seed(self, seed: int) -> Generator:
        """Begin again from a seed, and return the generator.

        Parameters
        ----------
        seed : int
            From −2⁶³ to 2⁶⁴ − 1; a negative one means seed + 2⁶⁴.

        Raises
        ------
        ArgumentError
            If it is no int, or out of range.
        """
        if isinstance(seed, bool) or not hasattr(seed, "__index__") or not -(2**63) <= seed.__index__() < 2**64:
            raise error("seed", got=seed)
        self._seed, self._block = seed.__index__() % 2**64, 0
        return self

    def seed(self) -> int:
        """Begin again from a seed that the operating system draws, and return that seed."""
        self.manual_seed(int.from_bytes(os.urandom(8), "little"))
        return self._seed

    def initial_seed(self) -> int:
        """Return the seed."""
        return self._seed

    def get_state(self) -> dict[str, Any]:
        """Return all there is to know, as plain values that JSON can hold.

        PyTorch's is an opaque tensor; this one can be read in a checkpoint.
        """
        return {"algorithm": ALGORITHM, "seed": self._seed, "block": self._block}

    def set_state(self, new_state: dict[str, Any]) -> None:
        """Go on from where `get_state` was called.

        Raises
        ------
        ArgumentError
            If it is not what `get_state` returns.
        """
        right_names = isinstance(new_state, dict) and new_state.keys() == self.get_state().keys()
        if (
            not right_names
            or new_state["algorithm"] != ALGORITHM
            or not all(type(new_state[name]) is int and 0 <= new_state[name] < 2**64 for name in ("seed", "block"))
        ):
            raise error("generator-state", got=new_state, example=self.get_state())
        self._seed, self._block = new_state["seed"], new_state["block"]

    def take(self, words: int) -> Array:
        """Return the place of the next block, and pass over as many blocks as hold `words` words."""
        with _taking:
            first = self._block
            self._block = (first + blocks_for(words)) % 2**64
            return place_of(self._seed, first)


class Place(Tensor):
    """Where a draw begins, on the device that draws: the operand of every random op.

    It remembers how it was made, so whoever replays a captured step can make a fresh one:
    ``Place(old.generator, old.words, old.device)``.

    Parameters
    ----------
    generator : Generator or None
        From which to take; None for the default generator.
    words : int
        How many words of 32 bits will be drawn.
    device : Device or str, optional
        Where; the CPU by default.
    """

    def __init__(self, generator: Any, words: int, device: Any = None) -> None:
        if generator is None:
            generator = current_generator()
        if not isinstance(generator, Generator):
            raise error("generator-kind", kind=type(generator).__name__)
        if LAYERS:  # inside ``vmap``, where a draw may stand for one of each sample
            words = 4 * blocks_for(words) * registry["copies_drawn"]()
        self.generator, self.words = generator, words
        self.array, self.node, self.cell = backend_for(device).from_numpy(generator.take(words)), None, None
        if LAYERS:
            self.array = registry["place_within"](self)


default_generator = Generator()
"""What draws when no generator is given; seeded by the operating system until ``manual_seed`` is called."""
default_generator.seed()
_instead: ContextVar[Generator | None] = ContextVar("generator", default=None)


def current_generator() -> Generator:
    """Return what draws here when no generator is given: the default one, or that of `drawing_from`."""
    return _instead.get() or default_generator


@contextmanager
def drawing_from(generator: Generator) -> Iterator[None]:
    """Let `generator` stand for the default one inside the block, in this thread or task.

    So code that knows nothing of generators, such as a data set that calls ``rand``, draws from a stream of its own,
    whatever other threads draw meanwhile.
    """
    token = _instead.set(generator)
    try:
        yield
    finally:
        _instead.reset(token)


@published(method=False)
def manual_seed(seed: int) -> Generator:
    """Begin the default generator again from a seed: the same numbers follow, on every device.

    Examples
    --------
    >>> _ = manual_seed(0)
    >>> first = rand(3)
    >>> _ = manual_seed(0)
    >>> (rand(3) == first).all().item()
    True
    """
    return current_generator().manual_seed(seed)


@published(method=False)
def seed() -> int:
    """Begin the default generator again from a seed that the operating system draws, and return that seed."""
    return current_generator().seed()


@published(method=False)
def initial_seed() -> int:
    """Return the default generator's seed."""
    return current_generator().initial_seed()


@published(method=False)
def get_rng_state() -> dict[str, Any]:
    """Return the state of the default generator, for `set_rng_state`."""
    return current_generator().get_state()


@published(method=False)
def set_rng_state(new_state: dict[str, Any]) -> None:
    """Let the default generator go on from where `get_rng_state` was called."""
    current_generator().set_state(new_state)


publish("Generator", Generator, method=False)
