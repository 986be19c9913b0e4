"""Floor 3: ``jit`` captures what a function of Tensors does once, and replays it without Tensors or a graph.

    traced.py       arrays that write down what is done with them
    steps.py        a step, and a value: an array by name
    trace.py        the list of steps
    outside_ops.py  what else than ops is noted in it
    passes.py       what need not be done
    element.py      what an op does to one element, read from the op's value
    loops.py        elementwise steps as the source of one loop, and where it is kept
    order.py        which steps may become one
    fuse.py         which do
    buffers.py      memory for temporaries
    calls.py        what a plan calls besides ops
    plan.py         what is needed of it, each thing once, as a function written for it
    capture.py      a captured call, and whether it may be used again
    function.py     the decorator

May import: floors 0–2, ``batched``, ``batching_rules``.  Read in that order.
"""
