# Digital and analog pins.
import _calls
from _bridge import PIN_IRQ, ask, on
from _calls import ADC_READ, PIN_READ, PIN_WRITE
from machine.board import ESP8266


class Pin:
    IN = 1
    OUT = 3
    OPEN_DRAIN = 7
    PULL_DOWN = 1
    PULL_UP = 2
    IRQ_RISING = 1
    IRQ_FALLING = 2
    IRQ_LOW_LEVEL = WAKE_LOW = 4
    IRQ_HIGH_LEVEL = WAKE_HIGH = 5
    DRIVE_0, DRIVE_1, DRIVE_2, DRIVE_3 = range(4)

    # Names of a board's own pins: a generic board has none.
    class board:
        pass

    _pins = {}

    # There is one object for each pin, as on a board.
    def __new__(cls, id, *args, **kwargs):
        if isinstance(id, Pin):
            return id
        if not isinstance(id, int):
            raise ValueError("invalid pin")
        pin = cls._pins.get(id)
        if pin is None:
            ask(PIN_READ, id)  # refuses a number that is no pin
            pin = super().__new__(cls)
            pin._id = id
            pin._mode = 0
            pin._pull = 0
            pin._irq = None
            cls._pins[id] = pin
        return pin

    def __init__(self, id, mode=-1, pull=-1, *, value=None, drive=None, hold=None, alt=None):
        self.init(mode, pull, value=value)

    def init(self, mode=-1, pull=-1, *, value=None, drive=None, hold=None, alt=None):
        if value is not None:
            ask(PIN_WRITE, self._id, 1 if value else 0)
        if mode == -1 and pull == -1:
            return
        if mode not in (-1, Pin.IN, Pin.OUT, Pin.OPEN_DRAIN):
            raise ValueError("invalid pin mode")
        if mode != -1:
            self._mode = mode
        if pull != -1:
            self._pull = pull or 0
        ask(_calls.PIN_SET_UP, self._id, self._mode, self._pull)

    def value(self, x=None):
        if x is None:
            return ask(PIN_READ, self._id)
        ask(PIN_WRITE, self._id, 1 if x else 0)

    __call__ = value

    def on(self):
        self.value(1)

    def off(self):
        self.value(0)

    def toggle(self):
        self.value(1 - self.value())

    def irq(self, *args, **kwargs):
        if self._irq is None:
            self._irq = _Irq(self)
        if args or kwargs:
            self._irq._set_up(*args, **kwargs)
        return self._irq

    def __repr__(self):
        return "Pin(%d)" % self._id


# What Pin.irq() returns.
class _Irq:
    def __init__(self, pin):
        self._pin = pin
        self._trigger = 0
        self.handler = None

    def _set_up(self, handler=None, trigger=3, wake=None, hard=False):
        if handler is not None and not callable(handler):
            raise ValueError("invalid handler")
        if wake is not None:
            if trigger not in (Pin.WAKE_LOW, Pin.WAKE_HIGH):
                raise ValueError("bad wake value: a pin wakes by Pin.WAKE_LOW or Pin.WAKE_HIGH")
            ask(_calls.MACHINE_WAKE_PINS, 2, trigger - Pin.WAKE_LOW, data=bytes((self._pin._id,)))
        self.handler = handler
        self.trigger(trigger)

    def __call__(self):
        if self.handler is not None:
            self.handler(self._pin)

    def trigger(self, trigger=None):
        former = self._trigger
        if trigger is not None:
            self._trigger = trigger
            ask(_calls.PIN_IRQ, self._pin._id, 0 if self.handler is None else trigger)
        return former

    def flags(self):
        return self._trigger


def _dispatch(id):
    irq = Pin._pins[id]._irq
    if irq is not None:
        irq()


on(PIN_IRQ, _dispatch)


