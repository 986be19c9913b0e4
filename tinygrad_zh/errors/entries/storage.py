"""Errors about files (E5xx)."""

from ..catalogue import Entry, Text, add_entries
from ..classes import DTypeError, StorageError

add_entries(
    {
        "disk-full": Entry(
            "TG-E501",
            StorageError,
            en=Text(
                error="the disk is full: {path} was not written.",
                expected="enough free space, or quota, in that folder.",
                hint="free some space or choose another folder; an older file of that name is still as it was.",
            ),
            zh=Text(
                error="磁盘已满：{path} 没有写入。",
                expected="该文件夹有足够的剩余空间或配额(quota)。",
                hint="清出一些空间，或换一个文件夹；原来的同名文件仍保持原样。",
            ),
        ),
        "file-write": Entry(
            "TG-E502",
            StorageError,
            en=Text(
                error="{path} could not be written: {reason}.",
                expected="a folder that exists and may be written to.",
                hint="check the path and its rights; an older file of that name is still as it was.",
            ),
            zh=Text(
                error="无法写入 {path}：{reason}。",
                expected="文件夹存在，并且有写入权限。",
                hint="检查路径和权限；原来的同名文件仍保持原样。",
            ),
        ),
        "file-read": Entry(
            "TG-E503",
            StorageError,
            en=Text(
                error="{path} cannot be read: {reason}.",
                expected="a file that exists and may be read.",
                hint="check the path and the rights of the file.",
            ),
            zh=Text(
                error="无法读取 {path}：{reason}。",
                expected="文件存在，并且有读取权限。",
                hint="检查路径和文件权限。",
            ),
        ),
        "safetensors-header": Entry(
            "TG-E504",
            StorageError,
            en=Text(
                error="{path} is not a sound safetensors file: {reason}.",
                expected="a complete safetensors file whose header fits its data.",
                hint="the file is damaged or of another kind; take an older one or save it again.",
            ),
            zh=Text(
                error="{path} 不是完好的 safetensors 文件：{reason}。",
                expected="完整的 safetensors 文件，文件头(header)与数据相符。",
                hint="文件已损坏或是别的格式；请换用较早的文件，或重新保存。",
            ),
        ),
        "safetensors-dtype": Entry(
            "TG-E505",
            StorageError,
            en=Text(
                error="tensor {name} in {path} has the dtype {found}, which is not supported here.",
                expected="one of {known}.",
                hint="convert the tensor with the program that wrote the file, for example to float32.",
            ),
            zh=Text(
                error="{path} 中张量(tensor) {name} 的 dtype 是 {found}，这里不支持。",
                expected="{known} 之一。",
                hint="用写出该文件的程序转换这个张量，例如转成 float32。",
            ),
        ),
        "save-dtype": Entry(
            "TG-E506",
            DTypeError,
            en=Text(
                error="{name!r} cannot be saved: it is {found}.",
                expected="names that are non-empty strings, and NumPy arrays of one of the dtypes {known}.",
                hint="convert the value first, for example numpy.asarray(value, dtype=numpy.float32).",
            ),
            zh=Text(
                error="无法保存 {name!r}：它是 {found}。",
                expected="名字是非空字符串，值是 NumPy 数组，dtype 为 {known} 之一。",
                hint="先转换，例如 numpy.asarray(value, dtype=numpy.float32)。",
            ),
        ),
        "save-metadata": Entry(
            "TG-E507",
            DTypeError,
            en=Text(
                error="the metadata entry {name!r} is {found}.",
                expected="metadata that maps strings to strings.",
                hint="turn it into text first, for example with str or json.dumps.",
            ),
            zh=Text(
                error="元数据(metadata)项 {name!r} 是 {found}。",
                expected="元数据把字符串映射到字符串。",
                hint="先转换成文本，例如用 str 或 json.dumps。",
            ),
        ),
        "state-type": Entry(
            "TG-E508",
            DTypeError,
            en=Text(
                error="{where} is of type {found}, which would not come back the same from a checkpoint.",
                expected="dict with string keys, list, str, int, float, bool or None, nested as you like.",
                hint="convert it first: list(...) for a tuple, float(...) for a NumPy number; arrays go in tensors.",
            ),
            zh=Text(
                error="{where} 的类型是 {found}，从检查点(checkpoint)读回时会变样。",
                expected="以字符串为键的 dict、list、str、int、float、bool 或 None，可以嵌套。",
                hint="先转换：元组用 list(...)，NumPy 数用 float(...)；数组请放进 tensors。",
            ),
        ),
        "checkpoint-kind": Entry(
            "TG-E509",
            StorageError,
            en=Text(
                error="{path} is a safetensors file but no checkpoint: {reason}.",
                expected="a file written by save_checkpoint, version {version}.",
                hint="to read tensors alone use load_file.",
            ),
            zh=Text(
                error="{path} 是 safetensors 文件，但不是检查点(checkpoint)：{reason}。",
                expected="由 save_checkpoint 写出的文件，版本 {version}。",
                hint="只想读取张量时，用 load_file。",
            ),
        ),
        "checkpoint-names": Entry(
            "TG-E510",
            StorageError,
            en=Text(
                error="the saved tensors do not fit:\n    missing: {missing}\n    unexpected: {unexpected}\n"
                "    of another shape (saved, wanted): {misshaped}",
                expected="the same names and shapes as in the model.",
                hint="build the model with the sizes it had when it was saved, or load another file.",
            ),
            zh=Text(
                error="保存的张量(tensor)与模型不符：\n    缺少(missing)：{missing}\n"
                "    多余(unexpected)：{unexpected}\n    形状不同（保存的，需要的）：{misshaped}",
                expected="名字和形状(shape)与模型完全相同。",
                hint="按保存时的大小建立模型，或换一个文件。",
            ),
        ),
    }
)
