"""Errors about tokenisers (E972–E975)."""

from ..catalogue import Entry, Text, add_entries
from ..classes import ArgumentError, DTypeError, IndexingError, StorageError

add_entries(
    {
        "tokenizer-file": Entry(
            "TG-E972",
            StorageError,
            en=Text(
                error="{path} is not the file of such a tokeniser: {reason}.",
                expected="a complete file of this kind: {expected}.",
                hint="save the tokeniser again with save(); load_tokenizer(path) finds out which kind a file is.",
            ),
            zh=Text(
                error="{path} 不是这种分词器(tokenizer)的文件：{reason}。",
                expected="一个完整的这种文件：{expected}。",
                hint="用 save() 重新保存分词器；load_tokenizer(path) 会自动判断文件的种类。",
            ),
        ),
        "token-id": Entry(
            "TG-E973",
            IndexingError,
            en=Text(
                error="{op} got the token {found!r}, which does not exist.",
                expected="ints from 0 to {last}.",
                hint="perhaps the model has more outputs than the vocabulary tokens, or another tokeniser was used.",
            ),
            zh=Text(
                error="{op} 得到不存在的词元(token) {found!r}。",
                expected="0 到 {last} 之间的整数。",
                hint="也许模型的输出多于词表(vocabulary)，或者用错了分词器。",
            ),
        ),
        "token-text": Entry(
            "TG-E974",
            DTypeError,
            en=Text(
                error="{op} got {found} as text.",
                expected="str for one text, a list of str for several.",
                hint="put one text into a list: [text]; decode bytes with data.decode('utf-8').",
            ),
            zh=Text(
                error="{op} 得到的文本是 {found}。",
                expected="一段文本用 str，多段文本用由 str 组成的列表。",
                hint="把一段文本放进列表：[text]；bytes 先用 data.decode('utf-8') 解码。",
            ),
        ),
        "tokenizer-no-padding": Entry(
            "TG-E975",
            ArgumentError,
            en=Text(
                error="the texts have different lengths, and this tokeniser has no token for padding.",
                expected="a vocabulary with a padding token.",
                hint="choose one: tokenizer.pad_id = tokenizer.tokenizer.token_to_id('</s>'); the mask tells it apart.",
            ),
            zh=Text(
                error="各段文本长度不同，而这个分词器(tokenizer)没有用于填充(padding)的词元。",
                expected="含有填充词元(token)的词表。",
                hint="自行指定：tokenizer.pad_id = tokenizer.tokenizer.token_to_id('</s>')；掩码(mask)标出填充处。",
            ),
        ),
    }
)
