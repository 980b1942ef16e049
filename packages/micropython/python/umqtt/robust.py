from _absent import NO_NETWORK, absent

__getattr__ = absent("umqtt.robust", NO_NETWORK)
