# MicroPython's asyncio, on a scheduler that sleeps in the host while no task is due.
from .core import *
from .event import Event, ThreadSafeFlag
from .funcs import gather, wait_for, wait_for_ms
from .lock import Lock
from .stream import StreamReader, StreamWriter, open_connection, start_server
