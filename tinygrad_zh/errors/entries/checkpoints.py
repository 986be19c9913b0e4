"""Errors about weights from elsewhere: dtypes, pickles, shards, prefixes, configurations (E580–E599)."""

from ..catalogue import Entry, Text, add_entries
from ..classes import IndexingError, ShapeError, StorageError, UnknownNameError

add_entries(
    {
        "pickle": Entry(
            "TG-E580",
            StorageError,
            en=Text(
                error="{path} is a pickle or a zip archive, as torch.save writes them, and is not opened.",
                expected="a safetensors file: opening a pickle can run any code that somebody has put into it.",
                hint=(
                    "convert it once, where PyTorch is installed: from safetensors.torch import save_file; "
                    "save_file(torch.load('model.pt', weights_only=True), 'model.safetensors')"
                ),
            ),
            zh=Text(
                error="{path} 是 torch.save 写出的那种 pickle 或 zip 文件，这里不打开。",
                expected="safetensors 文件：打开 pickle 时，别人放进去的任何代码都可能被执行。",
                hint=(
                    "在装有 PyTorch 的地方转换一次：from safetensors.torch import save_file; "
                    "save_file(torch.load('model.pt', weights_only=True), 'model.safetensors')"
                ),
            ),
        ),
        "bfloat16": Entry(
            "TG-E581",
            StorageError,
            en=Text(
                error="tensor {name!r} in {path} has the dtype bfloat16, which is not supported here.",
                expected="a dtype of NumPy's.",
                hint="widen_bfloat16=True reads it as float32, which holds its values exactly in twice the memory.",
            ),
            zh=Text(
                error="{path} 中张量(tensor) {name!r} 的 dtype 是 bfloat16，这里不支持。",
                expected="NumPy 有的 dtype。",
                hint="widen_bfloat16=True 把它读成 float32：数值完全不变，内存加倍。",
            ),
        ),
        "tensor-name": Entry(
            "TG-E582",
            UnknownNameError,
            en=Text(
                error="{path} has no tensor {name!r}.",
                expected="one of the names in the file; close to it: {close}.",
                hint="list(file) gives all names.",
            ),
            zh=Text(
                error="{path} 里没有张量(tensor) {name!r}。",
                expected="文件中的名字之一；相近的有：{close}。",
                hint="list(file) 给出所有名字。",
            ),
        ),
        "tensor-part": Entry(
            "TG-E583",
            IndexingError,
            en=Text(
                error="tensor {name!r} of shape {shape} has no part [{part}]: {reason}.",
                expected="an index that fits the shape.",
                hint="write it as between NumPy's brackets: numpy.s_[10:20, 0].",
            ),
            zh=Text(
                error="张量(tensor) {name!r} 的形状(shape)是 {shape}，取不出 [{part}]：{reason}。",
                expected="与形状相符的下标(index)。",
                hint="按 NumPy 方括号里的写法：numpy.s_[10:20, 0]。",
            ),
        ),
        "file-closed": Entry(
            "TG-E584",
            StorageError,
            en=Text(
                error="{path} has been closed.",
                expected="tensors read inside the with block.",
                hint="open it again with safe_open, or read what you need before the block ends.",
            ),
            zh=Text(
                error="{path} 已经关闭。",
                expected="在 with 语句块里读取张量(tensor)。",
                hint="用 safe_open 再打开一次，或在语句块结束之前读完。",
            ),
        ),
        "no-weights": Entry(
            "TG-E585",
            StorageError,
            en=Text(
                error="{folder} holds no weights.",
                expected="one of the files {wanted}.",
                hint="check the folder; a file of another name is read with load_file.",
            ),
            zh=Text(
                error="{folder} 里没有权重(weight)文件。",
                expected="{wanted} 之一。",
                hint="检查文件夹；文件名不同时，用 load_file 读取。",
            ),
        ),
        "shard-index": Entry(
            "TG-E586",
            StorageError,
            en=Text(
                error="{path} does not fit its shards: {reason}.",
                expected="JSON whose weight_map gives for every tensor the name of a file in the same folder.",
                hint="fetch the index and its shards again, all from one version of the checkpoint.",
            ),
            zh=Text(
                error="{path} 与它的分片(shard)不符：{reason}。",
                expected="一个 JSON 文件，其中 weight_map 说明每个张量(tensor)在同一文件夹的哪个文件里。",
                hint="重新取得索引和所有分片，它们必须来自检查点(checkpoint)的同一版本。",
            ),
        ),
        "prefix": Entry(
            "TG-E587",
            StorageError,
            en=Text(
                error="the prefix {prefix!r} cannot be taken off: {reason}.",
                expected="names that begin with it and stay different without it.",
                hint="look at the names, for instance list(tensors)[:5].",
            ),
            zh=Text(
                error="去不掉前缀(prefix) {prefix!r}：{reason}。",
                expected="有名字以它开头，并且去掉之后各不相同。",
                hint="看一看这些名字，例如 list(tensors)[:5]。",
            ),
        ),
        "model-config": Entry(
            "TG-E588",
            StorageError,
            en=Text(
                error="{path} describes a model that {model} is not: {reason}.",
                expected="a configuration of a model that can be computed here; otherwise the numbers would be wrong.",
                hint="help({model}Config) lists what there is.",
            ),
            zh=Text(
                error="{path} 描述的模型与 {model} 不同：{reason}。",
                expected="这里能计算的模型的配置；否则算出的数会是错的。",
                hint="help({model}Config) 列出有哪些选项。",
            ),
        ),
        "state-prefix": Entry(
            "TG-E589",
            StorageError,
            en=Text(
                error="in the state_dict the names of {kind} begin with {prefix!r}.",
                expected="the names of {kind}.state_dict(), such as {name}.",
                hint="storage.strip_prefix(state_dict, {prefix!r}) takes it off. Nothing has been changed.",
            ),
            zh=Text(
                error="state_dict 中 {kind} 的名字都带有前缀(prefix) {prefix!r}。",
                expected="与 {kind}.state_dict() 相同的名字，例如 {name}。",
                hint="用 storage.strip_prefix(state_dict, {prefix!r}) 去掉前缀。模型没有被改动。",
            ),
        ),
        "token-ids": Entry(
            "TG-E590",
            ShapeError,
            en=Text(
                error="{model} got {name} of shape {shape} and dtype {dtype}.",
                expected="a Tensor of integers (or bools for attention_mask) of shape {wanted}, T at most {longest}.",
                hint="shorter sentences are padded to the length of the longest, which attention_mask tells apart.",
            ),
            zh=Text(
                error="{model} 得到的 {name} 形状(shape)是 {shape}，dtype 是 {dtype}。",
                expected="整数张量(Tensor)，attention_mask 也可以是布尔值；形状为 {wanted}，T 不超过 {longest}。",
                hint="较短的句子要填充(padding)到最长句子的长度，由 attention_mask 区分。",
            ),
        ),
    }
)
