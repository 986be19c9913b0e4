"""Errors of ``save`` and ``load`` (E54x)."""

from ..catalogue import Entry, Text, add_entries
from ..classes import DTypeError, StorageError

add_entries(
    {
        "save-object": Entry(
            "TG-E541",
            DTypeError,
            en=Text(
                error="{where} cannot be saved: it is {found}.",
                expected="tensors, str, int, float, bool and None, in dicts, lists and tuples.",
                hint="of a model or an optimiser save its state_dict(); turn an array into a tensor with from_numpy, "
                "a NumPy number into a float with float(...).",
            ),
            zh=Text(
                error="无法保存 {where}：它是 {found}。",
                expected="张量(tensor)、str、int、float、bool 和 None，可以放在 dict、list 和 tuple 里。",
                hint="模型和优化器请保存它们的 state_dict()；数组用 from_numpy 转成张量，NumPy 数用 float(...) 转换。",
            ),
        ),
        "load-kind": Entry(
            "TG-E542",
            StorageError,
            en=Text(
                error="{path} does not hold an object that was saved: {reason}.",
                expected="a file written by save, version {version}, or a safetensors file of tensors alone.",
                hint="use storage.load_checkpoint for a checkpoint of save_checkpoint, storage.load_file for tensors.",
            ),
            zh=Text(
                error="{path} 里没有保存的对象：{reason}。",
                expected="由 save 写出的文件，版本 {version}，或者只含张量(tensor)的 safetensors 文件。",
                hint="save_checkpoint 写的检查点(checkpoint)用 storage.load_checkpoint 读取；"
                "张量用 storage.load_file 读取。",
            ),
        ),
    }
)
