# What programs for a board call of its SDK, as far as it means anything here.
from machine import deepsleep as _deepsleep
from machine.board import ESP8266

if ESP8266:
    SLEEP_NONE = 0
    SLEEP_LIGHT = 1
    SLEEP_MODEM = 2
    _sleep_type = SLEEP_MODEM

    def deepsleep(time_us=0, option=0):
        _deepsleep(time_us // 1000 or None)

    def sleep_type(type=None):
        global _sleep_type
        if type is None:
            return _sleep_type
        _sleep_type = type

    # Bytes: what a program finds free on an idle ESP8266.
    def freemem():
        return 24 * 1024

    def flash_id():
        return 0x1640EF

else:
    LOG_NONE, LOG_ERROR, LOG_WARNING, LOG_INFO, LOG_DEBUG, LOG_VERBOSE = range(6)


def osdebug(uart, level=0):
    pass


def flash_size():
    return 4 * 1024 * 1024


# Where the file system begins.
def flash_user_start():
    return 0x90000 if ESP8266 else 0x200000


def __getattr__(name):
    if name == "espnow":
        raise ImportError('"from esp import espnow" was for MicroPython before 1.19: write "import espnow"')
    raise AttributeError(name)
