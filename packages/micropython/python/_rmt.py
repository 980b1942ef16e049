# Pulses of exact length on a pin, of an ESP32. The host keeps what was sent last; sending takes as long as the pulses do.
from struct import pack
from time import ticks_add, ticks_diff, ticks_us
import _calls
from _bridge import ask, wait
from machine.pins import Pin, number

_SOURCE_HZ = 80_000_000
_LEVEL = 0x8000_0000  # the upper bit of a pulse's word; the others are its length in microseconds
_MOST = 2048  # pulses of one call


class RMT:
    PULSE_MAX = 32767

    def __init__(self, channel=None, *, pin=None, resolution_hz=10_000_000, clock_div=None, idle_level=False, num_symbols=64, tx_carrier=None):
        if pin is None:
            raise ValueError("RMT needs a pin")
        if clock_div is not None:
            if clock_div < 1 or clock_div > 255:
                raise ValueError("clock_div must be between 1 and 255")
            resolution_hz = _SOURCE_HZ // clock_div
        self._id = number(pin)
        self._channel = channel
        self._hz = resolution_hz
        self._idle = bool(idle_level)
        self._loops = False
        self._end = None
        Pin(self._id, Pin.OUT, value=self._idle)

    @staticmethod
    def source_freq():
        return _SOURCE_HZ

    # Pulses of strips of lamps go by machine.bitstream() here, whatever the channel.
    @staticmethod
    def bitstream_channel(value=None):
        return 1 if value is None else None

    bitstream_rmt = bitstream_channel

    def clock_div(self):
        return _SOURCE_HZ // self._hz

    def deinit(self):
        self._end = None
        self._loops = False

    # Whether all pulses are sent, after at most `timeout` milliseconds.
    def wait_done(self, *, timeout=0):
        if self._loops:
            wait(timeout)
            return False
        left = self._left_ms()
        wait_ms = min(left, timeout)
        if wait_ms > 0:
            self._pause(wait_ms)
        return left <= timeout

    # From the next write_pulses() on, pulses are repeated until loop(False).
    def loop(self, enable_loop):
        if not enable_loop:
            self._end = None
        self._loops = bool(enable_loop)

    # One of: lengths with the first level, one length with levels, lengths with levels.
    def write_pulses(self, duration, data=True):
        if isinstance(duration, (list, tuple)):
            levels = data if isinstance(data, (list, tuple)) else [bool(data) ^ (i & 1) for i in range(len(duration))]
        else:
            levels = data
            duration = [duration] * len(levels)
        if len(levels) != len(duration) or not levels:
            raise ValueError("duration and data must have the same number of entries, at least one")
        if min(duration) < 1 or max(duration) > RMT.PULSE_MAX:
            raise ValueError("duration must be from 1 to %d" % RMT.PULSE_MAX)
        self._pause(self._left_ms())
        words = [(_LEVEL if level else 0) | ticks * 1_000_000 // self._hz for ticks, level in zip(duration, levels)]
        ask(_calls.PIN_PULSES, self._id, data=pack("<%dI" % len(words), *words)[: 4 * _MOST])
        if not self._loops:
            self._end = ticks_add(ticks_us(), sum(duration) * 1_000_000 // self._hz)

    def _left_ms(self):
        return 0 if self._end is None else max(0, ticks_diff(self._end, ticks_us()) / 1000)

    def _pause(self, ms):
        end = ticks_add(ticks_us(), int(ms * 1000))
        while (left := ticks_diff(end, ticks_us())) > 0:
            wait(left / 1000)

    def __repr__(self):
        return "RMT(pin=%d, source_freq=%d, resolution_hz=%d, idle_level=%d)" % (self._id, _SOURCE_HZ, self._hz, self._idle)
