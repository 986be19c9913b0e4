"""Three parametrisations of PyTorch's: orthogonal matrices, length times direction, largest singular value 1.

May import: floors 0–2, ``nn``'s modules, ``parametrize``.
"""

from __future__ import annotations

from typing import Any

from ...backend.devices import backend_of
from ...core.tensor import Tensor, box
from ...errors import error
from ...ops.grad_mode import no_grad
from ...ops.publish import public, spaces
from .. import functional as F
from ..convolution import ConvolutionTranspose
from ..module import Module
from .parametrize import register_parametrization
from .weight_norm import length

MAPS = ("matrix_exp", "cayley", "householder")


def tensor_named(op: str, module: Module, name: str) -> Tensor:
    """Return the parameter or buffer that is to be parametrised."""
    found = getattr(module, name, None)
    if not isinstance(found, Tensor):
        kind = type(module).__name__
        raise error("parametrization", op=op, kind=kind, name=name, reason="it is no parameter and no buffer")
    return found


# -- length times direction -------------------------------------------------------------------------------


class WeightNorm(Module):
    """g · v / ‖v‖, of two originals: the lengths g and the directions v."""

    def __init__(self, dim: int | None = 0) -> None:
        super().__init__()
        self.dim = -1 if dim is None else dim

    def forward(self, g: Tensor, v: Tensor) -> Tensor:
        """Return the weight."""
        weight: Tensor = v * (g / length(v, self.dim))
        return weight

    def right_inverse(self, weight: Tensor) -> tuple[Tensor, Tensor]:
        """Return lengths and directions."""
        return length(weight, self.dim), weight


def weight_norm(module: Module, name: str = "weight", dim: int = 0) -> Module:
    """Train a parameter's length and direction in its place; return the module.

    Parameters
    ----------
    module : Module
        It gets ``parametrizations.<name>.original0``, the lengths, and ``original1``, the directions.
    name : str
        Of the parameter.
    dim : int or None
        Each slice along this dimension has its own length; None, or as in PyTorch −1, for one in all.

    Notes
    -----
    Salimans and Kingma (2016), "Weight Normalization", eq. 2.  What ``nn.utils.weight_norm`` saved as ``<name>_g`` and
    ``<name>_v`` can be loaded.
    """
    register_parametrization(module, name, WeightNorm(dim), unsafe=True)

    def rename(module: Module, state: Any, prefix: str, *others: Any) -> None:
        for old, new in (("_g", "original0"), ("_v", "original1")):
            if prefix + name + old in state:
                state[f"{prefix}parametrizations.{name}.{new}"] = state.pop(prefix + name + old)

    module.register_load_state_dict_pre_hook(rename)
    return module


# -- largest singular value 1 -----------------------------------------------------------------------------


class SpectralNorm(Module):
    """W / σ with the largest singular value σ = uᵀ W v, whose vectors power iteration follows in training."""

    def __init__(self, weight: Tensor, n_power_iterations: int = 1, dim: int = 0, eps: float = 1e-12) -> None:
        super().__init__()
        op = "spectral_norm"
        if not -weight.ndim <= dim < weight.ndim:
            raise error("dim-range", op=op, dim=dim, low=-weight.ndim, high=weight.ndim - 1)
        if n_power_iterations < 1:
            got = n_power_iterations
            raise error("argument", op=op, argument="n_power_iterations", expected="an int ≥ 1", got=got)
        self.dim, self.eps, self.n_power_iterations = dim % weight.ndim, eps, n_power_iterations
        if weight.ndim > 1:
            matrix = self.matrix(weight.detach())
            for vector, size in (("_u", matrix.shape[0]), ("_v", matrix.shape[1])):
                drawn = public["randn"](size, dtype=weight.dtype, device=weight.device)
                self.register_buffer(vector, F.normalize(drawn, dim=0, eps=eps))
            self.iterate(matrix, 15)

    def matrix(self, weight: Tensor) -> Tensor:
        """Return the weight as a matrix whose rows are the slices along `dim`."""
        first: Tensor = public["movedim"](weight, self.dim, 0)
        return first.reshape(first.shape[0], -1)

    @no_grad()
    def iterate(self, matrix: Tensor, steps: int) -> None:
        """Take steps u ← Wv / ‖Wv‖, v ← Wᵀu / ‖Wᵀu‖, in place."""
        for _ in range(steps):
            self._u.copy_(F.normalize(matrix @ self._v, dim=0, eps=self.eps))
            self._v.copy_(F.normalize(matrix.T @ self._u, dim=0, eps=self.eps))

    def forward(self, weight: Tensor) -> Tensor:
        """Return the weight; a vector is divided by its norm."""
        if weight.ndim == 1:
            unit: Tensor = F.normalize(weight, dim=0, eps=self.eps)
            return unit
        matrix = self.matrix(weight)
        if self.training:
            self.iterate(matrix.detach(), self.n_power_iterations)
        u, v = self._u.clone(), self._v.clone()  # the next forward overwrites them before this one's backward, perhaps
        divided: Tensor = weight / (u @ (matrix @ v))
        return divided

    def right_inverse(self, value: Tensor) -> Tensor:
        """Return the value itself, as if it were so already."""
        return value


