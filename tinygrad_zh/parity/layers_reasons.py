"""Why a name of ``layers_list.py`` is not done, where arguments differ from PyTorch's, and what is not counted.

Tests hold that exactly what is missing has a reason, and that exactly the arguments that differ are listed.

May import: nothing of this package.  Read next: ``layers.py``.
"""

from __future__ import annotations

Groups = tuple[tuple[str, str, str], ...]
"""Chinese and English reason, names."""

NOT_DONE: Groups = (
    (
        "在 PyTorch 中已废弃，有新的名称代替",
        "deprecated in PyTorch; another name has taken its place",
        "nn.Container nn.NLLLoss2d nn.Module.register_backward_hook nn.utils.clip_grad_norm nn.init.uniform "
        "nn.init.normal nn.init.constant nn.init.eye nn.init.dirac nn.init.xavier_uniform nn.init.xavier_normal "
        "nn.init.kaiming_uniform nn.init.kaiming_normal nn.init.orthogonal nn.init.sparse",
    ),
    (
        "PyTorch 自己的网络已不再使用；nn.LocalResponseNorm 计算同样的值",
        "a leftover of Lua Torch; nn.LocalResponseNorm computes the same",
        "nn.CrossMapLRN2d",
    ),
    (
        "需要几个设备或几个进程，见以后的版本",
        "needs several devices or processes, which a later version is for",
        "nn.DataParallel nn.SyncBatchNorm nn.Module.share_memory utils.data.DistributedSampler",
    ),
    (
        "这里没有 bfloat16，也没有这些设备",
        "bfloat16 and these devices are not supported",
        "nn.Module.bfloat16 nn.Module.ipu nn.Module.mtia nn.Module.xpu",
    ),
    (
        "这里没有编译模型的命令",
        "models are not compiled here",
        "nn.Module.compile",
    ),
    (
        "为省内存而把线性层与交叉熵合为一步，PyTorch 2.13 新增，还是试验性的",
        "joins the linear layer and the cross-entropy to save memory; new in PyTorch 2.13 and experimental",
        "nn.LinearCrossEntropyLoss nn.LinearCrossEntropyOptions",
    ),
    (
        "只检查层的 device 和 dtype 参数，层自己已经检查",
        "only sorts out a layer's arguments device and dtype, which the layers do themselves",
        "nn.factory_kwargs",
    ),
    (
        "涉及张量在内存中的排列，这里由 NumPy 决定",
        "about the layout of a tensor in memory, which is NumPy's here",
        "nn.utils.convert_conv2d_weight_memory_format nn.utils.convert_conv3d_weight_memory_format",
    ),
    (
        "需要没有内存的 meta 设备，这里没有",
        "needs the meta device, which has no memory; there is none here",
        "nn.utils.skip_init",
    ),
    (
        "需要稀疏的梯度，这里的张量都是稠密的",
        "needs sparse gradients, and all tensors are dense here",
        "optim.SparseAdam",
    ),
    (
        "PyTorch 2.13 新增；func.functional_call 加上优化器的 state_dict 可做同样的事",
        "new in PyTorch 2.13; func.functional_call and the optimiser's state_dict do the same",
        "optim.swap_in_optimizer_params_and_state",
    ),
)

ARGUMENTS: Groups = (
    (
        "PyTorch 中第二个以后的位置属于已废弃的 size_average 和 reduce，这里没有；其后的参数按名称给出",
        "the positions after the first belong to size_average and reduce, which PyTorch has given up; they are left "
        "out, and what follows them is given by name",
        "nn.L1Loss nn.MSELoss nn.CrossEntropyLoss nn.NLLLoss nn.PoissonNLLLoss nn.KLDivLoss nn.BCELoss "
        "nn.BCEWithLogitsLoss nn.MarginRankingLoss nn.HingeEmbeddingLoss nn.MultiLabelMarginLoss nn.SmoothL1Loss "
        "nn.SoftMarginLoss nn.MultiLabelSoftMarginLoss nn.CosineEmbeddingLoss nn.MultiMarginLoss nn.TripletMarginLoss",
    ),
    (
        "PyTorch 接受任意参数而不使用，这里没有参数",
        "PyTorch takes any arguments and ignores them; there are none here",
        "nn.Module nn.LogSigmoid nn.Sigmoid nn.Softsign nn.Tanh nn.Tanhshrink nn.Softmax2d",
    ),
    (
        "PyTorch 写作 *args 与 **kwargs 的，这里写出每个参数",
        "what PyTorch hides in *args and **kwargs is written out here",
        "nn.RNN nn.LSTM nn.GRU nn.Module.to",
    ),
    (
        "没有已废弃的 min_value 和 max_value",
        "without min_value and max_value, which PyTorch has given up",
        "nn.Hardtanh",
    ),
    (
        "没有已废弃的按位置给出的参数",
        "without arguments by position, which PyTorch has given up",
        "nn.Module.state_dict",
    ),
    (
        "forward 由子类定义；这里也接受名称参数",
        "a subclass defines it; keyword arguments are taken here too",
        "nn.Module.forward",
    ),
    (
        "没有 always_call：出错时请用 try 和 finally",
        "without always_call: use try and finally for what must be done after an error",
        "nn.Module.register_forward_hook",
    ),
    (
        "没有嵌套张量：enable_nested_tensor 默认是 False，没有 mask_check",
        "there are no nested tensors: enable_nested_tensor is False by default, and there is no mask_check",
        "nn.TransformerEncoder",
    ),
    (
        "没有 foreach：这里只有一种实现",
        "without foreach: there is one implementation",
        "nn.utils.clip_grad_norm_ nn.utils.clip_grad_value_ nn.utils.clip_grads_with_norm_ nn.utils.get_total_norm",
    ),
    (
        "shuffle 默认是 False；未知的参数由我们自己的错误信息拒绝",
        "shuffle is False by default; unknown options are refused with a message of ours",
        "utils.data.DataLoader",
    ),
    (
        "generator 默认是 None，即默认的生成器",
        "generator is None by default, which means the default generator",
        "utils.data.random_split",
    ),
    (
        "drop_last 默认是 False",
        "drop_last is False by default",
        "utils.data.BatchSampler",
    ),
)

NOT_COUNTED: Groups = (
    (
        "已废弃的 DataPipe",
        "DataPipes, which are deprecated",
        "utils.data.DFIterDataPipe utils.data.DataChunk utils.data.IterDataPipe utils.data.MapDataPipe "
        "utils.data.argument_validation utils.data.functional_datapipe "
        "utils.data.guaranteed_datapipes_determinism utils.data.non_deterministic utils.data.runtime_validation "
        "utils.data.runtime_validation_disabled",
    ),
    (
        "PyTorch 内部使用的",
        "internal to PyTorch",
        "nn.Module.T_destination nn.Module.call_super_init nn.Module.dump_patches optim.Optimizer.OptimizerPostHook "
        "optim.Optimizer.OptimizerPreHook optim.Optimizer.profile_hook_step nn.utils.rnn.PackedSequence_ "
        "nn.utils.rnn.bind nn.utils.rnn.copy_method_params nn.utils.fusion.ConvT nn.utils.fusion.LinearT "
        "nn.parameter.UninitializedTensorMixin",
    ),
)


def by_name(groups: Groups) -> dict[str, tuple[str, str]]:
    """Return the Chinese and English reason of every name."""
    return {name: (chinese, english) for chinese, english, names in groups for name in names.split()}
