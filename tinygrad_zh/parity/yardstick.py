"""The yardstick: PyTorch's documented names for dense real tensors, in the sections of its documentation.

``SECTIONS`` is what the table of operations counts.  ``out_of_scope.py`` says what it leaves out; a test holds that
every public callable of the installed PyTorch stands in one or the other.

A name is written as in PyTorch without its "torch.": ``add``, ``linalg.inv``, ``Tensor.expand``.

May import: nothing of this package.  Read next: ``not_done.py``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Section:
    """One section of PyTorch's documentation.

    Attributes
    ----------
    slug : str
        For ``tinygrad-zh check torch --family``.
    chinese, english : str
        Its title.
    space : str
        Where its names stand: "" is ``torch`` itself.
    names : tuple of str
        As they are called there.
    """

    slug: str
    chinese: str
    english: str
    space: str
    names: tuple[str, ...]

    def full_names(self) -> Iterator[str]:
        """Yield the names with their namespace."""
        return (f"{self.space}.{name}" if self.space else name for name in self.names)


def section(slug: str, chinese: str, english: str, space: str, names: str) -> Section:
    """Write a section with its names as one text."""
    return Section(slug, chinese, english, space, tuple(names.split()))


SECTIONS = (
    # -- torch ---------------------------------------------------------------------------------------------
    section(
        "tensors",
        "张量",
        "Tensors",
        "",
        "is_tensor is_complex is_conj is_floating_point is_nonzero numel "
        "get_default_dtype set_default_dtype set_printoptions",
    ),
    section(
        "creation",
        "创建",
        "Creation",
        "",
        "tensor asarray as_tensor as_strided from_numpy from_dlpack frombuffer zeros zeros_like ones ones_like "
        "arange range linspace logspace eye empty empty_like empty_strided empty_permuted full full_like heaviside",
    ),
    section(
        "indexing",
        "索引、切片、连接与修改",
        "Indexing, slicing, joining, mutating",
        "",
        "adjoint argwhere as_strided_scatter cat concat concatenate conj chunk dsplit column_stack dstack gather "
        "hsplit hstack index_add index_copy index_reduce index_select masked_select movedim moveaxis narrow "
        "narrow_copy nonzero nonzero_static permute reshape row_stack select scatter diagonal_scatter "
        "select_scatter slice_scatter scatter_add scatter_reduce segment_reduce split squeeze stack swapaxes "
        "swapdims t take take_along_dim tensor_split tile transpose unbind unravel_index unsqueeze vsplit vstack "
        "where",
    ),
    section(
        "random",
        "随机抽样",
        "Random sampling",
        "",
        "seed manual_seed initial_seed get_rng_state set_rng_state bernoulli multinomial normal poisson rand "
        "rand_like randint randint_like randn randn_like randperm",
    ),
    section(
        "grad-mode",
        "开关梯度",
        "Switching gradients off and on",
        "",
        "no_grad enable_grad set_grad_enabled is_grad_enabled inference_mode is_inference_mode_enabled",
    ),
    section(
        "pointwise",
        "逐元素运算",
        "Pointwise",
        "",
        "abs absolute acos arccos acosh arccosh add addcdiv addcmul angle asin arcsin asinh arcsinh atan arctan "
        "atanh arctanh atan2 arctan2 bitwise_not bitwise_and bitwise_or bitwise_xor bitwise_left_shift "
        "bitwise_right_shift ceil clamp clip conj_physical copysign cos cosh deg2rad div divide digamma erf erfc "
        "erfinv exp exp2 expm1 fix float_power floor floor_divide fmod frac frexp gradient hypot i0 igamma igammac "
        "ldexp lerp lgamma log log10 log1p log2 logaddexp logaddexp2 logical_and logical_not logical_or "
        "logical_xor logit mul multiply mvlgamma nan_to_num neg negative nextafter polygamma positive pow rad2deg "
        "real reciprocal remainder round rsqrt sigmoid sign sgn signbit sin sinc sinh softmax sqrt square sub "
        "subtract tan tanh true_divide trunc xlogy",
    ),
    section(
        "reduction",
        "归约",
        "Reduction",
        "",
        "argmax argmin amax amin aminmax all any max min dist logsumexp mean nanmean median nanmedian mode norm "
        "nansum prod quantile nanquantile std std_mean sum unique unique_consecutive var var_mean count_nonzero "
        "hash_tensor",
    ),
    section(
        "comparison",
        "比较与排序",
        "Comparison",
        "",
        "allclose argsort eq equal ge greater_equal gt greater isclose isfinite isin isinf isposinf isneginf isnan "
        "isreal kthvalue le less_equal lt less maximum minimum fmax fmin ne not_equal sort topk msort",
    ),
    section(
        "spectral",
        "谱运算与窗函数",
        "Spectral",
        "",
        "stft istft bartlett_window blackman_window hamming_window hann_window kaiser_window",
    ),
    section(
        "other",
        "其他运算",
        "Other",
        "",
        "atleast_1d atleast_2d atleast_3d bincount block_diag broadcast_tensors broadcast_to broadcast_shapes "
        "bucketize cartesian_prod cdist clone combinations corrcoef cov cross cummax cummin cumprod cumsum diag "
        "diag_embed diagflat diagonal diff einsum flatten flip fliplr flipud kron rot90 gcd histc histogram "
        "histogramdd meshgrid lcm logcumsumexp ravel renorm repeat_interleave roll searchsorted tensordot trace "
        "tril tril_indices triu triu_indices unflatten vander resolve_conj resolve_neg can_cast promote_types "
        "result_type",
    ),
    section(
        "blas",
        "BLAS 与 LAPACK",
        "BLAS and LAPACK",
        "",
        "addbmm addmm addmv addr baddbmm bmm chain_matmul cholesky cholesky_inverse cholesky_solve dot geqrf ger "
        "inner inverse det logdet slogdet lu lu_solve lu_unpack matmul matrix_power matrix_exp mm mv orgqr ormqr "
        "outer pinverse qr svd svd_lowrank pca_lowrank lobpcg trapz trapezoid cumulative_trapezoid "
        "triangular_solve vdot",
    ),
    # -- torch.Tensor --------------------------------------------------------------------------------------
    section(
        "tensor-methods",
        "Tensor 独有的方法与属性",
        "Methods and attributes of Tensor that are no functions",
        "Tensor",
        "H T mH mT shape ndim itemsize nbytes dtype device is_leaf is_cpu is_cuda grad grad_fn requires_grad "
        "retains_grad data backward bool byte char contiguous cpu cuda data_ptr detach dim dim_order double "
        "element_size expand expand_as float half index_fill index_put int is_contiguous is_set_to is_signed item "
        "long masked_fill masked_scatter ndimension nelement new_empty new_empty_strided new_full new_ones "
        "new_tensor new_zeros numpy put register_hook register_post_accumulate_grad_hook repeat reshape_as "
        "retain_grad short size storage_offset stride sum_to_size to tolist type type_as unfold view view_as",
    ),
    section(
        "in-place",
        "就地(in-place)方法",
        "In-place methods",
        "Tensor",
        "abs_ absolute_ acos_ acosh_ add_ addbmm_ addcdiv_ addcmul_ addmm_ addmv_ addr_ apply_ arccos_ arccosh_ "
        "arcsin_ arcsinh_ arctan2_ arctan_ arctanh_ as_strided_ asin_ asinh_ atan2_ atan_ atanh_ baddbmm_ "
        "bernoulli_ bitwise_and_ bitwise_left_shift_ bitwise_not_ bitwise_or_ bitwise_right_shift_ bitwise_xor_ "
        "cauchy_ ceil_ clamp_ clip_ conj_physical_ copy_ copysign_ cos_ cosh_ cumprod_ cumsum_ deg2rad_ detach_ "
        "digamma_ div_ divide_ eq_ erf_ erfc_ erfinv_ exp2_ exp_ expm1_ exponential_ fill_ fill_diagonal_ fix_ "
        "float_power_ floor_ floor_divide_ fmod_ frac_ gcd_ ge_ geometric_ greater_ greater_equal_ gt_ heaviside_ "
        "hypot_ i0_ igamma_ igammac_ index_add_ index_copy_ index_fill_ index_put_ index_reduce_ lcm_ ldexp_ le_ "
        "lerp_ less_ less_equal_ lgamma_ log10_ log1p_ log2_ log_ log_normal_ logical_and_ logical_not_ "
        "logical_or_ logical_xor_ logit_ lt_ map_ masked_fill_ masked_scatter_ mul_ multiply_ mvlgamma_ "
        "nan_to_num_ ne_ neg_ negative_ nextafter_ normal_ not_equal_ polygamma_ pow_ put_ rad2deg_ random_ "
        "reciprocal_ remainder_ renorm_ requires_grad_ resize_ resize_as_ round_ rsqrt_ scatter_ scatter_add_ "
        "scatter_reduce_ set_ sgn_ share_memory_ sigmoid_ sign_ sin_ sinc_ sinh_ sqrt_ square_ squeeze_ sub_ "
        "subtract_ swapaxes_ swapdims_ t_ tan_ tanh_ transpose_ tril_ triu_ true_divide_ trunc_ uniform_ "
        "unsqueeze_ xlogy_ zero_",
    ),
    # -- torch.linalg, torch.special, torch.fft ------------------------------------------------------------
    section(
        "linalg",
        "线性代数",
        "Linear algebra",
        "linalg",
        "norm vector_norm matrix_norm diagonal det slogdet cond matrix_rank cholesky qr lu lu_factor eig eigvals "
        "eigh eigvalsh svd svdvals solve solve_triangular lu_solve lstsq inv pinv matrix_exp matrix_power cross "
        "matmul vecdot multi_dot householder_product tensorinv tensorsolve vander cholesky_ex inv_ex solve_ex "
        "lu_factor_ex ldl_factor ldl_factor_ex ldl_solve",
    ),
    section(
        "special",
        "特殊函数",
        "Special functions",
        "special",
        "airy_ai bessel_j0 bessel_j1 bessel_y0 bessel_y1 chebyshev_polynomial_t chebyshev_polynomial_u "
        "chebyshev_polynomial_v chebyshev_polynomial_w digamma entr erf erfc erfcx erfinv exp2 expit expm1 "
        "gammainc gammaincc gammaln hermite_polynomial_h hermite_polynomial_he i0 i0e i1 i1e "
        "laguerre_polynomial_l legendre_polynomial_p log1p log_ndtr log_softmax logit logsumexp "
        "modified_bessel_i0 modified_bessel_i1 modified_bessel_k0 modified_bessel_k1 multigammaln ndtr ndtri "
        "polygamma psi round scaled_modified_bessel_k0 scaled_modified_bessel_k1 shifted_chebyshev_polynomial_t "
        "shifted_chebyshev_polynomial_u shifted_chebyshev_polynomial_v shifted_chebyshev_polynomial_w sinc "
        "softmax spherical_bessel_j0 xlog1py xlogy zeta",
    ),
    section(
        "fft",
        "傅里叶变换",
        "Fourier transforms",
        "fft",
        "fft ifft fft2 ifft2 fftn ifftn rfft irfft rfft2 irfft2 rfftn irfftn hfft ihfft hfft2 ihfft2 hfftn ihfftn "
        "fftfreq rfftfreq fftshift ifftshift",
    ),
    # -- torch.nn.functional -------------------------------------------------------------------------------
    section(
        "convolution",
        "nn.functional：卷积",
        "nn.functional: convolution",
        "nn.functional",
        "conv1d conv2d conv3d conv_transpose1d conv_transpose2d conv_transpose3d conv_tbc unfold fold",
    ),
    section(
        "pooling",
        "nn.functional：池化",
        "nn.functional: pooling",
        "nn.functional",
        "avg_pool1d avg_pool2d avg_pool3d max_pool1d max_pool2d max_pool3d max_unpool1d max_unpool2d max_unpool3d "
        "lp_pool1d lp_pool2d lp_pool3d adaptive_max_pool1d adaptive_max_pool2d adaptive_max_pool3d "
        "adaptive_avg_pool1d adaptive_avg_pool2d adaptive_avg_pool3d fractional_max_pool2d fractional_max_pool3d",
    ),
    section(
        "attention",
        "nn.functional：注意力",
        "nn.functional: attention",
        "nn.functional",
        "scaled_dot_product_attention",
    ),
    section(
        "activation",
        "nn.functional：激活与归一化",
        "nn.functional: activation and normalisation",
        "nn.functional",
        "threshold threshold_ relu relu_ hardtanh hardtanh_ hardswish relu6 elu elu_ selu selu_ celu celu_ "
        "leaky_relu leaky_relu_ prelu rrelu rrelu_ glu gelu logsigmoid hardshrink tanhshrink softsign softplus "
        "softmin softmax softshrink gumbel_softmax log_softmax tanh sigmoid hardsigmoid silu mish batch_norm "
        "group_norm instance_norm layer_norm local_response_norm rms_norm normalize",
    ),
    section(
        "linear",
        "nn.functional：线性",
        "nn.functional: linear",
        "nn.functional",
        "linear bilinear",
    ),
    section(
        "dropout",
        "nn.functional：随机失活(dropout)",
        "nn.functional: dropout",
        "nn.functional",
        "dropout alpha_dropout feature_alpha_dropout dropout1d dropout2d dropout3d",
    ),
    section(
        "embedding",
        "nn.functional：嵌入",
        "nn.functional: embedding",
        "nn.functional",
        "embedding embedding_bag one_hot",
    ),
    section(
        "distance",
        "nn.functional：距离",
        "nn.functional: distance",
        "nn.functional",
        "pairwise_distance cosine_similarity pdist",
    ),
    section(
        "loss",
        "nn.functional：损失函数",
        "nn.functional: losses",
        "nn.functional",
        "binary_cross_entropy binary_cross_entropy_with_logits poisson_nll_loss cosine_embedding_loss "
        "cross_entropy ctc_loss gaussian_nll_loss hinge_embedding_loss kl_div l1_loss linear_cross_entropy "
        "mse_loss margin_ranking_loss multilabel_margin_loss multilabel_soft_margin_loss multi_margin_loss "
        "nll_loss huber_loss smooth_l1_loss soft_margin_loss triplet_margin_loss "
        "triplet_margin_with_distance_loss",
    ),
    section(
        "vision",
        "nn.functional：图像",
        "nn.functional: vision",
        "nn.functional",
        "pixel_shuffle pixel_unshuffle channel_shuffle pad interpolate upsample upsample_nearest "
        "upsample_bilinear grid_sample affine_grid",
    ),
)
IN_PLACE = "in-place"
"""The section that the totals count apart: its names repeat those of the others."""


def yardstick() -> list[str]:
    """Return all names in full."""
    return [name for each in SECTIONS for name in each.full_names()]
