"""Tell the kernel of Linux (5.13 or newer) that files outside some folders do not open, whatever code asks for them."""

from __future__ import annotations

import ctypes
import os
import struct
from collections.abc import Iterable

_CREATE, _ADD, _RESTRICT = 444, 445, 446
_ASK_FOR_VERSION = 1
_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_FOLDER = 1 << 0, 1 << 1, 1 << 2, 1 << 3
# Rights that a version of Landlock knows: 13 bits in the first, then one more (refer), one more (truncate).
_RIGHTS = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1}
_SET_NO_NEW_PRIVILEGES = 38


def install(folders: Iterable[str]) -> bool:
    """Let this process read what is under some folders, and nothing else; return whether this kernel can.

    Parameters
    ----------
    folders
        Folders and files that may be read.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    version = libc.syscall(_CREATE, None, 0, _ASK_FOR_VERSION)
    if version < 1:
        return False
    attribute = ctypes.create_string_buffer(struct.pack("Q", _RIGHTS[min(version, 3)]), 8)
    rules = libc.syscall(_CREATE, attribute, ctypes.c_size_t(8), 0)
    if rules < 0:
        return False
    try:
        for folder in folders:
            _allow(libc, rules, folder)
        libc.prctl(_SET_NO_NEW_PRIVILEGES, 1, 0, 0, 0)
        return bool(libc.syscall(_RESTRICT, rules, 0) == 0)
    finally:
        os.close(rules)


def _allow(libc: ctypes.CDLL, rules: int, folder: str) -> None:
    try:
        place = os.open(folder, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return  # what is not there needs no right
    rights = _READ_FILE | (_READ_FOLDER | _EXECUTE if os.path.isdir(folder) else 0)
    rights |= _WRITE_FILE if folder == os.devnull else 0
    libc.syscall(_ADD, rules, 1, ctypes.create_string_buffer(struct.pack("=Qi", rights, place), 12), 0)
    os.close(place)
