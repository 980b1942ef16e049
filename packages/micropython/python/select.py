# Waits for objects that can be asked by ioctl whether they are ready. Between questions the program sleeps in the host.
import sys
from collections import OrderedDict
from errno import ENOENT
from time import ticks_diff, ticks_ms
import _bridge

POLLIN = 1
POLLOUT = 4
POLLERR = 8
POLLHUP = 16

_IOCTL_POLL = 3


# The ioctl of a board's serial line.
def _stdio(request, flags):
    return POLLOUT | (POLLIN if _bridge.word(_bridge.INPUT) else 0)


def _ioctl_of(obj):
    if hasattr(obj, "ioctl"):
        return obj.ioctl
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        if obj is stream or obj is stream.buffer:
            return _stdio
    raise OSError("stream operation not supported")


# Errors are told unasked. Other events are not, although some drivers do: espnow's reports POLLOUT while it sends.
def _ask(ioctl, mask):
    events = ioctl(_IOCTL_POLL, mask)
    if events < 0:
        raise OSError(-events)
    return events & (mask | POLLERR | POLLHUP)


class poll:
    def __init__(self):
        self._masks = OrderedDict()  # id of an object: [object, mask, its ioctl]; asked in the order of registration

    def register(self, obj, eventmask=POLLIN | POLLOUT):
        entry = self._masks.get(id(obj))
        if entry:
            entry[1] = eventmask
        else:
            self._masks[id(obj)] = [obj, eventmask, _ioctl_of(obj)]

    def unregister(self, obj):
        self._masks.pop(id(obj), None)

    def modify(self, obj, eventmask):
        entry = self._masks.get(id(obj))
        if entry is None:
            raise OSError(ENOENT)
        entry[1] = eventmask

    def poll(self, timeout=-1, flags=0):
        if timeout is None:
            timeout = -1
        start = ticks_ms()
        left = timeout
        _bridge.wait(0)  # callbacks that are due may make an object ready
        while True:
            ready = self._ready(flags)
            if ready or left == 0:
                return ready
            _bridge.wait(left)
            if timeout > 0:
                left = max(0, timeout - ticks_diff(ticks_ms(), start))

    def ipoll(self, timeout=-1, flags=0):
        return iter(self.poll(timeout, flags))

    # Flag 1: what is reported once is not asked again before modify().
    def _ready(self, flags):
        ready = []
        for entry in self._masks.values():
            obj, mask, ioctl = entry
            events = _ask(ioctl, mask)
            if events:
                ready.append((obj, events))
                if flags & 1:
                    entry[1] = 0
        return ready


def select(rlist, wlist, xlist, timeout=None):
    poller = poll()
    for objects, mask in ((rlist, POLLIN), (wlist, POLLOUT), (xlist, POLLERR | POLLHUP)):
        for obj in objects:
            entry = poller._masks.get(id(obj))
            poller.register(obj, mask | (entry[1] if entry else 0))
    events = poller.poll(-1 if timeout is None else int(timeout * 1000))
    return (
        [obj for obj, event in events if event & POLLIN],
        [obj for obj, event in events if event & POLLOUT],
        [obj for obj, event in events if event & ~(POLLIN | POLLOUT)],
    )
