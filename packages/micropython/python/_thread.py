from _absent import absent

__getattr__ = absent("_thread", "a simulated board has one thread, use asyncio")
