# Makes MicroPython look like a board's, and runs a program as a board runs its main.py.
import sys

import _sys

sys.modules["sys"] = _sys  # before anybody asks which board it is

import builtins
import io

import __main__
import _gc
import _host
import _micropython
import os
import time

from _console import input
from _files import open
from _traceback import print_exception

sys.modules.update(gc=_gc, micropython=_micropython, utime=time, uos=os)

# The way to the host is not a program's, nor is JavaScript.
_HIDDEN = ("_host", "js", "jsffi")
_ABSENT = {
    "_thread": "a simulated board has one thread",
    "bluetooth": "a simulated board has ESP-NOW only",
    "socket": "a simulated board has ESP-NOW only, no IP network",
    "ssl": "a simulated board has ESP-NOW only, no IP network",
}
_builtin_import = builtins.__import__


def _import(name, *args):
    if name in _HIDDEN:
        raise ImportError("no module named '" + name + "'")
    try:
        return _builtin_import(name, *args)
    except ImportError as e:
        if name in _ABSENT and e.value == "no module named '" + name + "'":
            raise ImportError(e.value + ": " + _ABSENT[name])
        raise


builtins.__import__ = _import
builtins.input = input
builtins.open = open


# Arguments are separated by NUL. The program's globals are those of `__main__`, not of this module. Returns its exit
# code; where there is to be a REPL, never.
def run(path, argv, platform, repl):
    sys.argv[:] = argv.split("\0")
    _sys.set_platform(platform)
    if repl:
        import _repl

        _repl.run(path, repl == "raw")
    try:
        _micropython.kbd_intr(3)
        execfile(path.lstrip("/"), __main__.__dict__)
    except SystemExit as e:
        return _exit_code(e.value)
    except KeyboardInterrupt as e:
        _print(e)
        return 130
    except BaseException as e:
        _print(e)
        return 1
    return 0


def _print(exception):
    text = io.StringIO()
    print_exception(exception, text)
    _host.failed(text.getvalue())
    print(text.getvalue(), end="")


def _exit_code(value):
    if value is None:
        return 0
    if isinstance(value, int):
        return value & 0xFF
    print(value)
    return 1
