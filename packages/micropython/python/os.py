from collections import namedtuple
from uos import *
from uos import ilistdir as _ilistdir
from uos import stat as _stat

import sys

from _bridge import buffer, random

unlink = remove
_SIMULATOR = ("rom", b"rom")
_FILE = 0x8000
_FOLDER = 0x4000
_terminals = [None, None]
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


# As littlefs tells it: a kind, a size, and times.
def stat(path):
    found = _stat(path)
    return (found[0] & (_FILE | _FOLDER), 0, 0, 0, 0, 0) + found[6:]


# The board's files, with their sizes. What is mounted for the simulator is not among them.
def ilistdir(path=""):
    folder = getcwd() if path in ("", ".") else path
    is_root = not folder.strip("/") if isinstance(folder, str) else not folder.strip(b"/")
    for entry in _ilistdir(path or folder):
        name, kind = entry[:2]
        if is_root and name in _SIMULATOR:
            continue
        if len(entry) == 3:  # what a program has mounted may tell the size
            separator = "/" if isinstance(name, str) else b"/"
            entry += (stat(folder + separator + name)[6] if kind == _FILE else 0,)
        yield entry


def listdir(path=""):
    return [entry[0] for entry in ilistdir(path)]


# What the program prints goes to the first as well. What is typed does not come from it.
def dupterm(stream, index=0):
    former = _terminals[index]
    _terminals[index] = stream
    if index == 0:
        import _dupterm

        _dupterm.duplicate(stream)
    return former


def sync():
    pass
