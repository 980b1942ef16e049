# The time since the start, without the end at which ticks_us() begins anew (after 18 minutes). Ask more often than that.
from time import ticks_diff, ticks_us

_us = 0
_ticks = ticks_us()


def uptime_us():
    global _us, _ticks
    now = ticks_us()
    _us += ticks_diff(now, _ticks)
    _ticks = now
    return _us
