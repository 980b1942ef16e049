from _absent import NO_NETWORK, absent

__getattr__ = absent("socket", NO_NETWORK)
