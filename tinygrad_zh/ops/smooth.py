r"""Floor 2: activation functions that bend smoothly: ELU and its like, softplus, mish, gates, Gumbel's softmax.

May import: floors 0–1, ``activation``, ``create``, ``distributions``, ``elementwise``, ``gather``, ``join``,
``normalise``, ``reduce``, ``write``.  Read next: ``normalise.py``.
"""

from __future__ import annotations

from typing import Any

from ..core.primitive import primitive
from ..errors import error
from .activation import sigmoid
from .create import zeros_like
from .dims import one_dim
from .distributions import standard_exponential
from .elementwise import abs, exp, log, masked_to_zero, tanh, where_p
from .gather import scatter
from .join import split_p
from .normalise import softmax
from .publish import publish, published
from .reduce import argmax, floating
from .write import computed

# -- exponential to the left of 0, linear to the right -------------------------------------------------


@primitive(
    r"\operatorname{elu}(<x>)",
    vjp_x=lambda g, x, alpha, scale, steepness: where_p(
        x > 0, g * scale, g * (alpha * scale * steepness) * exp(masked_to_zero(x, x > 0) * steepness)
    ),
    tex_rules={
        "x": r"g \odot \mathrm{scale} \left([x > 0]"
        r" + \mathrm{alpha}\,\mathrm{steepness}\,e^{\mathrm{steepness}\,x} [x \le 0]\right)"
    },
    name="elu",
)
def elu_p(xp: Any, x: Any, *, alpha: float, scale: float = 1.0, steepness: float = 1.0) -> Any:
    """Return scale · x where x > 0, and scale · α (e^(steepness · x) − 1) elsewhere."""
    return xp.where(x <= 0, xp.expm1(xp.minimum(x, 0) * steepness) * (alpha * scale), x * scale)


@published(space="nn.functional")
def elu(input: Any, alpha: float = 1.0, inplace: bool = False) -> Any:
    """Return x where x > 0, and α(eˣ − 1) elsewhere.

    Parameters
    ----------
    input : Tensor of shape (...), floating
        The values.
    alpha : float
        −α is what the function tends to on the left.
    inplace : bool
        Write the result into `input`.

    Notes
    -----
    Clevert, Unterthiner and Hochreiter (2016), "Fast and accurate deep network learning by exponential linear
    units", eq. 15.
    """
    return computed("elu", floating("elu", input), inplace, lambda x: elu_p(x, alpha=float(alpha)))


SELU_ALPHA = 1.6732632423543772848170429916717
SELU_SCALE = 1.0507009873554804934193349852946


@published(method=False)
def selu(input: Any, inplace: bool = False) -> Any:
    """Return an ELU with α and a scale by which mean 0 and variance 1 stay as they are from layer to layer.

    Notes
    -----
    Klambauer et al. (2017), "Self-normalizing neural networks", eq. 2 and the constants below eq. 14.
    """
    return computed("selu", floating("selu", input), inplace, lambda x: elu_p(x, alpha=SELU_ALPHA, scale=SELU_SCALE))


@published(method=False)
def celu(input: Any, alpha: float = 1.0, inplace: bool = False) -> Any:
    """Return x where x > 0, and α(e^(x/α) − 1) elsewhere: an ELU without a kink at 0, whatever α is.

    Raises
    ------
    ArgumentError
        If `alpha` is 0.

    Notes
    -----
    Barron (2017), "Continuously differentiable exponential linear units", eq. 2.
    """
    if alpha == 0:
        raise error("argument", op="celu", argument="alpha", expected="a number other than 0", got=alpha)
    a = float(alpha)
    return computed("celu", floating("celu", input), inplace, lambda x: elu_p(x, alpha=a, steepness=1 / a))


@published(space="nn.functional")
def elu_(input: Any, alpha: float = 1.0) -> Any:
    """Write ``elu(input)`` into `input`."""
    return elu(input, alpha, inplace=True)


@published(method=False)
def selu_(input: Any) -> Any:
    """Write ``selu(input)`` into `input`."""
    return selu(input, inplace=True)


@published(method=False)
def celu_(input: Any, alpha: float = 1.0) -> Any:
    """Write ``celu(input)`` into `input`."""
    return celu(input, alpha, inplace=True)


# -- softplus and what is made of it -------------------------------------------------------------------


@primitive(
    r"\frac{1}{\beta} \ln(1 + e^{\beta <x:2>})",
    vjp_x=lambda g, x, beta, threshold: where_p(x * beta > threshold, g, g * sigmoid(x * beta)),
    tex_rules={"x": r"g \odot \sigma(\beta x)"},
    name="softplus",
)
def softplus_p(xp: Any, x: Any, *, beta: float = 1.0, threshold: float = 20.0) -> Any:
    steep = x * beta
    return xp.where(steep > threshold, x, xp.log1p(xp.exp(xp.minimum(steep, threshold))) / beta)


