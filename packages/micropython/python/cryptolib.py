from _absent import absent

__getattr__ = absent("cryptolib", "this MicroPython is built without it")
