# The pauses of `time`: the program sleeps in the host, and callbacks run meanwhile.
import time
from time import ticks_diff, ticks_ms, ticks_us
from _bridge import wait

# Longest single wait: the clock's ticks must not wrap within it.
_LONG = 0x1000_0000


def _pause(left, ticks, per_ms):
    before = ticks()
    while left > 0:
        wait(min(left, _LONG) / per_ms)
        now = ticks()
        left -= ticks_diff(now, before)
        before = now


time.sleep_ms = lambda ms: _pause(ms, ticks_ms, 1)
time.sleep_us = lambda us: _pause(us, ticks_us, 1000)
time.sleep = lambda seconds: _pause(int((seconds + 0) * 1000), ticks_ms, 1)
