# Pads that a finger touches, of an ESP32.
import _calls
from _bridge import ask
from machine.pins import number


class TouchPad:
    _PINS = (0, 2, 4, 12, 13, 14, 15, 27, 32, 33)

    def __init__(self, pin):
        self._id = number(pin)
        if self._id not in TouchPad._PINS:
            raise ValueError("invalid pin for touchpad")

    def read(self):
        return ask(_calls.TOUCH_READ, self._id)

    # Below this reading it counts as touched, for esp32.wake_on_touch().
    def config(self, threshold):
        ask(_calls.TOUCH_CONFIG, self._id, threshold)
