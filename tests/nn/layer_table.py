"""The layers of torch.nn with options and inputs: one row a case, for ``test_layer_table.py``."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np


class Case(NamedTuple):
    """A layer, its options, and the shapes of its inputs; ints are drawn below `high`."""

    kind: str
    args: tuple[Any, ...]
    options: dict[str, Any]
    shapes: tuple[tuple[int, ...], ...]
    high: int | None
    kwargs: dict[str, Any]

    def __str__(self) -> str:
        given = [*map(str, self.args), *(f"{k}={v}" for k, v in self.options.items())]
        return f"{self.kind}({','.join(given)})".replace(" ", "")


def case(
    kind: str, *args: Any, x: Any = ((2, 4, 6),), high: int | None = None, kwargs: Any = None, **options: Any
) -> Case:
    """Write a row."""
    return Case(kind, args, options, x if isinstance(x[0], tuple) else (x,), high, kwargs or {})


SIZE = {1: (7,), 2: (5, 6), 3: (4, 5, 3)}
SMALL = {1: (4,), 2: (2, 4), 3: (2, 2, 4)}

ACTIVATIONS = [
    *[
        case(kind)
        for kind in ("SiLU", "Sigmoid", "Tanh", "GELU", "ELU", "CELU", "SELU", "Mish", "Softplus", "LogSigmoid")
    ],
    *[
        case(kind)
        for kind in ("Softsign", "Tanhshrink", "Hardshrink", "Softshrink", "Hardtanh", "ReLU6", "Hardsigmoid")
    ],
    case("Hardswish"),
    *[case(kind, 0.7, inplace=True) for kind in ("ELU", "CELU", "LeakyReLU")],
    *[case(kind, inplace=True) for kind in ("ReLU", "SELU", "Mish", "ReLU6", "Hardsigmoid", "Hardswish", "SiLU")],
    case("GLU"),
    case("GLU", 1),
    case("Softmin", 1),
    case("Softmax2d", x=(2, 3, 2, 2)),
    case("Softmax2d", x=(3, 2, 2)),
    case("Threshold", 0.1, 20.0),
    case("Threshold", 0.1, 20.0, inplace=True),
    case("Hardtanh", -0.5, 0.7, inplace=True),
    case("Hardshrink", 0.3),
    case("Softplus", 2.0, 0.5),
    case("PReLU"),
    case("PReLU", 4, 0.1),
]

CONVOLUTIONS = [
    *[case(f"Conv{d}d", 4, 2, 3, x=(2, 4, *SIZE[d])) for d in (1, 2, 3)],
    *[case(f"Conv{d}d", 4, 6, 2, 2, 1, groups=2, bias=False, x=(2, 4, *SIZE[d])) for d in (1, 2, 3)],
    *[case("Conv2d", 2, 3, 3, padding=1, padding_mode=m, x=(2, 2, 4, 5)) for m in ("reflect", "replicate", "circular")],
    *[case("Conv2d", 2, 3, (2, 3), padding="same", padding_mode=m, x=(2, 2, 4, 5)) for m in ("zeros", "circular")],
    case("Conv1d", 2, 3, 4, padding="same", dilation=2, padding_mode="reflect", x=(2, 2, 9)),
    case("Conv2d", 2, 3, 2, padding="valid", padding_mode="reflect", x=(2, 4, 5)),
    case("Conv2d", 2, 3, (3, 2), (1, 2), (1, 0), (1, 2), x=(2, 4, 7)),
    case("Conv3d", 1, 2, 2, padding=1, padding_mode="replicate", x=(1, 1, 2, 3, 2)),
    *[case(f"ConvTranspose{d}d", 4, 2, 3, x=(2, 4, *SMALL[d])) for d in (1, 2, 3)],
    *[case(f"ConvTranspose{d}d", 4, 6, 3, 2, 1, 1, 2, False, x=(2, 4, *SMALL[d])) for d in (1, 2, 3)],
    case("ConvTranspose2d", 4, 2, 3, 2, dilation=2, x=(4, 2, 3)),
    case("ConvTranspose2d", 4, 2, 3, 3, 1, x=(1, 4, 2, 3), kwargs={"output_size": (6, 9)}),
    case("ConvTranspose2d", 4, 2, 3, 3, 1, x=(1, 4, 2, 3), kwargs={"output_size": (1, 2, 5, 9)}),
]

NORMALISATIONS = [
    case("BatchNorm1d", 4, x=(3, 4)),
    case("BatchNorm1d", 4),
    case("BatchNorm2d", 4, x=(2, 4, 2, 3)),
    case("BatchNorm3d", 2, 1e-3, 0.3, x=(2, 2, 2, 1, 2)),
    case("BatchNorm1d", 4, momentum=None),
    case("BatchNorm1d", 4, affine=False),
    case("BatchNorm1d", 4, bias=False),
    case("BatchNorm1d", 4, track_running_stats=False),
    case("InstanceNorm1d", 4),
    case("InstanceNorm1d", 4, x=(4, 6)),
    case("InstanceNorm2d", 4, affine=True, track_running_stats=True, x=(2, 4, 2, 3)),
    case("InstanceNorm3d", 2, track_running_stats=True, x=(2, 2, 1, 2)),
    case("LayerNorm", 6),
    case("LayerNorm", (4, 6), bias=False),
    case("LayerNorm", [6], 1e-3, elementwise_affine=False),
    case("GroupNorm", 2, 4),
    case("GroupNorm", 2, 4, affine=False),
    case("GroupNorm", 4, 4, 1e-3, bias=False),
    case("RMSNorm", 6),
    case("RMSNorm", (4, 6), 1e-3, elementwise_affine=False),
    case("LocalResponseNorm", 3, 0.1, 0.5, 2.0),
]

POOLINGS = [
    *[case(f"MaxPool{d}d", 2, x=(2, 4, *SIZE[d])) for d in (1, 2, 3)],
    *[case(f"AvgPool{d}d", 2, x=(2, 4, *SIZE[d])) for d in (1, 2, 3)],
    *[case(f"LPPool{d}d", 2, 2, x=(2, 4, *SIZE[d])) for d in (1, 2, 3)],
    *[case(f"AdaptiveAvgPool{d}d", 2, x=(2, 4, *SIZE[d])) for d in (1, 2, 3)],
    *[case(f"AdaptiveMaxPool{d}d", 2, x=(2, 4, *SIZE[d])) for d in (1, 2, 3)],
    case("MaxPool2d", (3, 2), 1, 1, ceil_mode=True, x=(2, 3, 5, 6)),
    case("MaxPool1d", 2, 1, 0, 2, x=(3, 7)),
    case("MaxPool1d", 2, return_indices=True),
    case("AvgPool2d", 3, 2, 1, count_include_pad=False, ceil_mode=True, x=(2, 3, 5, 6)),
    case("AvgPool2d", 2, divisor_override=3, x=(2, 3, 5, 6)),
    case("AvgPool1d", 3, 1, 1),
    case("AdaptiveAvgPool2d", (None, 2), x=(2, 3, 5, 6)),
    case("AdaptiveMaxPool2d", (2, 3), True, x=(2, 3, 5, 6)),
    case("LPPool1d", 4, 3, 1, True),
]

SHAPES = [
    case("Bilinear", 3, 2, 4, x=((5, 3), (5, 2))),
    case("Bilinear", 3, 2, 4, bias=False, x=((2, 5, 3), (2, 5, 2))),
    case("Unflatten", 1, (2, 2)),
    case("Unflatten", -1, (3, -1)),
    case("Upsample", scale_factor=2),
    case("Upsample", 9, mode="linear"),
    case("Upsample", (5, 7), mode="bilinear", align_corners=True, x=(2, 1, 3, 4)),
    case("Upsample", scale_factor=(1.5, 2.0), mode="bicubic", x=(1, 2, 4, 4)),
    case("UpsamplingNearest2d", scale_factor=2, x=(1, 2, 2, 3)),
    case("UpsamplingBilinear2d", (4, 5), x=(1, 2, 2, 3)),
    case("PixelShuffle", 2, x=(2, 4, 2, 3)),
    case("PixelUnshuffle", 2, x=(2, 1, 2, 4)),
    case("ChannelShuffle", 2, x=(2, 4, 1, 2)),
    case("Unfold", 2, padding=1, x=(2, 2, 3, 3)),
    case("Fold", (3, 4), 2, x=(1, 8, 6)),
    *[case(f"ConstantPad{d}d", 1, 3.5, x=(2, 2, *SMALL[d])) for d in (1, 2, 3)],
    *[case(f"ZeroPad{d}d", tuple(range(2 * d)), x=(2, *SMALL[d])) for d in (1, 2, 3)],
    *[
        case(f"{k}Pad{d}d", 1, x=(2, 2, *SMALL[d]))
        for k in ("Reflection", "Replication", "Circular")
        for d in (1, 2, 3)
    ],
    case("ConstantPad1d", (2, -1), 0.5),
    case("CosineSimilarity", x=((3, 4), (3, 4))),
    case("CosineSimilarity", 0, x=((3, 4), (3, 4))),
    case("PairwiseDistance", 3.0, keepdim=True, x=((3, 4), (3, 4))),
    case("Embedding", 7, 3, x=(2, 5), high=7),
    case("Embedding", 7, 3, padding_idx=-2, scale_grad_by_freq=True, x=(2, 5), high=7),
    case("Embedding", 7, 3, max_norm=1.0, x=(4,), high=7),
    *[case("EmbeddingBag", 7, 3, mode=mode, x=(2, 5), high=7) for mode in ("mean", "sum", "max")],
    case("EmbeddingBag", 7, 3, padding_idx=1, x=(2, 5), high=7),
]

LAYERS = [*ACTIVATIONS, *CONVOLUTIONS, *NORMALISATIONS, *POOLINGS, *SHAPES]

DRAW = np.random.default_rng(3)
PROBABILITIES, TARGETS = DRAW.uniform(0.1, 0.9, (4, 3)), DRAW.uniform(0.1, 0.9, (4, 3))
SIGNS, CLASSES = np.array([1.0, -1.0, 1.0, -1.0]), np.array([0, 2, 1, 2])
MANY_SIGNS, WEIGHT = np.where(DRAW.random((4, 3)) < 0.5, 1.0, -1.0), DRAW.uniform(0.5, 2, 3)
LABELS = np.array([[2, 0, -1], [1, -1, 0], [0, 1, 2], [-1, 1, 1]])

LOSSES: list[tuple[str, dict[str, Any], tuple[Any, ...]]] = [
    ("BCELoss", {}, (TARGETS,)),
    ("BCELoss", {"weight": WEIGHT, "reduction": "sum"}, (TARGETS,)),
    ("BCEWithLogitsLoss", {}, (TARGETS,)),
    ("BCEWithLogitsLoss", {"weight": WEIGHT, "pos_weight": WEIGHT[::-1].copy(), "reduction": "none"}, (TARGETS,)),
    ("SmoothL1Loss", {"beta": 0.3}, (TARGETS,)),
    ("HuberLoss", {"delta": 0.3, "reduction": "sum"}, (TARGETS,)),
    ("KLDivLoss", {"reduction": "batchmean"}, (TARGETS,)),
    ("KLDivLoss", {"log_target": True, "reduction": "sum"}, (TARGETS,)),
    ("PoissonNLLLoss", {}, (TARGETS,)),
    ("PoissonNLLLoss", {"log_input": False, "full": True, "eps": 1e-3}, (3 * TARGETS,)),
    ("GaussianNLLLoss", {"full": True, "reduction": "sum"}, (TARGETS, PROBABILITIES[::-1].copy())),
    ("HingeEmbeddingLoss", {"margin": 0.7}, (MANY_SIGNS,)),
    ("SoftMarginLoss", {"reduction": "none"}, (MANY_SIGNS,)),
    ("MarginRankingLoss", {"margin": 0.1}, (TARGETS, MANY_SIGNS)),
    ("CosineEmbeddingLoss", {"margin": 0.2}, (TARGETS, SIGNS)),
    ("MultiMarginLoss", {"p": 2, "margin": 0.8, "weight": WEIGHT}, (CLASSES,)),
    ("MultiLabelMarginLoss", {}, (LABELS,)),
    ("MultiLabelSoftMarginLoss", {"weight": WEIGHT}, ((MANY_SIGNS > 0).astype(float),)),
    ("TripletMarginLoss", {"margin": 0.5, "p": 1.0, "swap": True}, (TARGETS, PROBABILITIES[::-1].copy())),
    ("TripletMarginWithDistanceLoss", {"margin": 0.5, "reduction": "none"}, (TARGETS, PROBABILITIES[::-1].copy())),
]
