from _absent import NO_NETWORK, absent

__getattr__ = absent("ntptime", NO_NETWORK)