@published(space="nn.functional")
def softplus(input: Any, beta: float = 1.0, threshold: float = 20.0) -> Any:
    """Return ln(1 + e^(βx)) / β: a smooth relu, above 0 everywhere.

    Parameters
    ----------
    input : Tensor of shape (...), floating
        The values.
    beta : float
        How sharply the curve bends at 0.
    threshold : float
        Where βx is above it, x itself is returned.
    """
    return softplus_p(floating("softplus", input), beta=float(beta), threshold=float(threshold))


@primitive(r"\ln \sigma(<x>)", vjp_x=lambda g, x: g * sigmoid(-x), name="logsigmoid")
def logsigmoid_p(xp: Any, x: Any) -> Any:
    return xp.minimum(x, 0) - xp.log1p(xp.exp(-xp.abs(x)))


@published(space="nn.functional")
def logsigmoid(input: Any) -> Any:
    """Return ln σ(x), computed as min(x, 0) − ln(1 + e^(−|x|)), which cannot overflow."""
    return logsigmoid_p(floating("logsigmoid", input))


@primitive(
    r"<x:2> \odot \tanh\left(\ln(1 + e^{<x>})\right)",
    d_x=lambda x: mish_slope(x),
    tex_rules={"x": r"g \odot \left(t + x\,\sigma(x)(1 - t^{2})\right),\quad t = \tanh\left(\ln(1 + e^{x})\right)"},
    name="mish",
)
def mish_p(xp: Any, x: Any) -> Any:
    return x * xp.tanh(xp.maximum(x, 0) + xp.log1p(xp.exp(-xp.abs(x))))


def mish_slope(x: Any) -> Any:
    """T + x σ(x) (1 − t²) with t = tanh(softplus(x))"""
    t = tanh(softplus_p(x))
    return t + x * sigmoid(x) * (1 - t * t)


@published(space="nn.functional")
def mish(input: Any, inplace: bool = False) -> Any:
    """Return x · tanh(softplus(x)); Misra (2019), "Mish: a self regularized non-monotonic activation function"."""
    return computed("mish", floating("mish", input), inplace, mish_p)


@published(space="nn.functional")
def softsign(input: Any) -> Any:
    """Return x / (1 + |x|): between −1 and 1, as tanh, but slower to saturate."""
    return input / (abs(input) + 1)


@published(space="nn.functional")
def tanhshrink(input: Any) -> Any:
    """Return x − tanh(x): almost 0 near 0, and x ± 1 far from it."""
    return input - tanh(input)


# -- along a dimension ---------------------------------------------------------------------------------


@published(space="nn.functional")
def glu(input: Any, dim: int = -1) -> Any:
    """Return a ⊙ σ(b), where a and b are the two halves of `input` along `dim`: b is the gate.

    Parameters
    ----------
    input : Tensor of shape (..., 2N, ...), floating
        The values and their gates.
    dim : int
        The dimension that is halved.

    Returns
    -------
    Tensor of shape (..., N, ...)

    Raises
    ------
    ShapeError
        If the dimension has an odd length, or there is none.

    Notes
    -----
    Dauphin et al. (2017), "Language modeling with gated convolutional networks", eq. 1.
    """
    place = one_dim("glu", dim, input.ndim)
    if not input.ndim or input.shape[place] % 2:
        raise error("odd-halves", op="glu", shape=input.shape, dim=dim)
    half = input.shape[place] // 2
    values, gates = split_p(floating("glu", input), sizes=(half, half), dim=place)
    return values * sigmoid(gates)


@published(space="nn.functional")
def softmin(input: Any, dim: int | None = None, dtype: Any = None) -> Any:
    """Return softmax(−x) along `dim`: the smallest element gets the largest share; see `softmax`."""
    return softmax(-input, dim, dtype)


@published(space="nn.functional")
def gumbel_softmax(logits: Any, tau: float = 1.0, hard: bool = False, eps: float = 1e-10, dim: int = -1) -> Any:
    """Draw a category from unnormalised log-probabilities, so softly that the draw has a gradient.

    Parameters
    ----------
    logits : Tensor of shape (...), floating
        Logarithms of the categories' weights along `dim`.
    tau : float
        The temperature: the smaller, the nearer to a one-hot vector.
    hard : bool
        Return the one-hot vector itself; the gradient is that of the soft draw.
    eps : float
        Has no meaning any more, in PyTorch neither: anything but the default is refused.
    dim : int
        Along which dimension the categories stand.

    Returns
    -------
    Tensor of shape (...)
        Sums to 1 along `dim`.

    Notes
    -----
    softmax((logits + G) / τ) with G = −ln E, E exponentially distributed.  Jang, Gu and Poole (2017), "Categorical
    reparameterization with Gumbel-softmax", eq. 2.
    """
    if eps != 1e-10:
        raise error("argument", op="gumbel_softmax", argument="eps", expected="left out: it has no meaning", got=eps)
    logits = floating("gumbel_softmax", logits)
    waits = standard_exponential(logits.shape, logits.dtype, logits.device, None)
    soft = softmax((logits - log(waits)) / tau, dim)
    if not hard:
        return soft
    winners = argmax(soft, dim, keepdim=True)
    return scatter(zeros_like(soft), dim, winners, value=1.0) - soft.detach() + soft


for _function in (selu, selu_, celu, celu_):
    publish(_function.__name__, _function, space="nn.functional")
