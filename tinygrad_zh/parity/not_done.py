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
        "涉及张量底层的存储；这里张量的内存就是 NumPy 的数组",
        "about the storage below a tensor; the memory of a tensor is NumPy's array here",
        "Tensor.as_strided_ Tensor.resize_ Tensor.resize_as_ Tensor.set_ Tensor.share_memory_",
    ),
    (
        "就地改变形状：视图按原来的形状记着它的张量，形状一变就认不出来了",
        "changes a shape in place, and a view knows the tensor it looks into by the shape it had",
        "Tensor.squeeze_ Tensor.swapaxes_ Tensor.swapdims_ Tensor.t_ Tensor.transpose_ Tensor.unsqueeze_",
    ),
    (
        "它的结果是 uint64，这里没有这种 dtype",
        "its result is uint64, a dtype that there is not here",
        "hash_tensor",
    ),
    (
        "需要 LAPACK 的一个分解，NumPy 没有提供",
        "needs a factorisation of LAPACK that NumPy does not offer",
        "linalg.ldl_factor linalg.ldl_factor_ex linalg.ldl_solve",
    ),
    (
        "从随机的初始值迭代，结果无法逐位对照",
        "iterates from a random start, so that results cannot be compared",
        "svd_lowrank pca_lowrank lobpcg",
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
