"""Arrays of every kind of number and layout, for tests that send or store them."""

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

LAYOUTS = (
    lambda a: a,
    lambda a: np.asfortranarray(a),
    lambda a: np.repeat(a, 2, axis=-1)[..., ::2] if a.ndim else a,
    lambda a: a[::-1] if a.ndim else a,
    lambda a: a.T,
)


def arrays_of(dtypes):
    """Return a strategy for small arrays of these dtypes, in rows, in columns, with gaps, reversed and transposed."""
    plain = st.sampled_from(dtypes).flatmap(
        lambda dtype: hnp.arrays(dtype, hnp.array_shapes(min_dims=0, min_side=0, max_side=4))
    )
    return st.builds(lambda array, layout: layout(array), plain, st.sampled_from(LAYOUTS))
