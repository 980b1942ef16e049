# The name that asyncio had.
def __getattr__(name):
    import asyncio

    return getattr(asyncio, name)
