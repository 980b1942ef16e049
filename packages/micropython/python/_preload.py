# Imports the modules of the ROM before any program does, as they are compiled into a board's firmware:
# src/vm/firmware.ts.
import builtins
import sys

import os

_ROM = "/rom/lib"


# Not those that the board's own files replace (their names, separated by "/"), nor what needs one of them.
def preload(replaced):
    replaced = replaced.split("/")
    path = sys.path[:]
    import_ = __import__  # which may be another than that of `builtins`: it is replaced

    def import_rom(name, *args):
        is_relative = len(args) > 3 and args[3] > 0
        if not is_relative and name.split(".")[0] in replaced:
            raise ImportError(name)
        return import_(name, *args)

    sys.path[:] = (_ROM, ".frozen")
    builtins.__import__ = import_rom
    for name in sorted(os.listdir(_ROM)):
        if not name.startswith("_"):
            try:
                __import__(name.split(".")[0])
            except Exception:
                pass  # the program will be told, if it wants this one
    builtins.__import__ = import_
    sys.path[:] = path


# The way to the host is not a program's, nor is JavaScript: src/vm/firmware.ts takes them out of the table of builtin
# modules, too.
def hide_host():
    for name in ("_host", "js", "jsffi"):
        sys.modules.pop(name, None)
