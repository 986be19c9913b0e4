"""What the yardstick leaves out of PyTorch's public callables, and why.

Dense real tensors are the subject, and what PyTorch documents.  A name ending in ``*`` or beginning with it stands
for all that match.

May import: nothing of this package.
"""

from __future__ import annotations

from fnmatch import fnmatchcase

GROUPS: tuple[tuple[str, str, str], ...] = (
    (
        "复数张量",
        "complex tensors",
        "complex imag polar view_as_complex* view_as_real* Tensor.imag Tensor.cdouble Tensor.cfloat Tensor.chalf",
    ),
    (
        "稀疏与嵌套张量",
        "sparse and nested tensors",
        "sparse_* dsmm hsmm hspmm saddmm smm spmm sspaddmm resize_as_sparse_ *col_indices_copy *row_indices_copy "
        "indices_copy values_copy Tensor.*col_indices Tensor.*row_indices Tensor.indices Tensor.values "
        "Tensor.*coalesce* Tensor.*sparse* Tensor.smm Tensor.sspaddmm Tensor.dense_dim Tensor.to_dense "
        "Tensor.is_nested Tensor.to_padded_tensor",
    ),
    (
        "量化与低精度",
        "quantised tensors and low precision",
        "quantize* q_* int_repr dequantize empty_quantized fake_quantize_* fbgemm_* choose_qparams_optimized "
        "fused_moving_avg_obs_fake_quant Tensor.q_* Tensor.qscheme Tensor.is_quantized Tensor.int_repr "
        "Tensor.dequantize Tensor.bfloat16 nn.functional.scaled_mm nn.functional.scaled_grouped_mm "
        "nn.functional.grouped_mm nn.functional.ScalingType nn.functional.SwizzleType",
    ),
    (
        "存储、内存与文件",
        "storage, memory and files",
        "is_storage from_file load save Tensor.storage Tensor.storage_type Tensor.untyped_storage Tensor.is_shared "
        "Tensor.is_pinned Tensor.pin_memory Tensor.record_stream Tensor.module_load Tensor.const_data_ptr",
    ),
    (
        "设备与后端",
        "devices and back ends",
        "get_default_device set_default_device get_device get_device_module cudnn_* miopen_* mkldnn_* "
        "is_vulkan_available profiler_* Tensor.get_device Tensor.ipu Tensor.mtia Tensor.xpu Tensor.to_mkldnn "
        "Tensor.is_ipu Tensor.is_maia Tensor.is_meta Tensor.is_mkldnn Tensor.is_mps Tensor.is_mtia "
        "Tensor.is_vulkan Tensor.is_xla Tensor.is_xpu Tensor.layout",
    ),
    (
        "编译、脚本、并行与全局设置",
        "compilation, scripting, parallelism and global settings",
        "compile* cond while_loop vmap fork wait sym_* typename classproperty parse_* merge_type_from_type_comment "
        "unify_type_list import_ir_* get_file_path prepare_multiprocessing_environment thread_safe_generator "
        "*autocast* *deterministic* *anomaly* *num_threads *num_interop_threads *float32_matmul_precision "
        "is_warn_always_enabled set_warn_always set_flush_denormal set_default_tensor_type "
        "Tensor.as_subclass Tensor.is_inference is_inference Tensor.is_distributed is_distributed "
        "nn.functional.*torch_function* nn.functional.boolean_dispatch nn.functional.assert_int_or_pair",
    ),
    (
        "类，不是运算",
        "classes, not operations",
        "linalg.LinAlgError special.Tensor fft.Tensor nn.functional.Tensor nn.functional.Callable "
        "nn.functional.DType nn.functional.Optional",
    ),
    (
        "与 nn.functional 中的函数相同，文档写在那里",
        "the functions of nn.functional, which are documented there",
        "adaptive_avg_pool1d adaptive_max_pool1d alpha_dropout avg_pool1d batch_norm bilinear "
        "binary_cross_entropy_with_logits celu channel_shuffle conv1d conv2d conv3d conv_tbc conv_transpose1d "
        "conv_transpose2d conv_transpose3d cosine_embedding_loss cosine_similarity ctc_loss dropout embedding "
        "embedding_bag feature_alpha_dropout group_norm hardshrink hinge_embedding_loss instance_norm kl_div "
        "layer_norm log_softmax margin_ranking_loss max_pool1d max_pool2d max_pool3d pairwise_distance pdist "
        "pixel_shuffle pixel_unshuffle poisson_nll_loss prelu relu rms_norm rrelu selu threshold "
        "triplet_margin_loss Tensor.hardshrink Tensor.log_softmax Tensor.prelu Tensor.relu Tensor.relu_ "
        "nn.functional.*_with_indices",
    ),
    (
        "就地形式，文档写在 Tensor 的方法里",
        "in-place forms, which are documented as methods of Tensor",
        "abs_ acos_ acosh_ addmv_ alpha_dropout_ arccos_ arccosh_ arcsin_ arcsinh_ arctan_ arctanh_ as_strided_ "
        "asin_ asinh_ atan_ atanh_ ceil_ celu_ clamp_ clamp_max_ clamp_min_ clip_ conj_physical_ cos_ cosh_ "
        "deg2rad_ detach_ dropout_ embedding_renorm_ erf_ erfc_ exp2_ exp_ expm1_ feature_alpha_dropout_ "
        "feature_dropout_ fill_ fix_ floor_ frac_ gcd_ i0_ index_put_ lcm_ ldexp_ log10_ log1p_ log2_ log_ logit_ "
        "nan_to_num_ neg_ negative_ rad2deg_ reciprocal_ relu_ resize_as_ round_ rrelu_ rsqrt_ selu_ sigmoid_ sin_ "
        "sinc_ sinh_ sqrt_ square_ tan_ tanh_ threshold_ trunc_ xlogy_ zero_",
    ),
    (
        "方法的函数形式，文档写在 Tensor 的方法里",
        "functions that are documented as methods of Tensor",
        "detach fill index_fill index_put is_signed masked_fill masked_scatter put",
    ),
    (
        "只返回副本或不检查参数的变体，供编译器使用",
        "variants for compilers, which copy or check nothing",
        "alias_copy as_strided_copy detach_copy diagonal_copy expand_copy permute_copy select_copy slice_copy "
        "split_copy split_with_sizes* squeeze_copy t_copy transpose_copy unbind_copy unfold_copy unsafe_* "
        "unsqueeze_copy view_copy slice_inverse Tensor.slice_inverse Tensor.split_with_sizes Tensor.unsafe_*",
    ),
    (
        "没有文档",
        "not documented",
        "affine_grid_generator batch_norm_* binomial clamp_max clamp_min constant_pad_nd convolution "
        "feature_dropout frobenius_norm nuclear_norm norm_except_dim native_* grid_sampler* gru gru_cell lstm "
        "lstm_cell rnn_relu* rnn_tanh* max_pool1d_with_indices rsub scalar_tensor is_neg is_same_size "
        "Tensor.clamp_max* Tensor.clamp_min* Tensor.is_neg Tensor.is_same_size Tensor.map2_ Tensor.name "
        "Tensor.output_nr Tensor.index Tensor.grad_dtype nn.functional.multi_head_attention_forward "
        "nn.functional.native_channel_shuffle",
    ),
    (
        "已废弃或已移除",
        "deprecated or removed",
        "eig lstsq matrix_rank solve symeig to_dlpack Tensor.eig Tensor.lstsq Tensor.solve Tensor.symeig Tensor.new "
        "Tensor.reinforce Tensor.resize Tensor.resize_as Tensor.volatile",
    ),
)
"""Chinese and English reason, names."""


def patterns() -> list[str]:
    """Return all names and patterns."""
    return [pattern for _, _, names in GROUPS for pattern in names.split()]


def out_of_scope(name: str) -> bool:
    """Return whether a full name is left out."""
    return any(fnmatchcase(name, pattern) for pattern in patterns())
