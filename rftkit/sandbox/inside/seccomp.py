"""Tell the kernel of Linux to refuse processes, sockets and signals, whatever code asks for them."""

from __future__ import annotations

import ctypes
import os
import platform
import struct

# System calls by machine: (audit architecture, refused, clone, clone3, tgkill).
# Refused: fork vfork execve execveat socket connect bind listen kill tkill rt_sigqueueinfo ptrace process_vm_readv
# process_vm_writev pidfd_open pidfd_send_signal io_uring_setup bpf mount umount2 unshare setns reboot chroot
_X86 = (57, 58, 59, 322, 41, 42, 49, 50, 62, 200, 129, 101, 310, 311, 434, 424, 425, 321, 165, 166, 272, 308, 169, 161)
_ARM = (221, 281, 198, 203, 200, 201, 129, 130, 138, 117, 270, 271, 434, 424, 425, 280, 40, 39, 97, 268, 142, 51)
_MACHINES = {
    "x86_64": (0xC000003E, _X86, 56, 435, 234),
    "aarch64": (0xC00000B7, _ARM, 220, 435, 131),
}
_LOAD, _JUMP_EQUAL, _JUMP_SET, _JUMP_GREATER, _RETURN = 0x20, 0x15, 0x45, 0x35, 0x06
_ALLOW, _ERRNO = 0x7FFF0000, 0x00050000
_EPERM, _ENOSYS = 1, 38
_NUMBER, _ARCH, _FIRST_ARGUMENT = 0, 4, 16
_CLONE_THREAD = 0x00010000
_X32 = 0x40000000
_SET_NO_NEW_PRIVILEGES, _SET_SECCOMP, _FILTER = 38, 22, 2


def install() -> bool:
    """Install the filter for this process; return whether this machine has it."""
    machine = _MACHINES.get(platform.machine())
    if machine is None:
        return False
    libc = ctypes.CDLL(None, use_errno=True)
    code = b"".join(_program(*machine))
    buffer = ctypes.create_string_buffer(code, len(code))
    header = ctypes.create_string_buffer(struct.pack("HxxxxxxP", len(code) // 8, ctypes.addressof(buffer)))
    if libc.prctl(_SET_NO_NEW_PRIVILEGES, 1, 0, 0, 0) != 0:
        return False
    return bool(libc.prctl(_SET_SECCOMP, _FILTER, header, 0, 0) == 0)


def _program(arch: int, refused: tuple[int, ...], clone: int, clone3: int, tgkill: int) -> list[bytes]:
    """Return the filter: a list of tests on the number of the system call, each with its answer behind it."""
    lines = [
        _step(_LOAD, _ARCH),
        _step(_JUMP_EQUAL, arch, 1, 0),
        _answer(_EPERM),
        _step(_LOAD, _NUMBER),
        _step(_JUMP_GREATER, _X32, 0, 1),
        _answer(_EPERM),
        # The C library falls back to clone, whose flags a filter can read.
        _step(_JUMP_EQUAL, clone3, 0, 1),
        _answer(_ENOSYS),
    ]
    for number in refused:
        lines += [_step(_JUMP_EQUAL, number, 0, 1), _answer(_EPERM)]
    threads = [_step(_LOAD, _FIRST_ARGUMENT), _step(_JUMP_SET, _CLONE_THREAD, 1, 0), _answer(_EPERM), _allow()]
    itself = [_step(_LOAD, _FIRST_ARGUMENT), _step(_JUMP_EQUAL, os.getpid(), 1, 0), _answer(_EPERM), _allow()]
    lines += [_step(_JUMP_EQUAL, clone, 0, len(threads)), *threads]
    lines += [_step(_JUMP_EQUAL, tgkill, 0, len(itself)), *itself]
    return [*lines, _allow()]


def _step(code: int, value: int, if_true: int = 0, if_false: int = 0) -> bytes:
    return struct.pack("HBBI", code, if_true, if_false, value)


def _answer(errno: int) -> bytes:
    return _step(_RETURN, _ERRNO | errno)


def _allow() -> bytes:
    return _step(_RETURN, _ALLOW)
