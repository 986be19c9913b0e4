"""宋词三千首：二十个最常见的词牌，各一百五十首。

3000 poems of the Song dynasty (960–1279), 150 to each of the twenty commonest tunes.
"""

from __future__ import annotations

import lzma
from pathlib import Path
from typing import NamedTuple

PATH = Path(__file__).with_name("song_ci.txt.xz")


class Poem(NamedTuple):
    """一首词：词牌、作者、正文。A poem: its tune, the poet, the text."""

    tune: str
    poet: str
    text: str


def read_poems() -> list[Poem]:
    """按全宋词中的顺序。In the order of the collection, which is roughly that of the poets' lives."""
    return [Poem(*line.split("\t")) for line in lzma.decompress(PATH.read_bytes()).decode().split("\n")]
