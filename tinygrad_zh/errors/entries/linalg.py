"""Errors of linear algebra (E885 to E899): matrices that do not fit, and those that have no inverse or factor."""

from ..catalogue import Entry, Text, add_entries
from ..classes import ArgumentError, DTypeError, GraphError, LinAlgError, ShapeError

add_entries(
    {
        "matrix-square": Entry(
            "TG-E885",
            ShapeError,
            en=Text(
                error="{op} got a tensor of shape {shape}, whose last two dimensions differ.",
                expected="square matrices, (..., n, n).",
                hint="for matrices that are not square there are pinv, lstsq, svd and qr.",
            ),
            zh=Text(
                error="{op} 得到形状(shape)为 {shape} 的张量，最后两维大小不同。",
                expected="方阵：(..., n, n)。",
                hint="不是方阵时可以用 pinv、lstsq、svd 和 qr。",
            ),
        ),
        "matrix-ndim": Entry(
            "TG-E886",
            ShapeError,
            en=Text(
                error="{op} got a tensor of shape {shape}, which is no matrix.",
                expected="at least two dimensions, (..., m, n); leading ones are a batch.",
                hint="x.unsqueeze(-1) makes a matrix with one column of a vector, x.unsqueeze(0) one with one row.",
            ),
            zh=Text(
                error="{op} 得到形状(shape)为 {shape} 的张量，它不是矩阵。",
                expected="至少两维：(..., m, n)；前面的维是批(batch)。",
                hint="x.unsqueeze(-1) 把向量变成一列的矩阵，x.unsqueeze(0) 变成一行的矩阵。",
            ),
        ),
        "matrix-singular": Entry(
            "TG-E887",
            LinAlgError,
            en=Text(
                error="{op}: the matrix {which} is singular: in its LU decomposition pivot {pivot} is exactly 0.",
                expected="a matrix with linearly independent columns.",
                hint="pinv and lstsq work for singular matrices too; or add a little to the diagonal.",
            ),
            zh=Text(
                error="{op}：矩阵 {which} 是奇异的(singular)，它的 LU 分解中第 {pivot} 个主元(pivot)正好是 0。",
                expected="各列线性无关的矩阵。",
                hint="pinv 和 lstsq 也适用于奇异矩阵；或者给对角线加上一个小数。",
            ),
        ),
        "matrix-not-positive": Entry(
            "TG-E888",
            LinAlgError,
            en=Text(
                error="{op}: the matrix {which} is not positive-definite: its leading minor of order {order} is not.",
                expected="a symmetric matrix with positive eigenvalues.",
                hint="is it symmetric, and no column a combination of others? eigvalsh(A) shows its eigenvalues; "
                "adding a little to the diagonal raises them.",
            ),
            zh=Text(
                error="{op}：矩阵 {which} 不是正定的(positive-definite)，因为它的 {order} 阶顺序主子式不是。",
                expected="特征值都为正的对称矩阵。",
                hint="它对称吗？有没有一列是其他列的组合？eigvalsh(A) 给出特征值；给对角线加上一个小数会使特征值变大。",
            ),
        ),
        "solve-shapes": Entry(
            "TG-E889",
            ShapeError,
            en=Text(
                error="{op} got a matrix of shape {a} and a right-hand side of shape {b}.",
                expected="shapes with {expected}.",
                hint="a right-hand side has as many rows as the matrix; batches broadcast.",
            ),
            zh=Text(
                error="{op} 得到形状为 {a} 的矩阵和形状为 {b} 的右端项。",
                expected="形状(shape)满足 {expected}。",
                hint="右端项的行数与矩阵相同；批(batch)可以广播(broadcasting)。",
            ),
        ),
        "matrix-dtypes": Entry(
            "TG-E890",
            DTypeError,
            en=Text(
                error="{op} got operands of dtypes {dtypes}.",
                expected="operands of one dtype.",
                hint="convert one of them: b.to(a.dtype).",
            ),
            zh=Text(
                error="{op} 的操作数(operand)的 dtype 是 {dtypes}。",
                expected="操作数的 dtype 相同。",
                hint="转换其中一个：b.to(a.dtype)。",
            ),
        ),
        "qr-gradient": Entry(
            "TG-E891",
            GraphError,
            en=Text(
                error="qr with mode={mode!r} of a matrix of shape {shape} has no derivative.",
                expected="mode='reduced', or mode='complete' of a matrix with no more rows than columns.",
                hint="the derivative needs Q, and only its first n columns depend smoothly on the matrix.",
            ),
            zh=Text(
                error="mode={mode!r} 的 qr 对形状为 {shape} 的矩阵没有导数。",
                expected="mode='reduced'；或行数不多于列数的矩阵的 mode='complete'。",
                hint="求导需要 Q，而且只有它的前 n 列光滑地依赖于矩阵。",
            ),
        ),
        "contract-sizes": Entry(
            "TG-E892",
            ShapeError,
            en=Text(
                error="{op} got tensors of shapes {a} and {b}, to be contracted over the dimensions {dims}.",
                expected="as many dimensions of one as of the other, of equal sizes.",
                hint="dims=(dims of the first, dims of the second), in the order in which they belong together.",
            ),
            zh=Text(
                error="{op} 得到形状为 {a} 和 {b} 的张量，要沿 {dims} 这些维缩并(contraction)。",
                expected="两边的维数相同，对应的大小相等。",
                hint="dims=(第一个的维, 第二个的维)，按对应的顺序排列。",
            ),
        ),
        "cross-shapes": Entry(
            "TG-E893",
            ShapeError,
            en=Text(
                error="{op} got tensors of shapes {a} and {b}.",
                expected="tensors with as many dimensions, and vectors of 3 elements along dim.",
                hint="say along which dimension the vectors lie: dim=1.",
            ),
            zh=Text(
                error="{op} 得到形状为 {a} 和 {b} 的张量。",
                expected="维数相同的张量，沿 dim 有 3 个元素的向量。",
                hint="用 dim 说明向量沿哪一维(dimension)：例如 dim=1。",
            ),
        ),
        "matrix-norm": Entry(
            "TG-E894",
            ArgumentError,
            en=Text(
                error="{op} got ord={order!r}.",
                expected="'fro', 'nuc', inf, -inf, 1, -1, 2 or -2, and dim: two different dimensions.",
                hint="vector_norm takes any number; for one dimension pass dim=(i,) to norm.",
            ),
            zh=Text(
                error="{op} 得到 ord={order!r}。",
                expected="'fro'、'nuc'、inf、-inf、1、-1、2 或 -2，以及 dim：两个不同的维。",
                hint="vector_norm 接受任何数；对一维求范数(norm)时给 norm 传 dim=(i,)。",
            ),
        ),
        "norm-dims": Entry(
            "TG-E898",
            ShapeError,
            en=Text(
                error="{op} along the dimensions {dims} of a tensor of shape {shape} is no norm.",
                expected="one dimension for vectors, two for matrices.",
                hint="say dim=(-2, -1) for batches of matrices; vector_norm takes any number of dimensions.",
            ),
            zh=Text(
                error="{op} 要沿第 {dims} 维求形状(shape)为 {shape} 的张量的范数，这既不是向量范数也不是矩阵范数。",
                expected="向量一维，矩阵两维。",
                hint="成批的矩阵写 dim=(-2, -1)；vector_norm 接受任意多个维。",
            ),
        ),
        "chain-shapes": Entry(
            "TG-E895",
            ShapeError,
            en=Text(
                error="{op} got tensors of shapes {shapes}.",
                expected="at least two of shapes {expected}.",
                hint="each one's number of columns is the next one's number of rows.",
            ),
            zh=Text(
                error="{op} 得到形状(shape)为 {shapes} 的张量。",
                expected="至少两个，形状为 {expected}。",
                hint="每一个的列数等于下一个的行数。",
            ),
        ),
        "rank-deficient": Entry(
            "TG-E897",
            LinAlgError,
            en=Text(
                error="{op} got a matrix of shape {shape} that has not full rank.",
                expected="linearly independent columns (or rows, if there are fewer of them).",
                hint="driver='gelsy' and driver='gelsd' give the shortest of all solutions.",
            ),
            zh=Text(
                error="{op} 得到形状(shape)为 {shape} 的不满秩(full rank)矩阵。",
                expected="各列（行数较少时各行）线性无关。",
                hint="driver='gelsy' 和 driver='gelsd' 给出所有解中最短的一个。",
            ),
        ),
        "not-converged": Entry(
            "TG-E896",
            LinAlgError,
            en=Text(
                error="{op} did not converge.",
                expected="finite numbers of moderate size.",
                hint="look for NaN and infinities with A.isfinite(), and for entries of very different size; "
                "compute in float64.",
            ),
            zh=Text(
                error="{op} 没有收敛。",
                expected="大小适中的有限数。",
                hint="用 A.isfinite() 查找 NaN 和无穷大，看看有没有大小悬殊的元素；改用 float64 计算。",
            ),
        ),
    }
)
