from _absent import NO_NETWORK, absent

__getattr__ = absent("webrepl", NO_NETWORK)
