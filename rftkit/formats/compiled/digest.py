"""xxh3 of 128 bits, as `xxhash.xxh3_128_digest` gives it, of bytes in memory."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from rftkit.formats.compiled.words import compiled, folded, put_word, word

#: Shorter texts are hashed another way, which is not here: a prompt and a row are longer.
LEAST: Final = 17

# The numbers that the definition of xxh3 fixes.
_BYTES: Final = bytes.fromhex(
    "b8fe6c3923a44bbe7c01812cf721ad1cded46de9839097db7240a4a4b7b3671fcb79e64eccc0e578825ad07dccff7221"
    "b8084674f743248ee03590e6813a264c3c2852bb91c300cb88d0658b1b532ea371644897a20df94e3819ef46a9deacd8"
    "a8fa763fe39c343ff9dcbbc7c70b4f1d8a51e04bcdb45931c89f7ec9d9787364eac5ac8334d3ebc3c581a0fffa1363eb"
    "170ddd51b7f0da49d316552629d4689e2b16be587d47a1fc8ff8b8d17ad031ce45cb3a8f95160428afd7fbcabb4b407e"
)
#: The eight bytes from each place on.
_SECRET: Final = np.array([int.from_bytes(_BYTES[at : at + 8], "little") for at in range(185)], dtype=np.uint64)
_SMALL1, _SMALL2, _SMALL3 = np.uint64(0x9E3779B1), np.uint64(0x85EBCA77), np.uint64(0xC2B2AE3D)
_PRIME1, _PRIME2 = np.uint64(0x9E3779B185EBCA87), np.uint64(0xC2B2AE3D27D4EB4F)
_PRIME3, _PRIME4 = np.uint64(0x165667B19E3779F9), np.uint64(0x85EBCA77C2B2AE63)
_PRIME5, _LAST = np.uint64(0x27D4EB2F165667C5), np.uint64(0x165667919E3779F9)
_BEGIN: Final = np.array([_SMALL3, _PRIME1, _PRIME2, _PRIME3, _PRIME4, _SMALL2, _PRIME5, _SMALL1], dtype=np.uint64)
_ZERO, _HALF, _SHIFT, _BYTE = np.uint64(0), np.uint64(0xFFFFFFFF), np.uint64(32), np.uint64(8)
_STRIPE: Final = 64


@compiled
def digest(start: int, end: int, sums: int, into: int) -> None:
    """Write the digest of bytes, at least `LEAST` of them.

    Parameters
    ----------
    start, end
        Addresses of the first and behind the last.
    sums
        Address of eight numbers of scratch.
    into
        Address of the 16 bytes.

    Examples
    --------
    >>> import xxhash
    >>> text, into = np.frombuffer(b"support" * 99, dtype=np.uint8), np.empty(16, dtype=np.uint8)
    >>> at, sums = text.ctypes.data, np.empty(8, dtype=np.uint64)
    >>> digest(at, at + len(text), sums.ctypes.data, into.ctypes.data)
    >>> into.tobytes() == xxhash.xxh3_128_digest(b"support" * 99)
    True
    """
    size = end - start
    if size <= 128:
        low, high = _of_few(start, size)
    elif size <= 240:
        low, high = _of_some(start, size)
    else:
        low, high = _of_many(start, size, sums)
    put_word(into, _turned(high))
    put_word(into + 8, _turned(low))


@compiled
def _turned(value: Any) -> Any:
    """Return a number with its bytes in the other order."""
    turned = _ZERO
    for _ in range(8):
        turned = (turned << _BYTE) | (value & np.uint64(255))
        value >>= _BYTE
    return turned


@compiled
def _stirred(value: Any) -> Any:
    value ^= value >> np.uint64(37)
    value *= _LAST
    return value ^ (value >> _SHIFT)


@compiled
def _mixed(at: int, secret: int) -> Any:
    return folded(word(at) ^ _SECRET[secret], word(at + 8) ^ _SECRET[secret + 8])


@compiled
def _mix(low: Any, high: Any, one: int, two: int, secret: int) -> Any:
    low = (low + _mixed(one, secret)) ^ (word(two) + word(two + 8))
    high = (high + _mixed(two, secret + 16)) ^ (word(one) + word(one + 8))
    return low, high


@compiled
def _ended(low: Any, high: Any, size: int) -> Any:
    other = low * _PRIME1 + high * _PRIME4 + np.uint64(size) * _PRIME2
    return _stirred(low + high), _ZERO - _stirred(other)


@compiled
def _of_few(start: int, size: int) -> Any:
    low, high = np.uint64(size) * _PRIME1, _ZERO
    for index in range((size - 1) // 32, -1, -1):
        low, high = _mix(low, high, start + 16 * index, start + size - 16 * (index + 1), 32 * index)
    return _ended(low, high, size)


@compiled
def _of_some(start: int, size: int) -> Any:
    low, high = np.uint64(size) * _PRIME1, _ZERO
    for at in range(0, 128, 32):
        low, high = _mix(low, high, start + at, start + at + 16, at)
    low, high = _stirred(low), _stirred(high)
    for at in range(128, size - 31, 32):
        low, high = _mix(low, high, start + at, start + at + 16, at - 125)
    low, high = _mix(low, high, start + size - 16, start + size - 32, 103)
    return _ended(low, high, size)


@compiled
def _of_many(start: int, size: int, sums: int) -> Any:
    for lane in range(8):
        put_word(sums + 8 * lane, _BEGIN[lane])
    stripes = (size - 1) // _STRIPE
    for index in range(stripes):
        _add(sums, start + index * _STRIPE, (index % 16) * 8)
        if index % 16 == 15:
            for lane in range(8):
                value = word(sums + 8 * lane)
                put_word(sums + 8 * lane, (value ^ (value >> np.uint64(47)) ^ _SECRET[128 + 8 * lane]) * _SMALL1)
    _add(sums, start + size - _STRIPE, 121)
    low = _merged(sums, 11, np.uint64(size) * _PRIME1)
    return low, _merged(sums, 117, ~(np.uint64(size) * _PRIME2))


@compiled
def _add(sums: int, at: int, secret: int) -> None:
    for lane in range(0, 8, 2):
        one, two = word(at + 8 * lane), word(at + 8 * lane + 8)
        left, right = one ^ _SECRET[secret + 8 * lane], two ^ _SECRET[secret + 8 * lane + 8]
        place = sums + 8 * lane
        put_word(place, word(place) + two + (left & _HALF) * (left >> _SHIFT))
        put_word(place + 8, word(place + 8) + one + (right & _HALF) * (right >> _SHIFT))


@compiled
def _merged(sums: int, secret: int, value: Any) -> Any:
    for pair in range(4):
        left = word(sums + 16 * pair) ^ _SECRET[secret + 16 * pair]
        value += folded(left, word(sums + 16 * pair + 8) ^ _SECRET[secret + 16 * pair + 8])
    return _stirred(value)
