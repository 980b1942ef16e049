# What `import gc` gives: the builtin module, which cannot be changed, but for what differs on a board. This MicroPython
# counts what its heap could grow by as free memory.
from gc import *
from gc import mem_free as _mem_free, threshold as _threshold

from _collector import collect

_GROWTH = 128 * 1024 * 1024

# How much a program allocates before the memory that it lost is looked for: the heap then never fills.
_STEP = 65536

_set = -1


def mem_free():
    return _mem_free() - _GROWTH


def threshold(amount=None):
    global _set
    if amount is None:
        return _set
    _set = amount if amount >= 0 else -1
    _threshold(amount if 0 <= amount < _STEP else _STEP)


threshold(-1)
