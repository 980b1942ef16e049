from _absent import absent

__getattr__ = absent("bluetooth", "a simulated board has ESP-NOW only")
