# As a board's: the calendar begins in 2000, seconds are whole, and who sleeps waits in the host.
from utime import gmtime as _gmtime
from utime import mktime as _mktime
from utime import ticks_add, ticks_diff, ticks_ms, time_ns
from utime import time as _time

from _bridge import ticks_us, wait

_EPOCH = 946684800  # 2000, in seconds since 1970: the builtin functions count from there
_LONGEST_US = 1 << 28  # the clock's ticks must not wrap within one step

ticks_cpu = ticks_us


def sleep_us(us):
    end = ticks_us()
    left = 0
    while us > 0:
        step = us if us < _LONGEST_US else _LONGEST_US
        us -= step
        end = ticks_add(end, step)
        left += step  # it is below 0 after a step that has taken too long
        while left > 0:
            wait(left / 1000)
            left = ticks_diff(end, ticks_us())


def sleep_ms(ms):
    if isinstance(ms, float):
        raise TypeError("can't convert float to int")
    sleep_us(ms * 1000)


def sleep(s):
    sleep_us(int((s + 0) * 1000000))  # a text is no number


def time():
    return int(_time())


def gmtime(secs=None):
    return _gmtime((time() if secs is None else int(secs)) + _EPOCH)


localtime = gmtime


def mktime(t):
    return int(_mktime(t)) - _EPOCH
