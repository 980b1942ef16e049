# An HC-SR04: distance in centimeters, by ultrasound.
from machine import Pin, time_pulse_us
from time import sleep_us

TIMEOUT_US = 30000


class HCSR04:
    def __init__(self, trigger, echo):
        self._trigger = Pin(trigger, Pin.OUT, value=0)
        self._echo = Pin(echo, Pin.IN)

    # None where there is nothing in reach.
    def read(self):
        self._trigger(1)
        sleep_us(10)
        self._trigger(0)
        us = time_pulse_us(self._echo, 1, TIMEOUT_US)
        return us / 58.3 if us > 0 else None
