"""What nobody should send or set: JSON of any kind, and objects that fail at whatever is asked."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import strategies as st


class Failing:
    """Fails whatever is asked of it."""

    def __init__(self, failure: type[Exception] = OverflowError) -> None:
        self.failure = failure

    def _fail(self, *_: object) -> Any:
        raise self.failure("do not ask")

    __eq__ = __lt__ = __le__ = __gt__ = __ge__ = __bool__ = __len__ = _fail
    __iter__ = __getitem__ = __index__ = __int__ = __float__ = __repr__ = __str__ = _fail
    __array__ = __contains__ = _fail
    __hash__ = object.__hash__


class FailingCallable(Failing):
    """A fill, as far as one sees."""

    def __call__(self, *_: object) -> Any:
        self._fail()


def picked(*things: Any) -> st.SearchStrategy[Any]:
    """Pick one; `sampled_from` would ask each for its repr, and some have none."""
    return st.integers(0, len(things) - 1).map(lambda index: things[index])


NUMBERS = picked(
    0,
    1,
    -1,
    2,
    3,
    65,
    10**6,
    2**63,
    10**400,
    -(10**5000),
    0.5,
    -0.5,
    1e308,
    float("nan"),
    float("inf"),
    True,
    False,
)
TEXTS = picked(
    "",
    "red",
    "blur",
    "cell-mean",
    "probability",
    "relative",
    "orange-blue",
    "class 1",
    "zebra",
    "\ud800",
    "\0",
    "a" * 5000,
    "<script>",
    "IPY_MODEL_x",
    "__class__",
    "inpaint",
    "8",
)
PLAIN = st.none() | NUMBERS | TEXTS
JSON = st.recursive(
    PLAIN,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)
BUFFERS = picked(b"", b"\0" * 8, memoryview(b"\x89PNG\r\n"), bytearray(b"GIF89a"))

OBJECTS = st.one_of(
    st.builds(Failing, st.sampled_from([OverflowError, MemoryError, RecursionError, KeyError])),
    st.builds(FailingCallable),
    picked(
        np.arange(3),
        np.array(1),
        np.zeros((2, 2)),
        np.float32("nan"),
        np.int64(2),
        {1, 2},
        object(),
        int,
        lambda: None,
        np.array(["red"]),
        complex(1, 1),
        range(2),
        ...,
    ),
)
