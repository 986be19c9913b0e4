"""Makes the pictures of the READMEs by running the example that draws one.

``python -m docs.images.make_images`` writes them; a test makes them anew and compares what they say.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from tests.docs.pages import programs
from tests.docs.run import READMES, run

HERE = Path(__file__).parent


def make_images(folder: Path = HERE) -> list[Path]:
    """Write ``graph.zh.svg`` and ``graph.en.svg`` into a folder, and return their paths."""
    written = []
    for lang, readme in READMES.items():
        example = next(block for block in programs(readme) if "tg.draw(" in block.code)
        with tempfile.TemporaryDirectory() as scratch:
            run(example, lang, Path(scratch))
            content = (Path(scratch) / "graph.svg").read_bytes()
        written.append(folder / f"graph.{lang}.svg")
        written[-1].write_bytes(content)
    return written


if __name__ == "__main__":
    make_images()
