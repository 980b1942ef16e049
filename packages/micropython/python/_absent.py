# Modules that a simulated board cannot have. Programs import what they never use: only the use of one is an error.
NO_NETWORK = "a simulated board has ESP-NOW only, no IP network (espnow run --network gives it the computer's)"


class _Absent:
    def __init__(self, name, why):
        self._why = name + ": " + why

    def __call__(self, *args, **kwargs):
        raise NotImplementedError(self._why)

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        raise NotImplementedError(self._why)


# The `__getattr__` of a module that is absent. Its classes and functions can be imported by name, not called.
def absent(module, why):
    def attribute(name):
        if name.startswith("__"):
            raise AttributeError(name)
        return _Absent(module + "." + name, why)

    return attribute