class Signal:
    def __init__(self, pin, *args, invert=False, **kwargs):
        self._pin = pin if isinstance(pin, Pin) else Pin(pin, *args, **kwargs)
        self._invert = bool(invert)

    def value(self, x=None):
        if x is None:
            return self._pin.value() ^ self._invert
        self._pin.value(bool(x) ^ self._invert)

    __call__ = value

    def on(self):
        self.value(1)

    def off(self):
        self.value(0)


# The number of a pin that is given as such or as a Pin.
def number(pin):
    return pin._id if isinstance(pin, Pin) else pin


class ADC:
    ATTN_0DB, ATTN_2_5DB, ATTN_6DB, ATTN_11DB = range(4)
    WIDTH_9BIT, WIDTH_10BIT, WIDTH_11BIT, WIDTH_12BIT = range(9, 13)
    _FULL_UV = (950000, 1250000, 1750000, 2450000)

    def __init__(self, pin, *, atten=0, sample_ns=None):
        self._id = number(pin)
        self._bits = 10 if ESP8266 else 12
        self.init(atten=atten)
        self.read_u16()

    def init(self, *, atten=0, sample_ns=None):
        self.atten(atten)

    def atten(self, atten):
        if atten not in range(4):
            raise ValueError("invalid atten")
        self._atten = atten

    def width(self, bits):
        if bits not in range(9, 13):
            raise ValueError("invalid bits")
        self._bits = bits

    def read_u16(self):
        return ask(ADC_READ, self._id)

    def read(self):
        return self.read_u16() >> (16 - self._bits)

    def read_uv(self):
        return self.read_u16() * self._FULL_UV[self._atten] // 65535

    def __repr__(self):
        return "ADC(%d)" % self._id if ESP8266 else "ADC(Pin(%d), atten=%d)" % (self._id, self._atten)


class PWM:
    _pwms = {}

    def __new__(cls, dest, *args, **kwargs):
        id = number(dest)
        pwm = cls._pwms.get(id)
        if pwm is None:
            pwm = super().__new__(cls)
            pwm._id = id
            pwm._freq = 5000
            pwm._duty = 32768
            cls._pwms[id] = pwm
        return pwm

    def __init__(self, dest, freq=None, duty=None, *, duty_u16=None, duty_ns=None, invert=False):
        self.init(freq, duty, duty_u16=duty_u16, duty_ns=duty_ns)

    def init(self, freq=None, duty=None, *, duty_u16=None, duty_ns=None, invert=False):
        freq = self._freq if freq is None else freq
        if freq < 1 or freq > 40000000:
            raise ValueError("frequency must be from 1Hz to 40MHz")
        if duty is not None:
            duty_u16 = 65535 if duty == 1023 else duty << 6
        elif duty_ns is not None:
            duty_u16 = duty_ns * freq * 65535 // 1000000000
        duty_u16 = self._duty if duty_u16 is None else duty_u16
        if duty_u16 < 0 or duty_u16 > 65535:
            raise ValueError("the duty is from 0 to 1023, duty_u16 from 0 to 65535, duty_ns up to the period")
        self._freq = freq
        self._duty = duty_u16
        ask(_calls.PWM_WRITE, self._id, freq, duty_u16)

    def freq(self, value=None):
        if value is None:
            return self._freq
        self.init(freq=value)

    def duty(self, value=None):
        if value is None:
            return self._duty >> 6
        self.init(duty=value)

    def duty_u16(self, value=None):
        if value is None:
            return self._duty
        self.init(duty_u16=value)

    def duty_ns(self, value=None):
        if value is None:
            return self._duty * 1000000000 // 65535 // self._freq
        self.init(duty_ns=value)

    def __repr__(self):
        if ESP8266:
            return "PWM(%d, freq=%d, duty=%d)" % (self._id, self._freq, self.duty())
        return "PWM(Pin(%d), freq=%d, duty_u16=%d)" % (self._id, self._freq, self._duty)

    def deinit(self):
        ask(_calls.PWM_WRITE, self._id, 0, 0)
        PWM._pwms.pop(self._id, None)
