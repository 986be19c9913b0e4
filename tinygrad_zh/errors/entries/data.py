"""Errors about data sets (E4xx)."""

from ..catalogue import Entry, Text, add_entries
from ..classes import ArgumentError, DataError

add_entries(
    {
        "idx-magic": Entry(
            "TG-E401",
            DataError,
            en=Text(
                error="{name} is not an IDX file: it begins with the bytes {found}.",
                expected="two zero bytes, a type code, and the number of dimensions.",
                hint="check that the file is the right one; delete it and let it be fetched again.",
            ),
            zh=Text(
                error="{name} 不是 IDX 文件：它以字节 {found} 开头。",
                expected="开头是两个零字节、一个类型码和维数。",
                hint="检查是否拿错了文件；删掉它，程序会重新下载。",
            ),
        ),
        "idx-dtype": Entry(
            "TG-E402",
            DataError,
            en=Text(
                error="{name} has the unknown IDX type code {found}.",
                expected="one of the type codes {known}.",
                hint="the file is damaged or no IDX file; delete it and let it be fetched again.",
            ),
            zh=Text(
                error="{name} 的 IDX 类型码 {found} 是未知的。",
                expected="类型码是 {known} 之一。",
                hint="文件已损坏，或者不是 IDX 文件；删掉它，程序会重新下载。",
            ),
        ),
        "idx-truncated": Entry(
            "TG-E403",
            DataError,
            en=Text(
                error="{name} is cut short: it has {found_bytes} bytes.",
                expected="at least {wanted_bytes} bytes, as its header says.",
                hint="the download was probably interrupted; delete the file and let it be fetched again.",
            ),
            zh=Text(
                error="{name} 不完整（truncated）：只有 {found_bytes} 字节。",
                expected="按照文件头，至少应有 {wanted_bytes} 字节。",
                hint="可能是下载中断了；删掉这个文件，程序会重新下载。",
            ),
        ),
        "idx-trailing": Entry(
            "TG-E404",
            DataError,
            en=Text(
                error="{name} has {extra_bytes} bytes after its end.",
                expected="exactly {wanted_bytes} bytes, as its header says.",
                hint="the header or the content is damaged; delete the file and let it be fetched again.",
            ),
            zh=Text(
                error="{name} 的结尾之后还有 {extra_bytes} 字节。",
                expected="按照文件头，应正好有 {wanted_bytes} 字节。",
                hint="文件头或内容已损坏；删掉这个文件，程序会重新下载。",
            ),
        ),
        "idx-dims": Entry(
            "TG-E405",
            DataError,
            en=Text(
                error="{name} holds an array of shape {found}.",
                expected="an array of shape {wanted}, where None is any size.",
                hint="perhaps images and labels are exchanged, or the file belongs to another data set.",
            ),
            zh=Text(
                error="{name} 中数组的形状(shape)是 {found}。",
                expected="形状是 {wanted}，其中 None 表示任意大小。",
                hint="可能把图像和标签弄反了，或者这个文件属于另一个数据集。",
            ),
        ),
        "idx-gzip": Entry(
            "TG-E406",
            DataError,
            en=Text(
                error="{name} cannot be decompressed: {reason}.",
                expected="a complete gzip file.",
                hint="the download was probably interrupted; delete the file and let it be fetched again.",
            ),
            zh=Text(
                error="{name} 无法解压：{reason}。",
                expected="一个完整的 gzip 文件。",
                hint="可能是下载中断了；删掉这个文件，程序会重新下载。",
            ),
        ),
        "idx-write-dtype": Entry(
            "TG-E407",
            DataError,
            en=Text(
                error="an array of dtype {found} cannot be written as IDX.",
                expected="one of the dtypes {known}, and at most 255 dimensions.",
                hint="convert the array first, for example array.astype(numpy.uint8).",
            ),
            zh=Text(
                error="dtype 为 {found} 的数组不能写成 IDX。",
                expected="dtype 是 {known} 之一，维数不超过 255。",
                hint="先转换数组，例如 array.astype(numpy.uint8)。",
            ),
        ),
        "data-read": Entry(
            "TG-E408",
            DataError,
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
        "data-unavailable": Entry(
            "TG-E409",
            DataError,
            en=Text(
                error="the {dataset} data could not be had from any source:\n{reasons}",
                expected="the files {files}.",
                hint="check the network, or put these files (raw or .gz) into the folder {folder}.",
            ),
            zh=Text(
                error="所有来源都无法取得 {dataset} 数据：\n{reasons}",
                expected="文件 {files}。",
                hint="检查网络，或者把这些文件（原始文件或 .gz）放进文件夹 {folder}。",
            ),
        ),
        "data-split": Entry(
            "TG-E410",
            ArgumentError,
            en=Text(
                error="unknown split {found!r}.",
                expected="one of {known}.",
                hint="for example data.mnist('train').",
            ),
            zh=Text(
                error="未知的数据划分(split) {found!r}。",
                expected="{known} 之一。",
                hint="例如 data.mnist('train')。",
            ),
        ),
        "data-source": Entry(
            "TG-E411",
            ArgumentError,
            en=Text(
                error="{dataset} cannot be had from source {found!r}.",
                expected="one of {known}.",
                hint="'auto' and 'full' are the whole data set; 'subset', where there is one, needs no download.",
            ),
            zh=Text(
                error="{dataset} 没有 {found!r} 这种来源(source)。",
                expected="{known} 之一。",
                hint="'auto' 和 'full' 是完整数据集；有 'subset' 时，它无需下载。",
            ),
        ),
        "subset-damaged": Entry(
            "TG-E412",
            DataError,
            en=Text(
                error="the MNIST subset that ships with the package is damaged: {reason}.",
                expected="{path} with the SHA-256 {wanted} after decompression.",
                hint="install tinygrad_zh again.",
            ),
            zh=Text(
                error="随软件包附带的 MNIST 子集已损坏：{reason}。",
                expected="{path} 解压后的 SHA-256 是 {wanted}。",
                hint="重新安装 tinygrad_zh。",
            ),
        ),
    }
)