def spectral_norm(
    module: Module, name: str = "weight", n_power_iterations: int = 1, eps: float = 1e-12, dim: int | None = None
) -> Module:
    """Divide a parameter by its largest singular value, whenever it is read; return the module.

    Parameters
    ----------
    module : Module
        It gets ``parametrizations.<name>.original``, and in ``parametrizations.<name>.0`` the singular vectors.
    name : str
        Of the parameter.
    n_power_iterations : int
        Steps of power iteration per reading, in training.
    eps : float
        The least norm that is divided by.
    dim : int, optional
        Which dimension makes the rows: 0, and of a ConvTranspose 1, that of the result's channels.

    Notes
    -----
    Miyato et al. (2018), "Spectral Normalization for Generative Adversarial Networks", algorithm 1.
    """
    weight = tensor_named("spectral_norm", module, name)
    rows = (1 if isinstance(module, ConvolutionTranspose) else 0) if dim is None else dim
    return register_parametrization(module, name, SpectralNorm(weight, n_power_iterations, rows, eps))


# -- orthogonal matrices ----------------------------------------------------------------------------------


class Orthogonal(Module):
    """An orthogonal matrix made of any matrix: by the exponential, by Cayley's map, or by Householder reflections.

    The first two map the skew matrix A of a lower triangle: exp(A), or (I + A/2)(I − A/2)⁻¹.
    """

    def __init__(self, weight: Tensor, orthogonal_map: str, use_trivialization: bool) -> None:
        super().__init__()
        self.orthogonal_map, self.use_trivialization, self.wide = orthogonal_map, use_trivialization, False
        self.wide = weight.shape[-2] < weight.shape[-1]
        if use_trivialization:
            self.register_buffer("base", None)

    def forward(self, x: Tensor) -> Tensor:
        """Return Q, of the shape of x: its columns are orthonormal, or its rows if they are fewer."""
        tall = x.mT if self.wide else x
        q = self.reflected(tall) if self.orthogonal_map == "householder" else self.rotated(tall)
        if self.use_trivialization:
            q = self.base @ q
        return q.mT if self.wide else q

    def rotated(self, x: Tensor) -> Tensor:
        """Return the exponential, or Cayley's map, of the skew matrix of a lower triangle."""
        n, k = x.shape[-2:]
        x = x.tril()
        if n != k:
            x = public["cat"]([x, public["zeros"](*x.shape[:-1], n - k, dtype=x.dtype, device=x.device)], -1)
        skew = x - x.mT
        if self.orthogonal_map == "matrix_exp":
            q: Tensor = spaces["linalg"]["matrix_exp"](skew)
        else:
            one = public["eye"](n, dtype=x.dtype, device=x.device)
            q = spaces["linalg"]["solve"](one - skew * 0.5, one + skew * 0.5)
        return q[..., :k]

    def reflected(self, x: Tensor) -> Tensor:
        """Return the product of the reflections whose vectors stand below the diagonal, which holds signs."""
        below = x.tril(-1)
        tau = 2.0 / (1.0 + (below * below).sum(-2))
        q: Tensor = spaces["linalg"]["householder_product"](below, tau)
        signs = x.detach().diagonal(0, -2, -1).trunc()
        return q * signs.unsqueeze(-2)

    @no_grad()
    def right_inverse(self, q: Tensor) -> Tensor:
        """Return what gives Q, made orthogonal if it is not; with trivialisation Q is kept as the base."""
        tall = q.mT if self.wide else q
        if not self.use_trivialization:
            if self.orthogonal_map != "householder":
                raise NotImplementedError  # the start is then the map of the values as they are
            start = reflections_of(tall)
            return start.mT if self.wide else start
        n, k = tall.shape[-2:]
        if n != k:
            rest = public["randn"](*tall.shape[:-1], n - k, dtype=q.dtype, device=q.device)
            self.base = made_orthogonal(public["cat"]([tall, rest], -1))
        else:
            self.base = tall.clone() if is_orthogonal(tall) else made_orthogonal(tall)
        # −1 on the diagonal is where the maps give the identity: signs, of which a reflection takes one.
        start = public["zeros_like"](q)
        start.diagonal(0, -2, -1).fill_(-1.0)
        return start


