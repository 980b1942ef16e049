# What `import sys` gives: the builtin module, which cannot be changed, but for what differs on a board.
from collections import namedtuple
from sys import *
from sys import modules, path

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


# The modules that are loaded, without those of the simulator: a board has none of them, and a program that removes modules
# to load them again would break it.
class _Modules:
    def __init__(self, loaded):
        self._loaded = loaded
        self._hidden = {}

    # From now on what is loaded and has a private name is not to be seen; a program's own module of the name is.
    def hide(self):
        for name, module in self._loaded.items():
            if name.startswith("_") and name not in ("__main__", "_thread"):
                self._hidden[name] = module

    def _seen(self):
        hidden = self._hidden
        return {name: module for name, module in self._loaded.items() if hidden.get(name) is not module}

    def __contains__(self, name):
        return name in self._seen()

    def __getitem__(self, name):
        return self._seen()[name]

    def __setitem__(self, name, module):
        self._loaded[name] = module

    def __delitem__(self, name):
        del self._loaded[name if name in self else None]

    def __iter__(self):
        return iter(self._seen())

    def __len__(self):
        return len(self._seen())

    def __repr__(self):
        return repr(self._seen())

    def __getattr__(self, name):
        return getattr(self._seen(), name)  # keys, values, items, get, copy

    def pop(self, name, *default):
        found = self._seen().pop(name, *default)
        self._loaded.pop(name, None)
        return found

    def setdefault(self, name, module=None):
        return self._loaded.setdefault(name, module)

    def update(self, *args, **kwargs):
        self._loaded.update(*args, **kwargs)

    def clear(self):
        for name in self:
            del self._loaded[name]


modules = _Modules(modules)
