# What `import gc` gives: the builtin module, which cannot be changed, but for what differs on a board; and what
# src/micropython/vm/collector.ts needs of Python.
from gc import *
from gc import collect as _note_wish, mem_free as _mem_free, threshold as _threshold

from _host import collect as _collect
from uctypes import addressof as _addressof

# How much a program allocates before it is collected, at least: the heap need not grow.
_STEP = 65536

# MicroPython counts what its heap may grow by as free.
_GROWTH = 128 * 1024 * 1024

_set = -1
_longest_step = _GROWTH


# Called by the host for the sake of a call: that makes MicroPython collect. The more there is to keep, the rarer it is
# looked through. Without a jump: at a jump callbacks would run, and KeyboardInterrupt be raised.
def _enter():
    _threshold(min(max(_STEP, mem_alloc() // 2), _longest_step))


# MicroPython only notes the wish; it is fulfilled at the jump of the loop.
def collect():
    _note_wish()
    more = _collect()
    while more:
        more = False


def mem_free():
    return _mem_free() - _GROWTH


def threshold(amount=None):
    global _set, _longest_step
    if amount is None:
        return _set
    _set, _longest_step = (amount, amount) if amount >= 0 else (-1, _GROWTH)
    _enter()


threshold(-1)

# A copy of the C stack, so that what it refers to is kept.
_STACK_SIZE = 16384
_stack = bytearray(_STACK_SIZE)
_stack_address = _addressof(_stack)

# Whether collect() frees what nobody needs, and nothing else.
def _works():
    kept = [[n] for n in range(100)]
    before = mem_alloc()
    bytearray(_STEP // 2)
    collect()
    return mem_alloc() < before + _STEP // 4 and kept == [[n] for n in range(100)]
