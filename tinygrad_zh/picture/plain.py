r"""TeX as plain text, for places that cannot set formulas: ``\frac{a}{b^{2}}`` becomes ``a / b²``.

This reads the small part of TeX in which ops state their formulas.  A command that it does not know
becomes its bare name, so that a user's own op can be drawn too; ``unknown_commands`` finds them.

May import: nothing.  Read next: ``numbers.py``.
"""

from __future__ import annotations

import re

TOKEN = re.compile(r"\\[a-zA-Z]+|\\.|.", re.DOTALL)

SIGNS = {
    "odot": "⊙", "cdot": "·", "times": "×", "sum": "Σ", "prod": "∏", "int": "∫", "partial": "∂", "nabla": "∇",
    "le": "≤", "ge": "≥", "ne": "≠", "approx": "≈", "in": "∈", "land": "∧", "lor": "∨", "lnot": "¬", "oplus": "⊕",
    "otimes": "⊗", "forall": "∀", "exists": "∃", "sim": "~", "mid": "|", "lfloor": "⌊", "rfloor": "⌋", "lceil": "⌈",
    "rceil": "⌉", "lVert": "‖", "rVert": "‖", "top": "⊤", "dots": "…", "ldots": "…", "cdots": "…", "infty": "∞",
    "bmod": "mod", "to": "→", "pm": "±", "ell": "ℓ", "quad": " ", "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ",
    "epsilon": "ε", "varepsilon": "ε", "eta": "η", "theta": "θ", "lambda": "λ", "mu": "μ", "nu": "ν", "pi": "π",
    "rho": "ρ", "sigma": "σ", "tau": "τ", "phi": "φ", "varphi": "φ", "psi": "ψ", "omega": "ω", "Gamma": "Γ",
    "ast": "∗", "star": "⋆", "zeta": "ζ", "Delta": "Δ", "Phi": "Φ", "Sigma": "Σ", "Omega": "Ω",
}  # fmt: skip
FUNCTIONS = frozenset(
    ["ln", "log", "exp", "sin", "cos", "tan", "sinh", "cosh", "tanh", "arcsin", "arccos", "arctan", "max", "min", "arg"]
)
KEEP_GROUP = frozenset(
    ["operatorname", "mathrm", "mathbf", "mathit", "mathbin", "mathord", "mathrel", "mathop", "text", "textrm"]
)
ACCENTS = {"bar": "\u0304", "hat": "\u0302", "tilde": "\u0303"}
IGNORED = frozenset(["left", "right", "bigl", "bigr", "big", "limits", "displaystyle", "!"])
SPACES = frozenset([",", ";", ":", " "])

