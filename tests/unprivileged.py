"""How a test takes from a process what root may do beyond others."""

import ctypes
import os

_VERSION_3 = 0x20080522  # of capabilities, as linux/capability.h numbers them


class _Header(ctypes.Structure):
    _fields_ = (("version", ctypes.c_uint32), ("pid", ctypes.c_int))


class _Sets(ctypes.Structure):
    _fields_ = (("effective", ctypes.c_uint32), ("permitted", ctypes.c_uint32), ("inheritable", ctypes.c_uint32))


def give_up_privileges() -> None:
    """From now on this process may write only where permissions let its user; it cannot be taken back.

    The user stays who it is: a checkout or an environment under a folder that is closed to others can still be read.
    """
    if os.geteuid() != 0:
        return
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.capset(ctypes.byref(_Header(_VERSION_3, 0)), (_Sets * 2)()) != 0:  # no set has anything in it
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
