"""One character, one token: for Chinese, where a character means something, the simplest tokeniser that works.

May import: floor 0, ``tokenizer``.  Read next: ``byte_pairs.py``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from ...errors import error
from .tokenizer import SPECIAL, UNK, Tokenizer, check_count, text_list


class CharTokenizer(Tokenizer):
    """A tokeniser of single characters (Unicode code points).

    Parameters
    ----------
    characters : iterable of str
        The characters, in the order of their tokens, which begin after the special ones at 4.

    Raises
    ------
    ArgumentError
        If one comes twice, or is no single character.

    Examples
    --------
    >>> tokenizer = data.text.CharTokenizer("你好世界")
    >>> tokenizer.encode("你好！", bos=True)
    [2, 4, 5, 1]
    >>> tokenizer.decode([2, 4, 5, 1], skip_special=False)
    '<bos>你好<unk>'
    """

    kind = "tinygrad_zh.CharTokenizer"

    def __init__(self, characters: Iterable[str]) -> None:
        self.characters = list(characters)
        if wrong := wrong_characters(self.characters):
            raise error(
                "argument", op="CharTokenizer", argument="characters", expected="different characters", got=wrong
            )
        self._ids = {character: i for i, character in enumerate(self.characters, len(SPECIAL))}

    @classmethod
    def train(cls, texts: Iterable[str], *, min_count: int = 1, max_size: int | None = None) -> CharTokenizer:
        """Return a tokeniser of the characters of some texts.

        Parameters
        ----------
        texts : iterable of str
        min_count : int
            Leave out characters that come less often.
        max_size : int, optional
            How many tokens there may be, special ones included: the most frequent stay.

        Notes
        -----
        In order of frequency; those that come equally often in order of their code points.
        """
        check_count("CharTokenizer.train", "min_count", min_count)
        if max_size is not None:
            check_count("CharTokenizer.train", "max_size", max_size, len(SPECIAL))
        counts = Counter(character for text in text_list("CharTokenizer.train", texts) for character in text)
        order = sorted((c for c in counts if counts[c] >= min_count), key=lambda c: (-counts[c], c))
        return cls(order if max_size is None else order[: max_size - len(SPECIAL)])

    @property
    def vocab_size(self) -> int:
        """How many tokens there are, special ones included."""
        return len(SPECIAL) + len(self.characters)

    def pieces(self, text: str) -> list[int]:
        """Return the token of each character; ``<unk>`` for those that are not known."""
        return [self._ids.get(character, UNK) for character in text]

    def text_of(self, ids: list[int], skip_special: bool) -> str:
        """Return the characters of the tokens."""
        shown = ("",) * len(SPECIAL) if skip_special else SPECIAL
        return "".join(shown[i] if i < len(SPECIAL) else self.characters[i - len(SPECIAL)] for i in ids)

    def content(self) -> dict[str, Any]:
        """Return the characters."""
        return {"characters": self.characters}

    @classmethod
    def restored(cls, content: dict[str, Any]) -> CharTokenizer:
        """Return the tokeniser with these characters."""
        return cls(list(content["characters"]))


def wrong_characters(characters: list[Any]) -> list[Any]:
    """Return what is no character, or comes a second time."""
    seen: set[Any] = set()
    wrong = []
    for character in characters:
        if not isinstance(character, str) or len(character) != 1 or character in seen:
            wrong.append(character)
        else:
            seen.add(character)
    return wrong
