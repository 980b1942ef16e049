# The board's hardware: what programs drive and read here, tests see on the host (src/board/machine.ts).
from struct import pack
from time import ticks_diff, ticks_ms
import _calls
from _bridge import ask, query, wait
from machine.board import ESP8266

# By the order of RESET_CAUSES on the host.
_CAUSES = (0, 6, 1, 5, 4) if ESP8266 else (1, 2, 3, 4, 5)
PWRON_RESET, HARD_RESET, WDT_RESET, DEEPSLEEP_RESET, SOFT_RESET = _CAUSES
PIN_WAKE = EXT0_WAKE = 2
EXT1_WAKE = 3
TIMER_WAKE = 4
TOUCHPAD_WAKE = 5
ULP_WAKE = 6
IDLE = 0
SLEEP = 2
DEEPSLEEP = 4

_TICKS_MASK = 0x3FFFFFFF

_FREQS = (80000000, 160000000) if ESP8266 else (20000000, 40000000, 80000000, 160000000, 240000000)
_freq = _FREQS[0] if ESP8266 else _FREQS[3]

from machine.buses import I2C, SPI, UART, SoftI2C, SoftSPI
from machine.pins import ADC, PWM, Pin, Signal
from machine.timers import RTC, WDT, Timer

if not ESP8266:
    from machine.quiet import DAC, I2S, SDCard
    from machine.touch import TouchPad


# Registers of the chip: there are none. They read 0, and what is written is lost.
class _Registers:
    def __getitem__(self, address):
        ask(_calls.MACHINE_MISSED, 0)
        return 0

    def __setitem__(self, address, value):
        ask(_calls.MACHINE_MISSED, 0)


mem8 = mem16 = mem32 = _Registers()


def unique_id():
    return query(_calls.MACHINE_UNIQUE_ID)


def freq(hz=None):
    global _freq
    if hz is None:
        return _freq
    if hz not in _FREQS:
        raise ValueError("frequency must be one of %s Hz" % ", ".join(str(f) for f in _FREQS))
    _freq = hz


def _restart(cause, after_ms=0):
    ask(_calls.MACHINE_RESTART, cause, data=pack("<d", after_ms))
    while True:  # the host has ended this program
        wait(-1)


def reset():
    # ESP8266: a restart by software and a soft reset are the same cause.
    _restart(4 if ESP8266 else 1)


def soft_reset():
    _restart(4)


def reset_cause():
    return _CAUSES[ask(_calls.MACHINE_RESET_CAUSE)]


def wake_reason():
    return ask(_calls.MACHINE_WAKE_REASON)


def deepsleep(time_ms=None):
    if time_ms is None:
        time_ms = RTC._alarm_left()
    _restart(3, float("inf") if time_ms is None else time_ms)


def lightsleep(time_ms=None):
    start = ticks_ms()
    woken = ask(_calls.MACHINE_SLEEP)
    try:
        while not woken:
            left = -1 if time_ms is None else time_ms - ticks_diff(ticks_ms(), start)
            if time_ms is not None and left <= 0:
                break
            wait(left)
            if time_ms is None or ticks_diff(ticks_ms(), start) < time_ms:
                woken = ask(_calls.MACHINE_WAS_WOKEN)
    finally:
        ask(_calls.MACHINE_WAKE)


sleep = lightsleep


def idle():
    wait(1)


# Callbacks run between two instructions only: there is nothing to keep them from.
def disable_irq():
    return 0


def enable_irq(state=0):
    pass


# Microseconds that the pin stays at a level; -2: it did not come to it in time, -1: it did not leave it. A pulse that has
# begun counts from now on.
def time_pulse_us(pin, pulse_level, timeout_us=1000000):
    start = ask(_calls.MACHINE_TICKS_US)
    began = _came_us(pin, pulse_level)
    ended = _came_us(pin, 1 - pulse_level)
    if pin.value() != pulse_level:
        start = _next_us(pin, pulse_level, began, timeout_us)
        if start < 0:
            return -2
    end = _next_us(pin, 1 - pulse_level, ended, timeout_us)
    while end >= 0 and (end - start) & _TICKS_MASK > _TICKS_MASK >> 1:
        end = _next_us(pin, 1 - pulse_level, end, timeout_us)  # that was an earlier pulse
    return (end - start) & _TICKS_MASK if end >= 0 else -1


# When the pin came to a level last, as ticks_us(); a number above all of those if it never did.
def _came_us(pin, level):
    return ask(_calls.PIN_CAME_US, pin._id, level)


# When it comes to the level again. In real time the program wakes later, and the pin may have left the level by then.
def _next_us(pin, level, former, timeout_us):
    start = ask(_calls.MACHINE_TICKS_US)
    while True:
        came = _came_us(pin, level)
        if came != former:
            return came
        left = timeout_us - ((ask(_calls.MACHINE_TICKS_US) - start) & _TICKS_MASK)
        if left <= 0:
            return -1
        wait(left / 1000)


# The bits of a chain of lamps: the host keeps the last. The timing is what it is on a wire.
def bitstream(pin, encoding, timing, data):
    if encoding != 0 or len(timing) != 4:
        raise ValueError("bitstream() knows encoding 0 with four times in nanoseconds")
    ask(_calls.PIN_BITSTREAM, pin._id, data=data)
