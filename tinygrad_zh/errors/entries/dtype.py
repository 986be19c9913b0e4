"""Errors about dtypes and arguments (E2xx)."""

from ..catalogue import Entry, Text, add_entries
from ..classes import ArgumentError, DTypeError

add_entries(
    {
        "requires-grad-dtype": Entry(
            "TG-E201",
            DTypeError,
            en=Text(
                error="a tensor of dtype {dtype} cannot require a gradient: its values cannot change continuously.",
                expected="a floating dtype: float16, float32 or float64.",
                hint="write numbers with a point, tensor([1.0, 2.0], requires_grad=True), or convert with x.float().",
            ),
            zh=Text(
                error="dtype 为 {dtype} 的张量不能要求梯度(gradient)：它的值不能连续变化。",
                expected="浮点 dtype：float16、float32 或 float64。",
                hint="把数写成带小数点的 tensor([1.0, 2.0], requires_grad=True)，或用 x.float() 转换。",
            ),
        ),
        "dtype-not-floating": Entry(
            "TG-E202",
            DTypeError,
            en=Text(
                error="{op} got the dtype {dtype}.",
                expected="a floating dtype: float16, float32 or float64.",
                hint="convert first: x.float(), or dtype=float32 where the function has that argument.",
            ),
            zh=Text(
                error="{op} 得到的 dtype 是 {dtype}。",
                expected="浮点 dtype：float16、float32 或 float64。",
                hint="先转换：x.float()，或在有 dtype 参数的函数中写 dtype=float32。",
            ),
        ),
        "dtype-unknown": Entry(
            "TG-E203",
            DTypeError,
            en=Text(
                error="{dtype} is no dtype that is supported here.",
                expected="one of {known}.",
                hint="bfloat16 and complex numbers are not supported; float32 is the usual choice.",
            ),
            zh=Text(
                error="这里不支持 dtype {dtype}。",
                expected="{known} 之一。",
                hint="不支持 bfloat16 和复数；通常用 float32。",
            ),
        ),
        "dtype-unsupported": Entry(
            "TG-E204",
            DTypeError,
            en=Text(
                error="{op} is not defined for operands of dtype {dtypes}.",
                expected="dtypes that the operation is defined for.",
                hint="convert first, for example x.float() or x.int(); "
                "for bools use logical operations, such as ~x instead of -x.",
            ),
            zh=Text(
                error="{op} 对 dtype 为 {dtypes} 的操作数(operand)没有定义。",
                expected="该运算有定义的 dtype。",
                hint="先转换，例如 x.float() 或 x.int()；布尔值用逻辑运算，例如用 ~x 代替 -x。",
            ),
        ),
        "inplace-dtype": Entry(
            "TG-E205",
            DTypeError,
            en=Text(
                error="the result of {op} is {result}, which cannot be stored in a tensor of dtype {target}.",
                expected="a result of the same or a lower kind (bool, then integer, then floating).",
                hint="use the functional form, which makes a new tensor: y = x * 0.5 instead of x *= 0.5.",
            ),
            zh=Text(
                error="{op} 的结果是 {result}，不能存进 dtype 为 {target} 的张量。",
                expected="结果的种类不高于它（从低到高：bool、整数、浮点）。",
                hint="用生成新张量的函数形式：把 x *= 0.5 写成 y = x * 0.5。",
            ),
        ),
        "index-dtype": Entry(
            "TG-E206",
            DTypeError,
            en=Text(
                error="a tensor of dtype {dtype} was used as an index.",
                expected="an integer tensor of one element.",
                hint="convert it with int(x), or with x.long().",
            ),
            zh=Text(
                error="dtype 为 {dtype} 的张量被用作下标(index)。",
                expected="只有一个元素的整数张量。",
                hint="用 int(x) 或 x.long() 转换。",
            ),
        ),
        "tensor-dtype": Entry(
            "TG-E207",
            DTypeError,
            en=Text(
                error="{op} got {kind} data of dtype {dtype}.",
                expected="numbers or bools of a dtype that is supported: "
                "float16, float32, float64, int8, int16, int32, int64, uint8 or bool.",
                hint="check for text, None or complex numbers among the data; convert arrays with array.astype(...).",
            ),
            zh=Text(
                error="{op} 得到 {kind} 数据，其 dtype 为 {dtype}。",
                expected="数或布尔值，dtype 受支持："
                "float16、float32、float64、int8、int16、int32、int64、uint8 或 bool。",
                hint="检查数据中是否有文字、None 或复数；数组用 array.astype(...) 转换。",
            ),
        ),
        "integer-negative-power": Entry(
            "TG-E208",
            DTypeError,
            en=Text(
                error="an integer was raised to a negative integer power: the result would be no integer.",
                expected="powers of 0 or more for integers, or floating operands.",
                hint="convert first: x.float() ** -1, or write the power as a float: x ** -1.0.",
            ),
            zh=Text(
                error="整数的负整数次幂(power)不是整数。",
                expected="整数的指数不小于 0，或者用浮点数计算。",
                hint="先转换：x.float() ** -1，或把指数写成浮点数：x ** -1.0。",
            ),
        ),
        "integer-division-by-zero": Entry(
            "TG-E209",
            DTypeError,
            en=Text(
                error="an integer was divided by 0: integers have no infinity and no NaN.",
                expected="divisors other than 0, or floating operands.",
                hint="x / y divides as floats and gives inf or nan; or replace the zeros first.",
            ),
            zh=Text(
                error="整数除以 0：整数没有无穷(inf)和 NaN。",
                expected="除数不为 0，或者用浮点数计算。",
                hint="x / y 按浮点数相除，给出 inf 或 nan；或者先替换掉 0。",
            ),
        ),
        "no-tensor": Entry(
            "TG-E210",
            DTypeError,
            en=Text(
                error="{op} got {kinds}, and no tensor among them.",
                expected="at least one Tensor (or array).",
                hint="make a tensor of the number first: {op}(tensor(2.0), ...).",
            ),
            zh=Text(
                error="{op} 得到 {kinds}，其中没有张量(tensor)。",
                expected="至少有一个 Tensor（或数组）。",
                hint="先把数变成张量：{op}(tensor(2.0), ...)。",
            ),
        ),
        "not-a-tensor": Entry(
            "TG-E211",
            DTypeError,
            en=Text(
                error="{op} got an object of type {kind} where a tensor is needed.",
                expected="a Tensor.",
                hint="tensor(data) makes one of numbers, lists or arrays.",
            ),
            zh=Text(
                error="{op} 需要张量(tensor)，却得到类型为 {kind} 的对象。",
                expected="一个 Tensor。",
                hint="tensor(data) 可以由数、列表或数组生成张量。",
            ),
        ),
        "need-tensors": Entry(
            "TG-E212",
            DTypeError,
            en=Text(
                error="{op} got {got} where tensors are to be listed.",
                expected="a list or tuple of at least one Tensor.",
                hint="write {op}([a, b]) with square brackets.",
            ),
            zh=Text(
                error="{op} 需要一列张量(tensor)，却得到 {got}。",
                expected="至少含一个 Tensor 的列表或元组。",
                hint="带上方括号，写成 {op}([a, b])。",
            ),
        ),
        "operand-type": Entry(
            "TG-E213",
            DTypeError,
            en=Text(
                error="an object of type {kind} cannot be computed with.",
                expected="a Tensor, an array, or a Python int, float or bool.",
                hint="tensor(data) makes a tensor of lists and arrays.",
            ),
            zh=Text(
                error="类型为 {kind} 的对象不能参加计算。",
                expected="Tensor、数组，或 Python 的 int、float、bool。",
                hint="tensor(data) 可以由列表和数组生成张量(tensor)。",
            ),
        ),
        "grad-not-a-tensor": Entry(
            "TG-E214",
            DTypeError,
            en=Text(
                error="an object of type {kind} was assigned to grad.",
                expected="a Tensor, or None to clear it.",
                hint="make a tensor of it first: x.grad = tensor(values).",
            ),
            zh=Text(
                error="把类型为 {kind} 的对象赋给了 grad。",
                expected="Tensor，或用 None 清除梯度(gradient)。",
                hint="先变成张量：x.grad = tensor(values)。",
            ),
        ),
        "grad-dtype": Entry(
            "TG-E229",
            DTypeError,
            en=Text(
                error="a gradient of dtype {got} was assigned to grad of a tensor of dtype {expected}.",
                expected="a gradient of the tensor's own dtype.",
                hint="convert it first: x.grad = g.to(x.dtype).",
            ),
            zh=Text(
                error="把 dtype 为 {got} 的梯度(gradient)赋给了 dtype 为 {expected} 的张量的 grad。",
                expected="梯度与张量(tensor)的 dtype 相同。",
                hint="先转换：x.grad = g.to(x.dtype)。",
            ),
        ),
        "from-numpy": Entry(
            "TG-E215",
            DTypeError,
            en=Text(
                error="from_numpy got an object of type {kind}.",
                expected="a numpy.ndarray.",
                hint="tensor(data) takes lists and numbers.",
            ),
            zh=Text(
                error="from_numpy 得到类型为 {kind} 的对象。",
                expected="一个 numpy.ndarray。",
                hint="列表和数用 tensor(data)。",
            ),
        ),
        "not-a-torch-tensor": Entry(
            "TG-E216",
            DTypeError,
            en=Text(
                error="from_torch got an object of type {kind}.",
                expected="a torch.Tensor.",
                hint="tensor(data) takes lists, numbers and arrays.",
            ),
            zh=Text(
                error="from_torch 得到类型为 {kind} 的对象。",
                expected="一个 torch.Tensor。",
                hint="列表、数和数组用 tensor(data)。",
            ),
        ),
        "no-dlpack": Entry(
            "TG-E217",
            DTypeError,
            en=Text(
                error="an object of type {kind} does not speak DLPack: it has no __dlpack__ method.",
                expected="an array or tensor of a library that exchanges memory through DLPack.",
                hint="tensor(data) copies lists, numbers and NumPy arrays.",
            ),
            zh=Text(
                error="类型为 {kind} 的对象不支持 DLPack：它没有 __dlpack__ 方法。",
                expected="支持用 DLPack 交换内存的库的数组或张量(tensor)。",
                hint="列表、数和 NumPy 数组用 tensor(data) 复制。",
            ),
        ),
        "argument": Entry(
            "TG-E218",
            ArgumentError,
            en=Text(
                error="{op} got {argument}={got!r}.",
                expected="{argument}: {expected}.",
                hint="help({op}) lists what the argument may be.",
            ),
            zh=Text(
                error="{op} 得到 {argument}={got!r}。",
                expected="参数(argument) {argument}：{expected}。",
                hint="help({op}) 列出这个参数可取的值。",
            ),
        ),
        "argument-unknown": Entry(
            "TG-E219",
            ArgumentError,
            en=Text(
                error="{op} has no argument named {names}.",
                expected="arguments among: {known}.",
                hint="check the spelling; there is no out=: results are always new tensors.",
            ),
            zh=Text(
                error="{op} 没有名为 {names} 的参数(argument)。",
                expected="可用的参数：{known}。",
                hint="检查拼写；没有 out=：结果总是新的张量(tensor)。",
            ),
        ),
        "operand-count": Entry(
            "TG-E220",
            ArgumentError,
            en=Text(
                error="{op} was called with {given} operand(s).",
                expected="the operands {operands}.",
                hint="write {op}({operands}).",
            ),
            zh=Text(
                error="{op} 得到 {given} 个操作数(operand)。",
                expected="操作数是 {operands}。",
                hint="写成 {op}({operands})。",
            ),
        ),
        "argument-missing": Entry(
            "TG-E223",
            ArgumentError,
            en=Text(
                error="{op} was called without {names}.",
                expected="every argument that has no default.",
                hint="help({op}) lists the arguments.",
            ),
            zh=Text(
                error="调用 {op} 时没有给出 {names}。",
                expected="给出每个没有默认值的参数(argument)。",
                hint="help({op}) 列出所有参数。",
            ),
        ),
        "no-pickle": Entry(
            "TG-E224",
            DTypeError,
            en=Text(
                error="tensors are not pickled: reading a pickle can run any code that somebody put into it.",
                expected="tensors written as safetensors, or moved as NumPy arrays.",
                hint="save(tensors, path) writes a file; x.detach().numpy() can go to another process.",
            ),
            zh=Text(
                error="张量(tensor)不能用 pickle 保存：读取 pickle 文件可能运行别人放进去的任何代码。",
                expected="写成 safetensors 文件，或以 NumPy 数组传递。",
                hint="save(tensors, path) 写出文件；传给别的进程时用 x.detach().numpy()。",
            ),
        ),
        "clamp-without-bounds": Entry(
            "TG-E221",
            ArgumentError,
            en=Text(
                error="clamp got neither min nor max.",
                expected="at least one bound.",
                hint="for example x.clamp(min=0).",
            ),
            zh=Text(
                error="clamp 既没有得到 min，也没有得到 max。",
                expected="至少给出一个界限。",
                hint="例如 x.clamp(min=0)。",
            ),
        ),
        "kernel-failed": Entry(
            "TG-E222",
            ArgumentError,
            en=Text(
                error="{op} could not be computed: {problem}.\n    operands: {shapes}, dtypes: {dtypes}",
                expected="shapes, dtypes and arguments that {op} can compute with.",
                hint="help({op}) says what it takes.",
            ),
            zh=Text(
                error="无法计算 {op}：{problem}。\n    操作数(operand)：{shapes}，dtype：{dtypes}",
                expected="{op} 能够计算的形状(shape)、dtype 和参数。",
                hint="help({op}) 说明它接受什么。",
            ),
        ),
    }
)
