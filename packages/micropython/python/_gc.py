# What `import gc` gives: the builtin module, which cannot be changed, but for what differs on a board.
from gc import *
from gc import collect as _collect, mem_free as _mem_free

# MicroPython counts what its heap may grow by as free.
_GROWTH = 128 * 1024 * 1024


# Garbage is collected at the next call, whatever that is.
def collect():
    _collect()


def mem_free():
    return _mem_free() - _GROWTH
