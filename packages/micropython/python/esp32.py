# What only an ESP32 has: pins that wake it, the chip's temperature, and a store that outlives resets.
from struct import pack, unpack
import _calls
from _bridge import ask, query
from _partition import Partition
from _rmt import RMT
from machine.pins import number

WAKEUP_ALL_LOW = False
WAKEUP_ANY_HIGH = True


def wake_on_ext0(pin=None, level=None):
    ask(_calls.MACHINE_WAKE_PINS, 2, 1 if level else 0, data=b"" if pin is None else bytes((number(pin),)))


def wake_on_ext1(pins=None, level=None):
    ask(_calls.MACHINE_WAKE_PINS, 3, 1 if level else 2, data=bytes(number(pin) for pin in pins or ()))


def wake_on_touch(wake):
    ask(_calls.MACHINE_WAKE_TOUCH, 1 if wake else 0)


# There is no second processor that could wake it.
def wake_on_ulp(wake):
    pass


# Outputs are let go in deep sleep, also here.
def gpio_deep_sleep_hold(enable):
    pass


HEAP_DATA = 4
HEAP_EXEC = 1


# The memory of ESP-IDF beside MicroPython's, as an idle ESP32 has it: total, free, largest free piece, least free so far.
def idf_heap_info(capabilities):
    return [(110000, 60000, 50000, 55000)]


# Degrees Celsius, and Fahrenheit.
def mcu_temperature():
    return round(unpack("<d", query(_calls.MACHINE_TEMPERATURE))[0])


def raw_temperature():
    return round(unpack("<d", query(_calls.MACHINE_TEMPERATURE))[0] * 1.8 + 32)


class NVS:
    def __init__(self, namespace):
        self._namespace = namespace

    # A number and a blob of one name are two things, as on a board.
    def _name(self, key, kind):
        return ("%s/%s:%s" % (self._namespace, key, kind)).encode()

    def _get(self, key, kind):
        if not ask(_calls.NVS_HAS, data=self._name(key, kind)):
            raise OSError(-0x1102, "ESP_ERR_NVS_NOT_FOUND")
        return query(_calls.NVS_GET, data=self._name(key, kind))

    def _set(self, key, kind, value):
        name = self._name(key, kind)
        ask(_calls.NVS_SET, len(name), data=name + value)

    def set_i32(self, key, value):
        self._set(key, "i32", pack("<i", value))

    def get_i32(self, key):
        return unpack("<i", self._get(key, "i32"))[0]

    def set_blob(self, key, value):
        self._set(key, "blob", value.encode() if isinstance(value, str) else bytes(value))

    def get_blob(self, key, buffer):
        value = self._get(key, "blob")
        if len(value) > len(buffer):
            raise OSError(-0x110C, "ESP_ERR_NVS_INVALID_LENGTH")
        buffer[: len(value)] = value
        return len(value)

    def erase_key(self, key):
        erased = [ask(_calls.NVS_ERASE, data=self._name(key, kind)) for kind in ("i32", "blob")]
        if not any(erased):
            raise OSError(-0x1102, "ESP_ERR_NVS_NOT_FOUND")

    # What was set is kept already.
    def commit(self):
        pass
