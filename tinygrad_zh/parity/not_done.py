"""Why a name of the yardstick is not done, and what is known of differences from PyTorch.

A test holds that exactly the names that are missing have a reason here.

May import: nothing of this package.  Read next: ``operations.py``.
"""

from __future__ import annotations

GROUPS: tuple[tuple[str, str, str], ...] = (
    (
        "结果是复数，这里没有复数张量",
        "its result is complex, and complex tensors are not supported",
        "stft istft linalg.eig linalg.eigvals fft.fft fft.ifft fft.fft2 fft.ifft2 fft.fftn fft.ifftn fft.rfft "
        "fft.irfft fft.rfft2 fft.irfft2 fft.rfftn fft.irfftn fft.hfft fft.ihfft fft.hfft2 fft.ihfft2 "
        "fft.hfftn fft.ihfftn",
    ),
    (
        "只对复数张量有意义：对实数张量什么也不做",
        "made for complex tensors: it does nothing to real ones",
        "is_complex is_conj conj conj_physical real resolve_conj resolve_neg Tensor.conj_physical_",
    ),
    (
        "涉及张量在内存中的排列，这里由 NumPy 决定",
        "about the layout of a tensor in memory, which is NumPy's here",
        "frombuffer empty_strided empty_permuted as_strided_scatter Tensor.dim_order Tensor.is_set_to "
        "Tensor.new_empty_strided Tensor.storage_offset Tensor.stride Tensor.as_strided_ Tensor.resize_ "
        "Tensor.resize_as_ Tensor.set_ Tensor.share_memory_",
    ),
    (
        "就地改变形状：张量的形状在这里不变",
        "changes a shape in place, and the shape of a tensor stays here",
        "Tensor.squeeze_ Tensor.swapaxes_ Tensor.swapdims_ Tensor.t_ Tensor.transpose_ Tensor.unsqueeze_",
    ),
    (
        "对每个元素调用一个 Python 函数，没有梯度",
        "calls a Python function for each element, without a gradient",
        "Tensor.apply_ Tensor.map_",
    ),
    (
        "在 PyTorch 中已废弃",
        "deprecated in PyTorch",
        "range lu",
    ),
    (
        "在 PyTorch 中还是试验性的，或者只为编译器而设",
        "experimental in PyTorch, or made for its compiler",
        "segment_reduce hash_tensor nonzero_static",
    ),
    (
        "需要 LAPACK 的一个分解，NumPy 没有提供",
        "needs a factorisation of LAPACK that NumPy does not offer",
        "geqrf ormqr linalg.ldl_factor linalg.ldl_factor_ex linalg.ldl_solve",
    ),
    (
        "从随机的初始值迭代，结果无法逐位对照",
        "iterates from a random start, so that results cannot be compared",
        "svd_lowrank pca_lowrank lobpcg",
    ),
    (
        "这里的 inference_mode 就是 no_grad，见 is_grad_enabled",
        "inference_mode is no_grad here; see is_grad_enabled",
        "is_inference_mode_enabled",
    ),
    (
        "还没有写",
        "not written yet",
        "poisson unravel_index histogramdd Tensor.is_cpu Tensor.is_signed Tensor.ndimension Tensor.nelement "
        "Tensor.register_post_accumulate_grad_hook Tensor.sum_to_size nn.functional.conv_tbc "
        "nn.functional.linear_cross_entropy",
    ),
)
"""Chinese and English reason, names."""
REASONS = {name: (chinese, english) for chinese, english, names in GROUPS for name in names.split()}

TRIGAMMA = (
    "PyTorch 的 trigamma 函数只有约 9 位有效数字；与 40 位精度的计算相比，这里的误差是舍入误差",
    "PyTorch's trigamma function is right to about 9 digits; beside a computation with 40 digits, ours errs by "
    "rounding",
)
EPSILON = (
    "PyTorch 在二阶梯度的分母里加了 10⁻¹²；没有加的公式在这里精确到舍入误差",
    "PyTorch adds 10⁻¹² to the denominators of its second order; the formula without it is computed to rounding here",
)
REMARKS = {
    **dict.fromkeys(
        ("lgamma", "mvlgamma", "special.gammaln", "special.multigammaln", "Tensor.lgamma_", "Tensor.mvlgamma_"),
        TRIGAMMA,
    ),
    "nn.functional.binary_cross_entropy": EPSILON,
}
"""Why a second order differs by more than rounding."""
