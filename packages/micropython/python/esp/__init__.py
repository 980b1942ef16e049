# What programs for a board call of its SDK, as far as it means anything here.
from machine import deepsleep as _deepsleep
from _bridge import ask as _ask
from _calls import MACHINE_MISSED as _MISSED
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

    # Whether the firmware is as it was built: its size and hash are not known here.
    def check_fw():
        return True

else:
    LOG_NONE, LOG_ERROR, LOG_WARNING, LOG_INFO, LOG_DEBUG, LOG_VERBOSE = range(6)


def osdebug(uart, level=0):
    pass


def flash_size():
    return 4 * 1024 * 1024


# Where the file system begins.
def flash_user_start():
    return 0x90000 if ESP8266 else 0x200000



_FLASH = 1  # by its place in MISSED_PARTS on the host


# Erased flash, wherever it is read.
def flash_read(offset, buf_or_length):
    if isinstance(buf_or_length, int):
        return b"\xff" * buf_or_length
    memoryview(buf_or_length)[:] = b"\xff" * len(buf_or_length)


def flash_write(offset, buf):
    _ask(_MISSED, _FLASH)


def flash_erase(sector):
    _ask(_MISSED, _FLASH)
