"""The tables are complete: every public function that computes something has a row."""

from __future__ import annotations

from tinygrad_zh.ops.publish import inplace_methods, spaces
from tinygrad_zh.ops.publish import public as top

from .tables import all_rows

public = {**top, **{f"{space}.{name}": f for space, functions in spaces.items() for name, f in functions.items()}}
"""Every public function; those in a namespace by their full names, "linalg.inv"."""
EXEMPT = {
    "makes a tensor of no other; tests/ops/test_create.py": {
        *("tensor", "as_tensor", "from_numpy", "from_torch", "from_dlpack"),
        *("zeros", "ones", "empty", "full", "arange", "linspace", "eye", "fft.fftfreq", "fft.rfftfreq"),
        *("zeros_like", "ones_like", "empty_like", "full_like", "new_zeros", "new_ones", "new_tensor"),
        *("asarray", "logspace", "new_empty", "new_full", "scalar_tensor", "tril_indices", "triu_indices"),
        *("range", "frombuffer", "empty_strided", "new_empty_strided", "empty_permuted"),
    },
    "tells of shapes and dtypes; tests/ops/test_dtype_info.py and test_rearrange.py": {
        *("broadcast_shapes", "can_cast", "finfo", "iinfo", "is_tensor", "result_type"),
    },
    "makes a window; tests/ops/test_window_functions.py": {
        *("hann_window", "hamming_window", "blackman_window", "bartlett_window", "kaiser_window"),
    },
    "tells of a tensor's dtype and memory; tests/ops/test_facts.py": {
        *("is_complex", "is_conj", "is_signed", "stride", "storage_offset", "dim_order", "is_set_to"),
    },
    "calls a Python function for each element; tests/ops/test_facts.py": {"apply_", "map_"},
    "gives no tensor, or another library's; tests/core/test_conversion.py and tests/ops/test_facts.py": {
        *("numpy", "tolist", "to_torch", "data_ptr", "dim", "element_size", "numel", "size"),
        *("is_contiguous", "is_floating_point", "ndimension", "nelement"),
    },
    "gives a bool; tests/ops/test_pointwise.py": {"allclose", "equal", "is_nonzero"},
    "moves between devices, which the law of another device needs in every row": {"cpu"},
    "writes into a tensor; tests/core": {"copy_", "fill_", "zero_", "detach_"},
    "draws random numbers; tests/ops/test_random.py": {
        *("Generator", "get_rng_state", "set_rng_state", "initial_seed", "manual_seed", "seed"),
        *("bernoulli", "multinomial", "normal", "rand", "rand_like", "randint", "randint_like", "randn", "randn_like"),
        *("bernoulli_", "normal_", "random_", "uniform_", "randperm", "poisson"),
    },
    "draws random numbers; tests/ops/test_activation.py": {"nn.functional.gumbel_softmax"},
    "draws random numbers; tests/ops/test_distributions.py": {"exponential_", "geometric_", "cauchy_", "log_normal_"},
    "is a service of the engine, no op": {
        *("item", "register_hook", "register_post_accumulate_grad_hook"),
        *("requires_grad_", "retain_grad", "set_printoptions"),
    },
}


def test_every_public_function_has_a_row() -> None:
    with_row = {id(public[row.public_name]) for row in all_rows() if row.public_name in public}
    exempt = set().union(*EXEMPT.values())
    missing = sorted(name for name, function in public.items() if name not in exempt and id(function) not in with_row)
    assert not missing, f"no row in tests/ops/rows_*.py (nor a reason in test_tables.py) for: {', '.join(missing)}"


def test_no_exemption_is_stale() -> None:
    exempt = set().union(*EXEMPT.values())
    assert not exempt - public.keys(), "an exemption for what does not exist"
    assert not exempt & {row.public_name for row in all_rows()}, "an exemption for what has a row"


def test_rows_name_what_exists() -> None:
    names = {row.public_name for row in all_rows()}
    unknown = sorted(name for name in names if name not in public and name.removesuffix("_") not in inplace_methods)
    assert not unknown, f"rows for functions that are not public: {unknown}"


def test_every_inplace_form_has_a_row_to_follow() -> None:
    """``x.exp_()`` is tested with the operands of the row "exp"."""
    plain = {row.name for row in all_rows()}
    aliases = {id(public[name]) for name in plain & public.keys()}
    missing = sorted(name for name in inplace_methods if id(public[name]) not in aliases)
    assert not missing, f"no row of exactly this name: {', '.join(missing)}"
