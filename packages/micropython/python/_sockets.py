# What the modules of the network share: a socket of the host's (src/parts/socket-part.ts), and waiting for it.
import gc
from errno import EAGAIN, EINPROGRESS, ETIMEDOUT
from struct import unpack
from time import ticks_add, ticks_diff, ticks_ms

import _calls
from _absent import NO_NETWORK
from _bridge import ask, query, wait

_ENODEV = 19
_ENFILE = 23
_BROKEN = 8 | 16
READ = 1 | _BROKEN
WRITE = 4 | _BROKEN
# The longest that goes with a call, less the address that comes with a datagram.
LONGEST = 8192 - 6
# EAI_FAIL of lwIP: what getaddrinfo raises on a board.
_EAI_FAIL = -202


# A file of the ROM has the socket's number: who forgets a socket has it closed by the collector, as on a board.
def _number_file():
    return open("/rom/modules/_sockets.py")


class Handle:
    def __init__(self, is_stream, who):
        self._file = _number_file()
        self.number = self._file.fileno()
        self.timeout = None  # milliseconds; None: forever
        try:
            self._open(is_stream, who)
        except OSError:
            self._file.close()
            raise

    def _open(self, is_stream, who):
        try:
            ask(_calls.NET_OPEN, self.number, is_stream)
        except OSError as e:
            refused(e, who)
            if e.errno != _ENFILE:
                raise
            gc.collect()
            ask(_calls.NET_OPEN, self.number, is_stream)

    def events(self):
        return ask(_calls.NET_EVENTS, self.number)

    # Until the socket is ready for one of `mask`, for as long as its timeout says.
    def wait_for(self, mask):
        timeout = self.timeout
        if timeout == 0:
            if not self.events() & mask:
                raise OSError(EAGAIN)
            return
        end = None if timeout is None else ticks_add(ticks_ms(), timeout)
        while not self.events() & mask:
            left = -1 if end is None else ticks_diff(end, ticks_ms())
            if end is not None and left <= 0:
                raise OSError(ETIMEDOUT)
            wait(left)

    # What it failed with is raised.
    def check(self):
        ask(_calls.NET_CHECK, self.number)

    # Until it is open, after it was told to be.
    def wait_open(self):
        if self.timeout == 0:
            self.check()
            raise OSError(EINPROGRESS)
        self.wait_for(READ | WRITE)
        self.check()

    # `to_line_end`: nothing after the first line feed.
    def read(self, length, to_line_end=False):
        self.wait_for(READ)
        return query(_calls.NET_READ, self.number, min(length, LONGEST), to_line_end)

    def write(self, data):
        self.wait_for(WRITE)
        return ask(_calls.NET_WRITE, self.number, data=data[:LONGEST])

    def close(self):
        self._file.close()


# A board that has no network at all.
def refused(error, who):
    if error.errno == _ENODEV:
        raise NotImplementedError(who + ": " + NO_NETWORK)


# An address of a name, as a number.
def resolve(name, who):
    try:
        while not (address := query(_calls.NET_RESOLVE, data=name.encode())):
            wait(-1)
    except OSError as e:
        refused(e, who)
        raise
    if len(address) != 4:
        raise OSError(_EAI_FAIL)
    return unpack(">I", address)[0]


def text_of(address):
    return ".".join(str(address >> shift & 0xFF) for shift in (24, 16, 8, 0))
