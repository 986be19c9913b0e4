"""Floor 1: the engine, an evening's read.  Read the files in this order:

1. ``node.py``       what is remembered of one operation
2. ``tensor.py``     an array that knows the node which made it
3. ``symbol.py``     a formula in the place of a value: running a rule on Symbols prints the rule
4. ``operators.py``  the base of both, to which Python's operators are attached
5. ``primitive.py``  one op: its value, its formula and a derivative rule per operand
6. ``sweep.py``      reverse mode: the chain rule, from the youngest node to the oldest
7. ``modes.py``      who records, who listens
8. ``inplace.py``    ``x += y`` and ``x[i] = v``: versions, views, and how a tensor gets a new node
9. ``record.py``     what pictures and explanations need, kept only while somebody asks for it

``registry.py`` is where the engine finds by name what stands above it.

May import: floor 0.  No op is declared here; they are in ``../ops``.
"""
