"""The yardstick for layers and what trains them, in the sections of PyTorch's documentation.

That is every public name of ``torch.nn``, ``torch.optim`` and ``torch.utils.data``.

``layers_reasons.py`` says why some are not done, and where arguments differ.  A test holds that every public name of
the installed PyTorch stands here.

May import: ``yardstick``.  Read next: ``layers_reasons.py``.
"""

from __future__ import annotations

from .yardstick import Section, section

LAYERS: tuple[Section, ...] = (
    # -- torch.nn ------------------------------------------------------------------------------------------
    section(
        "containers",
        "容器与参数",
        "Containers and parameters",
        "nn",
        "Module Sequential ModuleList ModuleDict ParameterList ParameterDict Parameter Buffer UninitializedParameter "
        "UninitializedBuffer Container factory_kwargs",
    ),
    section(
        "module",
        "Module 的方法",
        "Methods of Module",
        "nn.Module",
        "add_module apply bfloat16 buffers children compile cpu cuda double eval extra_repr float forward get_buffer "
        "get_extra_state get_parameter get_submodule half ipu load_state_dict modules mtia named_buffers "
        "named_children named_modules named_parameters parameters register_backward_hook register_buffer "
        "register_forward_hook register_forward_pre_hook register_full_backward_hook "
        "register_full_backward_pre_hook register_load_state_dict_post_hook register_load_state_dict_pre_hook "
        "register_module register_parameter register_state_dict_post_hook register_state_dict_pre_hook "
        "requires_grad_ set_extra_state set_submodule share_memory state_dict to to_empty train type xpu zero_grad",
    ),
    section(
        "linear-layers",
        "线性层与形状",
        "Linear layers and shapes",
        "nn",
        "Identity Linear Bilinear Flatten Unflatten",
    ),
    section(
        "convolution-layers",
        "卷积层",
        "Convolution layers",
        "nn",
        "Conv1d Conv2d Conv3d ConvTranspose1d ConvTranspose2d ConvTranspose3d Unfold Fold",
    ),
    section(
        "pooling-layers",
        "池化层",
        "Pooling layers",
        "nn",
        "MaxPool1d MaxPool2d MaxPool3d MaxUnpool1d MaxUnpool2d MaxUnpool3d AvgPool1d AvgPool2d AvgPool3d "
        "FractionalMaxPool2d FractionalMaxPool3d LPPool1d LPPool2d LPPool3d AdaptiveMaxPool1d AdaptiveMaxPool2d "
        "AdaptiveMaxPool3d AdaptiveAvgPool1d AdaptiveAvgPool2d AdaptiveAvgPool3d",
    ),
    section(
        "padding-layers",
        "填充层",
        "Padding layers",
        "nn",
        "ReflectionPad1d ReflectionPad2d ReflectionPad3d ReplicationPad1d ReplicationPad2d ReplicationPad3d ZeroPad1d "
        "ZeroPad2d ZeroPad3d ConstantPad1d ConstantPad2d ConstantPad3d CircularPad1d CircularPad2d CircularPad3d",
    ),
    section(
        "activation-layers",
        "激活层",
        "Activations",
        "nn",
        "ELU Hardshrink Hardsigmoid Hardtanh Hardswish LeakyReLU LogSigmoid MultiheadAttention PReLU ReLU ReLU6 "
        "RReLU SELU CELU GELU Sigmoid SiLU Mish Softplus Softshrink Softsign Tanh Tanhshrink Threshold GLU Softmin "
        "Softmax Softmax2d LogSoftmax AdaptiveLogSoftmaxWithLoss",
    ),
    section(
        "normalisation-layers",
        "归一化层",
        "Normalisation layers",
        "nn",
        "BatchNorm1d BatchNorm2d BatchNorm3d GroupNorm SyncBatchNorm InstanceNorm1d InstanceNorm2d InstanceNorm3d "
        "LayerNorm LocalResponseNorm RMSNorm CrossMapLRN2d",
    ),
    section(
        "recurrent-layers",
        "循环层",
        "Recurrent layers",
        "nn",
        "RNNBase RNN LSTM GRU RNNCellBase RNNCell LSTMCell GRUCell",
    ),
    section(
        "transformer-layers",
        "Transformer",
        "Transformer layers",
        "nn",
        "Transformer TransformerEncoder TransformerDecoder TransformerEncoderLayer TransformerDecoderLayer",
    ),
    section(
        "dropout-layers",
        "随机失活(dropout)层",
        "Dropout layers",
        "nn",
        "Dropout Dropout1d Dropout2d Dropout3d AlphaDropout FeatureAlphaDropout",
    ),
    section(
        "embedding-layers",
        "嵌入与距离",
        "Embeddings and distances",
        "nn",
        "Embedding EmbeddingBag CosineSimilarity PairwiseDistance",
    ),
    section(
        "loss-layers",
        "损失函数",
        "Losses",
        "nn",
        "L1Loss MSELoss CrossEntropyLoss CTCLoss NLLLoss NLLLoss2d PoissonNLLLoss GaussianNLLLoss KLDivLoss BCELoss "
        "BCEWithLogitsLoss MarginRankingLoss HingeEmbeddingLoss MultiLabelMarginLoss HuberLoss SmoothL1Loss "
        "SoftMarginLoss MultiLabelSoftMarginLoss CosineEmbeddingLoss MultiMarginLoss TripletMarginLoss "
        "TripletMarginWithDistanceLoss LinearCrossEntropyLoss LinearCrossEntropyOptions",
    ),
    section(
        "image-layers",
        "图像层",
        "Image layers",
        "nn",
        "PixelShuffle PixelUnshuffle Upsample UpsamplingNearest2d UpsamplingBilinear2d ChannelShuffle",
    ),
    section(
        "lazy-layers",
        "惰性层",
        "Lazy layers",
        "nn",
        "LazyLinear LazyConv1d LazyConv2d LazyConv3d LazyConvTranspose1d LazyConvTranspose2d LazyConvTranspose3d "
        "LazyBatchNorm1d LazyBatchNorm2d LazyBatchNorm3d LazyInstanceNorm1d LazyInstanceNorm2d LazyInstanceNorm3d",
    ),
    section("parallel-layers", "并行", "Parallel", "nn", "DataParallel"),
    section("parameter", "nn.parameter", "nn.parameter", "nn.parameter", "is_lazy"),
    # -- torch.nn.init, torch.nn.utils ---------------------------------------------------------------------
    section(
        "init",
        "nn.init：参数的初始值",
        "nn.init: how parameters begin",
        "nn.init",
        "calculate_gain uniform_ normal_ constant_ ones_ zeros_ eye_ dirac_ xavier_uniform_ xavier_normal_ "
        "kaiming_uniform_ kaiming_normal_ trunc_normal_ orthogonal_ sparse_ uniform normal constant eye dirac "
        "xavier_uniform xavier_normal kaiming_uniform kaiming_normal orthogonal sparse",
    ),
    section(
        "nn-utils",
        "nn.utils",
        "nn.utils",
        "nn.utils",
        "clip_grad_norm_ clip_grad_norm clip_grad_value_ clip_grads_with_norm_ get_total_norm parameters_to_vector "
        "vector_to_parameters fuse_conv_bn_eval fuse_conv_bn_weights fuse_linear_bn_eval fuse_linear_bn_weights "
        "convert_conv2d_weight_memory_format convert_conv3d_weight_memory_format weight_norm remove_weight_norm "
        "spectral_norm remove_spectral_norm skip_init",
    ),
    section(
        "nn-utils-rnn",
        "nn.utils.rnn：长度不同的序列",
        "nn.utils.rnn: sequences of different lengths",
        "nn.utils.rnn",
        "PackedSequence pack_padded_sequence pad_packed_sequence pad_sequence pack_sequence unpack_sequence "
        "unpad_sequence invert_permutation",
    ),
    section(
        "prune",
        "nn.utils.prune：剪枝(pruning)",
        "nn.utils.prune: pruning",
        "nn.utils.prune",
        "BasePruningMethod PruningContainer Identity RandomUnstructured L1Unstructured RandomStructured LnStructured "
        "CustomFromMask identity random_unstructured l1_unstructured random_structured ln_structured "
        "global_unstructured custom_from_mask remove is_pruned",
    ),
    section(
        "parametrize",
        "nn.utils.parametrize：参数化",
        "nn.utils.parametrize",
        "nn.utils.parametrize",
        "register_parametrization remove_parametrizations cached is_parametrized ParametrizationList "
        "transfer_parametrizations_and_params type_before_parametrizations",
    ),
    section(
        "parametrizations",
        "nn.utils.parametrizations：参数化的三种方式",
        "nn.utils.parametrizations",
        "nn.utils.parametrizations",
        "orthogonal weight_norm spectral_norm",
    ),
    section("stateless", "nn.utils.stateless", "nn.utils.stateless", "nn.utils.stateless", "functional_call"),
    # -- torch.optim ---------------------------------------------------------------------------------------
    section(
        "optim",
        "optim：优化器",
        "optim: optimisers",
        "optim",
        "Optimizer Adadelta Adafactor Adagrad Adam AdamW SparseAdam Adamax ASGD LBFGS Muon NAdam RAdam RMSprop Rprop "
        "SGD swap_in_optimizer_params_and_state",
    ),
    section(
        "optimizer",
        "Optimizer 的方法",
        "Methods of Optimizer",
        "optim.Optimizer",
        "add_param_group load_state_dict register_load_state_dict_pre_hook register_load_state_dict_post_hook "
        "register_state_dict_pre_hook register_state_dict_post_hook register_step_pre_hook register_step_post_hook "
        "state_dict step zero_grad",
    ),
    section(
        "lr-scheduler",
        "optim.lr_scheduler：学习率调度",
        "optim.lr_scheduler: learning-rate schedules",
        "optim.lr_scheduler",
        "LRScheduler LambdaLR MultiplicativeLR StepLR MultiStepLR ConstantLR LinearLR ExponentialLR PolynomialLR "
        "CosineAnnealingLR ChainedScheduler SequentialLR ReduceLROnPlateau CyclicLR OneCycleLR "
        "CosineAnnealingWarmRestarts",
    ),
    section(
        "scheduler",
        "LRScheduler 的方法",
        "Methods of LRScheduler",
        "optim.lr_scheduler.LRScheduler",
        "get_last_lr get_lr load_state_dict state_dict step",
    ),
    section(
        "swa-utils",
        "optim.swa_utils：权重的平均",
        "optim.swa_utils: averages of weights",
        "optim.swa_utils",
        "AveragedModel SWALR update_bn get_ema_multi_avg_fn get_swa_multi_avg_fn get_ema_avg_fn get_swa_avg_fn",
    ),
    # -- torch.utils.data ----------------------------------------------------------------------------------
    section(
        "data",
        "utils.data：数据",
        "utils.data: data",
        "utils.data",
        "DataLoader Dataset IterableDataset TensorDataset StackDataset ConcatDataset ChainDataset Subset "
        "default_collate default_convert get_worker_info random_split Sampler SequentialSampler RandomSampler "
        "SubsetRandomSampler WeightedRandomSampler BatchSampler DistributedSampler",
    ),
)


def layer_names() -> list[str]:
    """Return all names in full."""
    return [name for each in LAYERS for name in each.full_names()]
