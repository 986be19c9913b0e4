"""Rows of ``ops/einsum.py``."""

from __future__ import annotations

from typing import Any

import numpy as np

from .tables import Row, Source, normal, row, transposed

a23, b34, c45, s33 = normal(2, 3), normal(3, 4), normal(4, 5), normal(3, 3)


def einsum(equation: str, *operands: Source, numpy: str | None = None, **options: Any) -> Row:
    """One equation, which NumPy may want to be written otherwise."""

    def reference(*arrays: Any) -> Any:
        return np.einsum(numpy or equation, *arrays)

    return row(f"einsum/{equation}", lambda m, *xs: m.einsum(equation, *xs), *operands, np=reference, **options)


ROWS = [
    einsum("ij,jk->ik", a23, b34),
    einsum("ij,jk->ki", a23, b34),
    einsum("ij,jk", a23, b34),
    einsum("Ab,bC", a23, b34),
    einsum("ba,cb", a23, normal(4, 2)),
    einsum(" i j , j k -> i k ", a23, b34, numpy="ij,jk->ik"),
    einsum("ji,jk->ik", transposed(normal(3, 2)), b34),
    einsum("ij->ji", a23),
    einsum("ba", a23),
    einsum("ij->i", a23),
    einsum("ij->", a23),
    einsum("i->i", normal(3)),
    einsum("i,i", normal(3), normal(3)),
    einsum("i,i->i", normal(3), normal(3)),
    einsum("i,j->ij", normal(3), normal(4)),
    einsum("i,j->ji", normal(3), normal(4)),
    einsum("i,j->", normal(3), normal(4)),
    einsum("ij,j->i", a23, normal(3)),
    einsum("ij,ij->", a23, a23),
    einsum("ij,ij->ij", a23, a23),
    einsum("ij,i->ij", a23, normal(2)),
    einsum("ij,ij->ji", a23, a23),
    einsum(",ij", normal(), a23),
    einsum(",->", normal(), normal()),
    einsum("->", normal()),
    # one letter twice in an operand: its diagonal
    einsum("ii->i", s33),
    einsum("ii", s33),
    einsum("iii->i", normal(2, 2, 2)),
    einsum("iij,jk->ik", normal(2, 2, 3), b34),
    einsum("ii,jj->ij", s33, normal(2, 2)),
    einsum("...ii->...i", normal(2, 3, 3)),
    # batches
    einsum("bij,bjk->bik", normal(2, 3, 4), normal(2, 4, 5)),
    einsum("bthd,bshd->bhts", normal(2, 3, 2, 4), normal(2, 5, 2, 4)),
    einsum("bhts,bshd->bthd", normal(2, 2, 3, 5), normal(2, 5, 2, 4)),
    einsum("bij,bik->bjk", normal(2, 3, 4), normal(2, 3, 5)),
    einsum("bn,anm,bm->ba", normal(2, 3), normal(5, 3, 4), normal(2, 4)),
    einsum("abc,cd->abd", normal(2, 3, 4), c45),
    einsum("abc,bc->a", normal(2, 3, 4), b34),
    einsum("abcd,cdef->abef", normal(1, 2, 3, 2), normal(3, 2, 2, 3)),
    # several operands, letters that only one of them has
    einsum("ij,jk,kl->il", a23, b34, c45),
    einsum("ij,jk,kl->li", a23, b34, c45),
    einsum("ij,jk,ki->", a23, b34, normal(4, 2)),
    einsum("i,ij,j", normal(2), a23, normal(3)),
    einsum("ij,k->k", a23, normal(4)),
    einsum("ij,jk->", a23, b34),
    # PyTorch sums k alone first, to int64, and then refuses to multiply int32 by it.
    einsum("ij,jk->i", a23, b34, integers=False),
    # ... stands for the other dimensions
    einsum("...ij,...jk->...ik", normal(2, 2, 3), normal(2, 3, 4)),
    einsum("...ij,jk->...ik", normal(2, 2, 3), b34),
    einsum("...ij,...jk", normal(4, 1, 2, 3), normal(2, 3, 4)),
    einsum("...,...->...", a23, normal(3)),
    einsum("i...,i...->...", a23, normal(2)),
    einsum("...ij->...", normal(2, 3, 4)),
    einsum("ij...,...jk->i...k", normal(2, 3, 2), normal(2, 3, 4)),
    einsum("...", a23),
    einsum("i...j->j...i", normal(2, 3, 4)),
    # the result lacks ...: summed over, which NumPy refuses
    einsum("...ij->ij", normal(2, 3, 4), numpy="aij->ij"),
    einsum("ij->...ij", a23, numpy="ij->ij"),
    # sizes of 1 broadcast, whether or not the letter is summed over
    einsum("ik,kj->ikj", normal(2, 1), normal(3, 4)),
    einsum("ab,ab->a", a23, normal(2, 1)),
    einsum("ab,ab->b", normal(1, 3), normal(2, 3)),
    einsum("ab,bc->ac", normal(2, 1), normal(1, 4)),
    # nothing
    einsum("il,lk->ik", normal(2, 0), normal(0, 4)),
    einsum("lj,jk->lk", normal(0, 3), b34),
    einsum("il->l", normal(0, 3)),
]