def reflections_of(q: Tensor) -> Tensor:
    """Return the vectors of Q's Householder reflections below a diagonal of signs."""
    xp = backend_of(q.array).xp
    raw, tau = xp.linalg.qr(q.array, mode="raw")
    packed = box(xp.array(xp.swapaxes(raw, -2, -1)))
    signs = packed.diagonal(0, -2, -1).sign()
    signs = public["where"](box(xp.array(tau)) == 0, -signs, signs)  # LAPACK's 0: no reflection, so no sign to undo
    below = packed.tril(-1)
    below.diagonal(0, -2, -1).copy_(signs)
    return below


def made_orthogonal(x: Tensor) -> Tensor:
    """Return the Q of the QR decomposition in which R's diagonal is not negative."""
    q, r = spaces["linalg"]["qr"](x)
    orthogonal: Tensor = q * r.diagonal(0, -2, -1).sign().unsqueeze(-2)
    return orthogonal


def is_orthogonal(q: Tensor) -> bool:
    """Whether Qᵀ Q is the identity up to rounding."""
    size = q.shape[-1]
    distance = q.mT @ q - public["eye"](size, dtype=q.dtype, device=q.device)
    return bool((distance.abs() < 10 * size * public["finfo"](q.dtype).eps).all().item())


def orthogonal(
    module: Module, name: str = "weight", orthogonal_map: str | None = None, *, use_trivialization: bool = True
) -> Module:
    """Keep a parameter orthogonal while it is trained; return the module.

    Parameters
    ----------
    module : Module
        Whose parameter.
    name : str
        Of a matrix, or a stack of matrices (..., m, n): its columns are orthonormal, or its rows if they are fewer.
    orthogonal_map : {"matrix_exp", "cayley", "householder"}, optional
        How it is made of what is trained; by default the exponential of square matrices, else Householder's.
    use_trivialization : bool
        Whether it is multiplied with a fixed orthogonal matrix, so that it begins as what it is now; see Notes.

    Raises
    ------
    ArgumentError
        If there is no such parameter, or no such map.
    ShapeError
        If it is no matrix.

    Notes
    -----
    Lezcano-Casado (2019), "Trivializations for gradient-based optimization on manifolds".
    """
    op, weight = "orthogonal", tensor_named("orthogonal", module, name)
    if weight.ndim < 2:
        raise error("ndim", op=op, expected="at least 2", shape=weight.shape)
    if orthogonal_map is None:
        orthogonal_map = MAPS[0] if weight.shape[-2] == weight.shape[-1] else MAPS[2]
    if orthogonal_map not in MAPS:
        raise error("argument", op=op, argument="orthogonal_map", expected=f"one of {MAPS}", got=orthogonal_map)
    return register_parametrization(module, name, Orthogonal(weight, orthogonal_map, use_trivialization), unsafe=True)
