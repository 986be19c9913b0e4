"""Floor 3: ``jit`` captures what a function of Tensors does once, and replays it without Tensors or a graph.

    traced.py    arrays that write down what is done with them
    trace.py     the list of steps
    plan.py      what is needed of it, each thing once, as a function written for it
    capture.py   a captured call, and whether it may be used again
    jit.py       the decorator

May import: floors 0–2, ``batched``, ``batching_rules``.  Read in that order.
"""
