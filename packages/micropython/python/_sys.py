# What `import sys` gives: the builtin module, which cannot be changed, but for what differs on a board.
from collections import namedtuple
from sys import *
from sys import path

from _traceback import print_exception

platform = ""
_MACHINES = {
    "esp32": "Generic ESP32 module with ESP32",
    "esp8266": "ESP module with ESP8266",
}


def set_platform(name, machine):
    global platform, implementation
    fields = namedtuple("implementation", ("name", "version", "_machine", "_mpy"))
    platform = name
    implementation = fields("micropython", implementation.version, machine or _MACHINES[name], implementation._mpy)
