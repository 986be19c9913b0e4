"""Make song_ci.txt.xz from the npm package chinese-poetry: ``python -m examples.texts.make_song_ci FOLDER``.

FOLDER is where ``npm pack chinese-poetry@2.0.1`` was unpacked.  No chance: of each of the twenty commonest tunes 150
poems, evenly through the collection, in its order, from those that consist of characters and the marks ，。、 alone.
"""

from __future__ import annotations

import json
import lzma
import re
import sys
from collections import Counter
from pathlib import Path

from examples.texts.song_ci import PATH
from tinygrad_zh.storage import atomic_write

TUNES, PER_TUNE = 20, 150
CLEAN = re.compile(r"[\u4e00-\u9fff，。、]{20,130}")


def poems(folder: Path) -> dict[str, str]:
    """Return the tune and "tune, poet, text" of every poem that can be used, by its text: none comes twice."""
    files = [file for file in folder.glob("package/dist/songci/ci.song.*.json") if file.name.split(".")[2].isdecimal()]
    found: dict[str, str] = {}
    for file in sorted(files, key=lambda file: int(file.name.split(".")[2])):
        for poem in json.loads(file.read_text(encoding="utf-8")):
            text = "".join(poem["paragraphs"])
            if CLEAN.fullmatch(text) and text.endswith("。") and poem["rhythmic"] != "失调名":  # "tune unknown"
                found.setdefault(text, "\t".join([poem["rhythmic"], poem["author"], text]))
    return found


def chosen(usable: list[str]) -> list[str]:
    """Return the same number of poems of each of the commonest tunes, in their order."""
    counts = Counter(line.split("\t")[0] for line in usable)
    places: list[int] = []
    for tune, _ in counts.most_common(TUNES):
        own = [i for i, line in enumerate(usable) if line.startswith(tune + "\t")]
        places += [own[i * len(own) // PER_TUNE] for i in range(PER_TUNE)]
    return [usable[i] for i in sorted(places)]


def main() -> None:
    """Write the file, and say how large it is."""
    lines = chosen(list(poems(Path(sys.argv[1])).values()))
    packed = lzma.compress("\n".join(lines).encode(), preset=9 | lzma.PRESET_EXTREME)
    with atomic_write(PATH) as file:
        file.write(packed)
    print(f"{PATH.name}: {len(lines)} poems, {len(packed)} bytes")


if __name__ == "__main__":
    main()
