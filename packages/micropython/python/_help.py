# help("modules") as a board prints it: what this firmware has, and nothing of the simulator.
import os
from builtins import help as _help

# Modules of MicroPython that are written in C here.
_BUILTIN = (
    "__main__ array binascii builtins cmath collections deflate errno framebuf gc heapq io json math micropython platform "
    "random re struct sys uctypes vfs"
)
_ROM = "/rom/modules"
_COLUMNS = 4


def help(*args):
    if args != ("modules",):
        return _help(*args)
    found = set(_BUILTIN.split())
    for folder in (_ROM, _ROM + "/frozen"):
        for name in os.listdir(folder):
            name = name.split(".")[0]
            if not name.startswith("_") and name != "frozen":
                found.add(name)
    names = sorted(found)
    lines = (len(names) + _COLUMNS - 1) // _COLUMNS
    for line in range(lines):
        print("".join("%-18s" % name for name in names[line::lines]).rstrip())
    print("Plus any modules on the filesystem")
