# What counts time: timers, the calendar, the watchdog.
from struct import pack, unpack
from time import gmtime, mktime, ticks_add, ticks_diff, ticks_ms
import _calls
from _bridge import TIMER, ask, on, query


class Timer:
    ONE_SHOT = 0
    PERIODIC = 1

    _timers = {}
    _next_virtual = 1000

    # A hardware timer is one for all who name it; Timer(-1) is a new one each time.
    def __new__(cls, id=-1, **kwargs):
        if id == -1:
            id = Timer._next_virtual
            Timer._next_virtual += 1
        elif id not in range(4):
            raise ValueError("invalid Timer number: there are 0 to 3, and -1 for a virtual one")
        timer = Timer._timers.get(id)
        if timer is None:
            timer = super().__new__(cls)
            timer._id = id
            timer.callback = None
            if id < 4:
                Timer._timers[id] = timer
        return timer

    def __init__(self, id=-1, **kwargs):
        if kwargs:
            self.init(**kwargs)

    def init(self, *, mode=1, freq=None, period=None, tick_hz=1000, callback=None, hard=False):
        if freq is not None:
            if freq <= 0:
                raise ValueError("freq must be above 0")
            self._period = 1000 / freq
        elif period is None or period < 0:
            raise ValueError("a timer needs a period or a freq")
        else:
            self._period = 1000 * period / tick_hz
        ask(_calls.TIMER_START, self._id, mode, data=pack("<d", self._period))
        self.callback = callback
        self._start = ticks_ms()
        Timer._timers[self._id] = self

    def deinit(self):
        ask(_calls.TIMER_STOP, self._id)
        self.callback = None
        if self._id >= 4:
            Timer._timers.pop(self._id, None)

    def value(self):
        return int(ticks_diff(ticks_ms(), self._start) % self._period)

    def __repr__(self):
        return "Timer(%d)" % (self._id if self._id < 4 else -1)


def _dispatch(id):
    timer = Timer._timers.get(id)
    if timer is not None and timer.callback is not None:
        timer.callback(timer)


on(TIMER, _dispatch)

# What mktime() says of 2000-01-01: the calendar of the chips begins there.
_EPOCH = mktime((2000, 1, 1, 0, 0, 0, 0, 0))


class RTC:
    ALARM0 = 0

    _alarm = None

    def datetime(self, datetimetuple=None):
        if datetimetuple is None:
            ms = unpack("<d", query(_calls.RTC_READ))[0]
            year, month, day, hour, minute, second, weekday, _ = gmtime(_EPOCH + int(ms // 1000))
            return (year, month, day, weekday, hour, minute, second, int(ms % 1000 * 1000))
        year, month, day, _, hour, minute, second, us = datetimetuple
        s = mktime((year, month, day, hour, minute, second, 0, 0)) - _EPOCH
        ask(_calls.RTC_WRITE, data=pack("<d", s * 1000 + us / 1000))

    def init(self, datetimetuple):
        self.datetime(datetimetuple)

    def memory(self, data=None):
        if data is None:
            return query(_calls.RTC_MEMORY)
        ask(_calls.RTC_SET_MEMORY, data=data)

    # The alarm that ends a deep sleep of an ESP8266.
    def alarm(self, id, time, repeat=False):
        RTC._alarm = ticks_add(ticks_ms(), time)

    def alarm_left(self, id=0):
        return RTC._alarm_left() or 0

    def alarm_cancel(self, id=0):
        RTC._alarm = None

    cancel = alarm_cancel

    def irq(self, *, trigger=0, handler=None, wake=0):
        pass

    @staticmethod
    def _alarm_left():
        return None if RTC._alarm is None else max(0, ticks_diff(RTC._alarm, ticks_ms()))


class WDT:
    def __init__(self, id=0, timeout=5000):
        if id != 0:
            raise ValueError("there is one watchdog, WDT(0)")
        if timeout <= 0:
            raise ValueError("WDT timeout too short")
        self._timeout = pack("<d", timeout)
        self.feed()

    def feed(self):
        ask(_calls.WDT_FEED, data=self._timeout)