RAISED = dict(zip("0123456789+-−()n⊤", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁽⁾ⁿᵀ", strict=True))
LOWERED = dict(zip("0123456789+-−()", "₀₁₂₃₄₅₆₇₈₉₊₋₋₍₎", strict=True))
LOOSE = re.compile(r"[ +−/⊙·=<>≤≥]")
NUMBER_LAST = re.compile(r"(?<![\w.])\(?−?\d+(\.\d+)?\)?$")
NUMBER_FIRST = re.compile(r"\(?−?\d+(\.\d+)?\)?(?![\w.^²³])")
OPENS, CLOSES = "([⌊⌈|{", ")]⌋⌉|}"
APART = frozenset("+−=<>≤≥≠,;")


class Fraction(str):
    """The text of a quotient, which needs parentheses beside other factors."""


def plain(tex: str) -> str:
    r"""Return a formula in TeX as one line of Unicode text.

    Parameters
    ----------
    tex : str
        Of the kind that ops state: fractions, roots, powers, subscripts, Greek letters, operator names.

    Returns
    -------
    str

    Examples
    --------
    >>> plain(r"\frac{1}{n} \sum (x - \bar{x})^{2}")
    '(1 / n) Σ (x − x̄)²'
    """
    first, *rest = Reader(tex).sequence().split(" ⊙ ")
    text = first
    for part in rest:  # ⊙ multiplies arrays elementwise; beside a number a plain dot says the same
        beside_number = NUMBER_LAST.search(text) or NUMBER_FIRST.match(part)
        text += (" · " if beside_number else " ⊙ ") + part
    return text


def unknown_commands(tex: str) -> list[str]:
    """Return the commands in `tex` that `plain` knows nothing about."""
    reader = Reader(tex)
    reader.sequence()
    return reader.unknown


class Reader:
    """Reads one formula from left to right."""

    def __init__(self, tex: str) -> None:
        self.tokens = TOKEN.findall(tex)
        self.place = 0
        self.unknown: list[str] = []

    def sequence(self, stop: str = "") -> str:
        """Read up to `stop`, or to the end, and join what was read."""
        parts: list[str] = []
        while self.place < len(self.tokens):
            token = self.tokens[self.place]
            if token == stop:
                self.place += 1
                break
            if token in "^_":
                self.place += 1
                base = parts.pop() if parts else ""
                base = f"({base})" if isinstance(base, Fraction) else base
                parts.append(base + shifted(self.argument(), raised=token == "^"))
            else:
                parts.append(self.item())
        return joined(parts)

    def argument(self) -> str:
        """Read what belongs to a command: a group in braces, or a single item."""
        while self.place < len(self.tokens) and self.tokens[self.place].isspace():
            self.place += 1
        return self.item() if self.place < len(self.tokens) else ""

    def item(self) -> str:
        """Read one group, command or character."""
        token = self.tokens[self.place]
        self.place += 1
        if token == "{":
            return self.sequence("}")
        if token.startswith("\\"):
            return self.command(token[1:])
        return " " if token.isspace() else "−" if token == "-" else token

    def command(self, name: str) -> str:
        """Read a command and its arguments."""
        if name in ("frac", "tfrac"):
            over, under = bracketed(self.argument()), bracketed(self.argument())
            return Fraction(f"{over} / {under}")
        if name == "sqrt":
            return "√" + bracketed(self.argument())
        if name in KEEP_GROUP:
            return self.argument()
        if name in ACCENTS:
            return self.argument() + ACCENTS[name]
        if name == "overline":  # a bar over a letter fits, over more it would not
            text = self.argument()
            return text + ACCENTS["bar"] if len(text) == 1 else f"mean({text})"
        if name in IGNORED:
            return ""
        if name in SPACES:
            return " "
        if not name[:1].isalpha():
            return name  # an escaped sign: \_ \& \{ \|
        if name not in SIGNS and name not in FUNCTIONS:
            self.unknown.append(name)
        return SIGNS.get(name, name)


def bracketed(text: str) -> str:
    """Put parentheses around what would fall apart beside a stroke, a root or a power."""
    return f"({text})" if LOOSE.search(outside(text)) else text


def outside(text: str) -> str:
    """Return what stands outside all brackets."""
    depth, kept = 0, []
    for sign in text:
        depth -= sign in ")]⌋⌉"
        if depth == 0:
            kept.append(sign)
        depth += sign in "([⌊⌈"
    return "".join(kept)


def shifted(text: str, raised: bool) -> str:
    """Return an exponent or index: raised or lowered signs where Unicode has them, else ``^(…)`` or ``_…``."""
    table = RAISED if raised else LOWERED
    if text and all(sign in table for sign in text):
        return "".join(table[sign] for sign in text)
    return ("^" if raised else "_") + bracketed(text)


def joined(parts: list[str]) -> str:
    """Join the parts of a group; a quotient gets parentheses unless it stands alone between operators."""
    texts = []
    for i, part in enumerate(parts):
        before = "".join(parts[:i]).rstrip()[-1:]
        after = "".join(parts[i + 1 :]).lstrip()[:1]
        alone = (not before or before in OPENS or before in APART) and (not after or after in CLOSES or after in APART)
        texts.append(f"({part})" if isinstance(part, Fraction) and not alone else part)
    text = re.sub(r" +", " ", "".join(texts)).strip()
    text = re.sub(r"(?<=[⌊⌈]) | (?=[⌋⌉])", "", text)
    written = [part for part in parts if part.strip()]
    return Fraction(text) if len(written) == 1 and isinstance(written[0], Fraction) else text
