# Imports the modules of the ROM before a program does: src/micropython/vm/restarts.ts.
import builtins
import sys

import os

_ROM = "/rom/lib"


# Not those that the board's own files replace (their names, separated by "/"), nor what needs one of them. Returns
# whether nothing is left of the program before, which had to import `machine`.
def preload(replaced):
    if "machine" in sys.modules:
        return False
    replaced = replaced.split("/")
    path = sys.path[:]
    import_ = builtins.__import__

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
    return True
