"""Rows for options that ``layer_table.py`` leaves at their defaults: together they try every option of every layer."""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.nn.layer_table import CLASSES, LABELS, MANY_SIGNS, PROBABILITIES, SIGNS, SIZE, SMALL, TARGETS, case

OTHER = PROBABILITIES[::-1].copy()

MORE_LAYERS = [
    # activations
    case("Softshrink", 0.2),
    case("Dropout", 0.0, inplace=True),
    # convolutions
    case("Conv3d", 2, 2, 2, dilation=2, x=(1, 2, 3, 4, 3)),
    case("Conv3d", 2, 3, (1, 2, 2), padding="same", padding_mode="circular", x=(2, 3, 3, 3)),
    case("Conv1d", 2, 3, 3, 2, 1, 2, padding_mode="circular", x=(2, 2, 8)),
    case("ConvTranspose1d", 2, 3, 3, 2, 1, dilation=2, padding_mode="zeros", x=(2, 2, 4)),
    case("ConvTranspose2d", 2, 4, (2, 3), padding=(1, 0), groups=2, padding_mode="zeros", x=(2, 2, 3, 3)),
    case("ConvTranspose3d", 2, 2, 2, dilation=(2, 1, 1), padding_mode="zeros", x=(1, 2, 2, 2, 2)),
    # normalisations
    *[case(f"BatchNorm{d}d", 3, eps=0.1, momentum=0.7, x=(2, 3, *SMALL[d])) for d in SMALL],
    *[case(f"BatchNorm{d}d", 3, affine=False, x=(2, 3, *SMALL[d])) for d in SMALL],
    *[case(f"BatchNorm{d}d", 3, track_running_stats=False, bias=False, x=(2, 3, *SMALL[d])) for d in SMALL],
    *[
        case(f"InstanceNorm{d}d", 3, 0.1, 0.7, True, track_running_stats=True, bias=bias, x=(2, 3, *SMALL[d]))
        for d in SMALL
        for bias in (True, False)
    ],
    *[case(f"InstanceNorm{d}d", 3, affine=True, x=(3, *SMALL[d])) for d in SMALL],
    case("LayerNorm", (4, 6), 0.1),
    case("RMSNorm", (4, 6)),
    case("LocalResponseNorm", 2, x=(2, 5, 3, 2)),
    # pooling
    case("MaxPool1d", 3, 2, 1, ceil_mode=True, x=(2, 3, 8)),
    case("MaxPool2d", 2, 1, dilation=(1, 2), return_indices=True, x=(2, 3, 5, 6)),
    case("MaxPool3d", 2, (1, 2, 1), 1, return_indices=True, ceil_mode=True, x=(2, *SIZE[3])),
    case("MaxPool3d", 2, dilation=2, x=(1, 2, 4, 5, 3)),
    case("AvgPool1d", 3, 2, 1, True, False, x=(2, 3, 8)),
    case("AvgPool3d", 2, (2, 1, 2), 1, True, False, x=(2, 3, *SIZE[3])),
    case("AvgPool3d", (1, 2, 2), divisor_override=3, x=(3, *SIZE[3])),
    case("LPPool2d", 1, 2, stride=1, ceil_mode=True, x=(2, 2, 4, 5)),
    case("LPPool3d", 3, 2, stride=(1, 2, 2), ceil_mode=True, x=(2, 2, *SIZE[3])),
    case("AdaptiveMaxPool1d", 3, return_indices=True, x=(2, 3, 8)),
    case("AdaptiveMaxPool3d", (2, None, 3), return_indices=True, x=(2, 3, *SIZE[3])),
    case("AdaptiveAvgPool3d", (2, None, 3), x=(3, *SIZE[3])),
    # shapes and images
    case("Unfold", (2, 3), dilation=(2, 1), padding=1, stride=2, x=(2, 2, 5, 5)),
    case("Fold", (4, 5), 2, dilation=2, padding=1, stride=(1, 2), x=(1, 8, 12)),
    case("Upsample", scale_factor=1.7, mode="linear", recompute_scale_factor=True, x=(2, 1, 5)),
    case("Upsample", scale_factor=2.0, mode="trilinear", align_corners=False, x=(1, 2, 2, 3, 2)),
    case("UpsamplingNearest2d", (5, 4), x=(1, 2, 2, 3)),
    case("UpsamplingBilinear2d", scale_factor=(2, 1.5), x=(1, 2, 2, 4)),
    # embeddings and distances
    case("Embedding", 7, 3, max_norm=1.0, norm_type=1.0, x=(2, 5), high=7),
    case("EmbeddingBag", 7, 3, max_norm=1.0, norm_type=1.0, x=(2, 5), high=7),
    case("CosineSimilarity", 1, eps=5.0, x=((3, 4), (3, 4))),
    case("PairwiseDistance", eps=0.1, x=((3, 4), (3, 4))),
    case("PairwiseDistance", 1.0, x=((4,), (4,))),
]

REDUCTIONS = ("none", "mean", "sum")


def reduced(kind: str, *rest: Any, **options: Any) -> list[tuple[str, dict[str, Any], tuple[Any, ...]]]:
    """A row for each way to reduce."""
    return [(kind, {**options, "reduction": reduction}, rest) for reduction in REDUCTIONS]


MORE_LOSSES = [
    *reduced("BCELoss", TARGETS),
    *reduced("BCEWithLogitsLoss", TARGETS, pos_weight=np.array([1.0, 2.0, 0.5])),
    *reduced("SmoothL1Loss", TARGETS, beta=0.0),
    *reduced("HuberLoss", TARGETS, delta=0.2),
    *reduced("KLDivLoss", TARGETS),
    *reduced("PoissonNLLLoss", TARGETS),
    *reduced("GaussianNLLLoss", TARGETS, OTHER, eps=0.5),
    *reduced("HingeEmbeddingLoss", MANY_SIGNS),
    *reduced("SoftMarginLoss", MANY_SIGNS),
    *reduced("MarginRankingLoss", TARGETS, MANY_SIGNS),
    *reduced("CosineEmbeddingLoss", TARGETS, SIGNS),
    *reduced("MultiMarginLoss", CLASSES),
    *reduced("MultiLabelMarginLoss", LABELS),
    *reduced("MultiLabelSoftMarginLoss", (MANY_SIGNS > 0).astype(float)),
    *reduced("TripletMarginLoss", TARGETS, OTHER, eps=0.1, p=3.0),
    *reduced("TripletMarginWithDistanceLoss", TARGETS, OTHER, swap=True),
]
