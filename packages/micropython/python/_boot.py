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
import _help
import _micropython
import _repl
import _vfs
import _viper
import os
import time

from _bridge import ask, attach_program, buffer, query
from _console import input
from _traceback import print_exception

sys.modules.update(gc=_gc, micropython=_micropython, utime=time, uos=os, vfs=_vfs)
os.mount, os.VfsFat, os.VfsLfs2 = _vfs.mount, _vfs.VfsFat, _vfs.VfsLfs2

builtins.input = input
builtins.help = _help.help
for pointer in (_viper.ptr8, _viper.ptr16, _viper.ptr32, _viper.uint):
    setattr(builtins, pointer.__name__, pointer)
builtins.asm_xtensa = _viper.asm_xtensa
builtins.asm_rv32 = _viper.asm_rv32


# What a file of the program cannot replace, on a board either.
_BUILTIN = ("btree", "esp", "esp32", "gc", "micropython", "network", "sys", "vfs")
# What os.ilistdir() says of a folder.
_FOLDER = 0x4000
# Python that is frozen into the firmware: it wins over /lib, as `sys.path` of a board says: '', '.frozen', '/lib'.
_FROZEN = ("aioespnow", "asyncio", "dht", "ds18x20", "espnow", "neopixel", "onewire", "ssl", "uasyncio")


# What can be imported from a folder: modules and packages. A file time.csv is neither.
def _names_in(folder):
    names = set()
    try:
        for name, kind, *_ in os.ilistdir(folder):
            if kind == _FOLDER:
                names.add(name)
            elif name.endswith((".py", ".mpy")):
                names.add(name.rsplit(".", 1)[0])
    except OSError:
        pass  # there is no such folder
    return names


# Modules of the program win over the firmware's, which keep what they have imported of each other.
def _give_way():
    own = _names_in("/lib") - set(_FROZEN) | _names_in("/")
    for name in list(sys.modules):
        top = name.split(".")[0]
        if top in own and top not in _BUILTIN:
            sys.modules.pop(name)


def _is_file(path):
    try:
        return os.stat(path)[0] & 0x8000 != 0
    except OSError:
        return False


# Of calls: more than a collection has.
_FRAMES = const(8)


# Other than execfile(), collects garbage between compiling and running: what the compiler has left on C's stack would be in
# the program's frames, and keep alive what it never held. A collection clears the stack below its own frames, so the compiler
# has none above those.
def _execute(path):
    code = _compile(path, _FRAMES)
    _gc.collect()
    exec(code, __main__.__dict__)


def _compile(path, frames):
    if frames:
        return _compile(path, frames - 1)
    with open(path, "rb") as file:
        return compile(file.read(), path, "exec")


# Runs boot.py, and where that does not fail the program, as an ESP32 does. Both have the globals of `__main__`, not of this
# module. Returns the exit code; where there is to be a REPL, never.
def run():
    path, platform, machine, repl, *argv = str(query(_calls.PROGRAM_START), "utf8").split("\0")
    sys.argv[:] = argv
    _give_way()
    _sys.set_platform(platform, machine)
    if repl:
        _repl.run(path, repl == "raw")
    try:
        _micropython.kbd_intr(3)
        if path != "/boot.py" and _is_file("boot.py"):
            _execute("boot.py")
        _execute(path.lstrip("/"))
    except BaseException as e:
        _make_room(e)
        return _exit_code_of(e)
    return 0


# Raised where C code recurses deeper than the computer's stack goes.
_too_deep = RuntimeError("maximum recursion depth exceeded")
attach_program(id(_too_deep), run, 0)


# Reporting a program's end takes memory, and MicroPython stops forever if it gets none then.
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
