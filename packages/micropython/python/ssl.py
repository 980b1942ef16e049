from _absent import NO_NETWORK, absent

__getattr__ = absent("ssl", NO_NETWORK)
