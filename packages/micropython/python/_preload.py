# Imports the modules of the ROM before any program does, as they are compiled into a board's firmware:
# src/vm/firmware.ts. The board has no files yet: what they need of each other is the ROM's.
import sys

import os
import _sys
from _bridge import call_host
from _calls import MACHINE_BOARD
from _errno import use_newlib

_ESP8266 = 1
_ROM = "/rom/modules"
# What few programs use takes no memory before.
_ON_DEMAND = ("btree", "cryptolib", "ucryptolib", "frozen", "hashlib")


def preload():
    if call_host(MACHINE_BOARD, 0, 0, 0, 0) != _ESP8266:
        use_newlib()
    for name in sorted(os.listdir(_ROM)):
        module = name.split(".")[0]
        if not name.startswith("_") and module not in _ON_DEMAND:
            try:
                __import__(module)
            except Exception:
                pass  # the program will be told, if it wants this one


# The way to the host is not a program's, nor is JavaScript: src/vm/firmware.ts takes them out of the table of builtin
# modules, too.
def hide_host():
    for name in ("_host", "js", "jsffi"):
        sys.modules.pop(name, None)
    _sys.modules.hide()
