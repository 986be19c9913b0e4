"""Speed and memory, shown: the same work in our code and in the peers', interleaved, in one run.

``python -m bench`` runs every job, ``python -m bench mlp`` one; results lie in ``bench/results``.
Read ``timing.py`` for how a ratio is measured, then ``jobs/``.
"""
