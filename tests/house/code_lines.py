"""Counts the lines of code of a Python file: what is left without docstrings, comments and blank lines."""

from __future__ import annotations

import ast
import io
import tokenize

# Tokens that carry no code of their own.
SILENT = {
    tokenize.ENCODING,
    tokenize.COMMENT,
    tokenize.NL,
    tokenize.NEWLINE,
    tokenize.INDENT,
    tokenize.DEDENT,
    tokenize.ENDMARKER,
}


def code_lines(source: str) -> int:
    """Return how many lines of ``source`` carry code.

    A string that stands alone as a statement is a docstring, wherever it stands: of a module, a class, a function
    or (as editors show them) of the assignment above it. A string that is used counts on every line it spans.
    """
    docstrings = {
        position(source, node)
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
    }
    lines: set[int] = set()
    in_docstring = False
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type in SILENT:
            # "a" "b" is one docstring of two tokens: it ends with its statement (NL inside brackets does not end it).
            in_docstring = in_docstring and token.type in (tokenize.COMMENT, tokenize.NL)
            continue
        in_docstring = (token.start in docstrings or in_docstring) and token.type == tokenize.STRING
        if not in_docstring:
            lines.update(range(token.start[0], token.end[0] + 1))
    return len(lines)


def position(source: str, node: ast.Expr) -> tuple[int, int]:
    """Where a statement starts, counted as tokenize counts: ast gives the column in bytes of UTF-8."""
    line = source.split("\n")[node.lineno - 1]
    return node.lineno, len(line.encode()[: node.col_offset].decode())
