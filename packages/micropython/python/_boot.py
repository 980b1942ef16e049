# Makes MicroPython look like a board's, and runs a program as a board runs its main.py.
import sys

import _sys

sys.modules["sys"] = _sys  # before anybody asks which board it is

import builtins
import io
from micropython import heap_lock, heap_unlock

import __main__
import _calls
import _gc
import _micropython
import os
import time

from _bridge import ask, attach_program, buffer, query
from _console import input
from _traceback import print_exception

sys.modules.update(gc=_gc, micropython=_micropython, utime=time, uos=os)

_NO_NETWORK = "a simulated board has ESP-NOW only, no IP network"
_ABSENT = {
    "_thread": "a simulated board has one thread",
    "bluetooth": "a simulated board has ESP-NOW only",
    "cryptolib": "this MicroPython is built without it",
    "ntptime": _NO_NETWORK,
    "requests": _NO_NETWORK,
    "socket": _NO_NETWORK,
    "ssl": _NO_NETWORK,
    "umqtt": _NO_NETWORK,
}
_builtin_import = builtins.__import__


def _import(name, *args):
    try:
        return _builtin_import(name, *args)
    except ImportError as e:
        top = name.split(".")[0]
        why = _ABSENT.get(top) or (top.startswith("u") and _ABSENT.get(top[1:]))
        if why and e.value == "no module named '" + top + "'":
            raise ImportError(e.value + ": " + why)
        raise


builtins.__import__ = _import
builtins.input = input


# The program's globals are those of `__main__`, not of this module. Returns its exit code; where there is to be a REPL,
# never.
def run():
    path, platform, repl, *argv = str(query(_calls.PROGRAM_START), "utf8").split("\0")
    sys.argv[:] = argv
    _sys.set_platform(platform)
    if repl:
        import _repl

        _repl.run(path, repl == "raw")
    try:
        _micropython.kbd_intr(3)
        execfile(path.lstrip("/"), __main__.__dict__)
    except BaseException as e:
        _make_room(e)
        return _exit_code_of(e)
    return 0


# Raised where C code recurses deeper than the computer's stack goes.
_too_deep = RuntimeError("maximum recursion depth exceeded")
attach_program(id(_too_deep), run, 0)


# To tell of a program's end takes memory, and MicroPython stops for ever where it gets none then.
def _make_room(exception):
    heap_lock()
    while heap_unlock():
        pass
    if isinstance(exception, MemoryError):
        __main__.__dict__.clear()
        _gc.collect()


def _exit_code_of(exception):
    if isinstance(exception, SystemExit):
        return _exit_code(exception.value)
    _print(exception)
    return 130 if isinstance(exception, KeyboardInterrupt) else 1


def _print(exception):
    text = io.StringIO()
    print_exception(exception, text)
    text = text.getvalue()
    if text == "MemoryError: \n":  # there was no memory for the words
        text = "MemoryError: memory allocation failed\n"
    ask(_calls.PROGRAM_FAILED, data=text.encode()[-len(buffer) :])
    print(text, end="")


def _exit_code(value):
    if value is None:
        return 0
    if isinstance(value, int):
        return value & 0xFF
    print(value)
    return 1
