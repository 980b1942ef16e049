# What `import micropython` gives: the builtin module, which cannot be changed, and what it lacks.
from micropython import *
from micropython import kbd_intr as _kbd_intr

from _bridge import interrupt_char


def kbd_intr(chr):
    _kbd_intr(chr)
    interrupt_char(chr)


# There is memory enough.
def alloc_emergency_exception_buf(size):
    pass
