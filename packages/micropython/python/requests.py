from _absent import NO_NETWORK, absent

__getattr__ = absent("requests", NO_NETWORK)
