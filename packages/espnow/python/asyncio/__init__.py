# MicroPython's asyncio, on a scheduler that sleeps in the host while no task is due.
from .core import *
from .funcs import gather
