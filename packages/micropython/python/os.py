from collections import namedtuple
from uos import *

import sys

from _bridge import buffer, random

unlink = remove
_uname = namedtuple("uname", ("sysname", "nodename", "release", "version", "machine"))


def uname():
    version = ".".join(str(n) for n in sys.implementation.version[:3])
    return _uname(sys.platform, sys.platform, version, "v" + version, sys.implementation._machine)


def urandom(n):
    out = bytearray(n)
    for at in range(0, n, len(buffer)):
        size = min(len(buffer), n - at)
        random(size)
        out[at : at + size] = buffer[:size]
    return bytes(out)


def sync():
    pass
