# The time from an NTP server (RFC 4330), by MicroPython's documentation of `ntptime`.
import socket
from struct import unpack
from time import gmtime

host = "pool.ntp.org"
timeout = 1

_PORT = 123
_PACKET = 48
# Seconds from 1900 to 2000, where the board's calendar begins.
_EPOCH = 3155673600
# Version 3, from a client.
_REQUEST = b"\x1b" + bytes(_PACKET - 1)
# Where the answer has the time at which it was sent.
_TRANSMITTED = 40


# Seconds since 2000.
def time():
    address = socket.getaddrinfo(host, _PORT)[0][-1]
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        s.settimeout(timeout)
        s.sendto(_REQUEST, address)
        answer = s.recv(_PACKET)
    finally:
        s.close()
    seconds = unpack(">I", answer[_TRANSMITTED : _TRANSMITTED + 4])[0]
    # After 2036-02-07 the counter starts at 0 again.
    return seconds - _EPOCH + (0 if seconds >= _EPOCH else 1 << 32)


def settime():
    import machine

    year, month, day, hour, minute, second, weekday, _ = gmtime(time())
    machine.RTC().datetime((year, month, day, weekday + 1, hour, minute, second, 0))
