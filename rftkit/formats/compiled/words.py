"""What the compiled functions are made with: memory by its address, one byte or eight at once.

Addresses and not arrays, because numba counts the references to each array in each call: reading a line took nine
times as long, and compiling twenty times.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, TypeVar, cast

import numba
import numpy as np
import xxhash
from llvmlite import ir
from numba import types
from numba.extending import intrinsic

F = TypeVar("F", bound=Callable[..., Any])

ONES: Final = np.uint64(0x0101010101010101)
HIGH: Final = np.uint64(0x8080808080808080)


def compiled(function: F) -> F:
    """Compile a function when it is first called.

    Examples
    --------
    >>> @compiled
    ... def double(number):
    ...     return number * 2
    >>> double(4)
    8
    """
    return cast(F, numba.njit(nogil=True, error_model="numpy")(function))


def entry(function: F) -> F:
    """Compile a function that Python calls, and keep the machine code for other processes.

    It has to use a variable that holds `stamp()` of an enclosing function: numba looks only at the file of this one
    function to see whether what it kept is still right, and at the values of such variables.

    Examples
    --------
    >>> from rftkit.formats.compiled.reader import keyer
    >>> callable(keyer())
    True
    """
    try:
        return cast(F, numba.njit(nogil=True, error_model="numpy", cache=True)(function))
    except RuntimeError:  # there is no folder that can be written: it is compiled in each process
        return compiled(function)


def stamp() -> int:
    """Return a number that changes with the text of any file of this folder.

    Examples
    --------
    >>> stamp() == stamp() > 0
    True
    """
    files = sorted(Path(__file__).parent.glob("*.py"))
    return 1 + (xxhash.xxh3_64_intdigest(b"".join(file.read_bytes() for file in files)) >> 2)


def _pointer(builder: Any, address: Any, bits: int) -> Any:
    return builder.inttoptr(address, ir.IntType(bits).as_pointer())


def _loading(bits: int, result: Any) -> Any:
    def load(typing: Any, address: Any) -> Any:
        def code(context: Any, builder: Any, signature: Any, given: Any) -> Any:
            loaded = builder.load(_pointer(builder, given[0], bits), align=1)
            return builder.zext(loaded, ir.IntType(64)) if bits < 64 else loaded

        return result(types.int64), code

    return load


def _storing(bits: int, kind: Any) -> Any:
    def store(typing: Any, address: Any, value: Any) -> Any:
        def code(context: Any, builder: Any, signature: Any, given: Any) -> Any:
            value = builder.trunc(given[1], ir.IntType(bits)) if bits < 64 else given[1]
            builder.store(value, _pointer(builder, given[0], bits), align=1)
            return context.get_dummy_value()

        return types.void(types.int64, kind), code

    return store


#: Read one byte, eight bytes, a number; write them.
byte: Final[Any] = intrinsic(_loading(8, types.int64))
word: Final[Any] = intrinsic(_loading(64, types.uint64))
number: Final[Any] = intrinsic(_loading(64, types.int64))
put_byte: Final[Any] = intrinsic(_storing(8, types.int64))
put_word: Final[Any] = intrinsic(_storing(64, types.uint64))
put_number: Final[Any] = intrinsic(_storing(64, types.int64))


def _folding(typing: Any, left: Any, right: Any) -> Any:
    def code(context: Any, builder: Any, signature: Any, given: Any) -> Any:
        wide = ir.IntType(128)
        product = builder.mul(builder.zext(given[0], wide), builder.zext(given[1], wide))
        high = builder.trunc(builder.lshr(product, ir.Constant(wide, 64)), ir.IntType(64))
        return builder.xor(builder.trunc(product, ir.IntType(64)), high)

    return types.uint64(types.uint64, types.uint64), code


#: The product of two numbers, 128 bits long, with its halves combined by exclusive or.
folded: Final[Any] = intrinsic(_folding)


def standing(text: str) -> Callable[[Any], bool]:
    """Return the function that says whether a text of ASCII stands at an address.

    Examples
    --------
    >>> text = np.frombuffer(b"null, and more", dtype=np.uint8)
    >>> standing("null")(text.ctypes.data), standing("true")(text.ctypes.data)
    (True, False)
    """
    whole = text.encode() + bytes(-len(text) % 8)
    words = np.frombuffer(whole, dtype=np.uint64).copy()
    masks = np.frombuffer(b"\xff" * len(text) + bytes(-len(text) % 8), dtype=np.uint64).copy()

    @compiled
    def stands(at: Any) -> bool:
        for index in range(len(words)):  # noqa: SIM110 - a generator is nothing that can be compiled
            if word(at + 8 * index) & masks[index] != words[index]:
                return False
        return True

    return stands


def writing(text: str) -> Callable[[Any], Any]:
    """Return the function that writes a text of ASCII to an address and returns the one behind it.

    Examples
    --------
    >>> into = np.zeros(8, dtype=np.uint8)
    >>> writing("null")(into.ctypes.data) - into.ctypes.data, into[:4].tobytes()
    (4, b'null')
    """
    signs = np.frombuffer(text.encode(), dtype=np.uint8).astype(np.int64)

    @compiled
    def write(to: Any) -> Any:
        for index in range(len(signs)):
            put_byte(to + index, signs[index])
        return to + len(signs)

    return write
