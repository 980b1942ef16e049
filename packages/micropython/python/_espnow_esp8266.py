# The espnow module of an ESP8266: no keywords but those of config(), no statistics, and its SDK's numbers as errors.
import _espnow
import _calls
from _bridge import NEXT_LENGTH, SEND_FAILURES, ask, word
from _espnow import ADDR_LEN, KEY_LEN, MAX_DATA_LEN

_NOTHING = (None, None)
# What the MicroPython port makes of a call while ESP-NOW is off, and what the SDK answers when it refuses.
_NOT_INIT = 869
_REFUSED = -1


def _checked(function, *args):
    try:
        return function(*args)
    except OSError as error:
        raise OSError(_NOT_INIT if error.errno == _espnow.NOT_INIT else _REFUSED)


def _no_keywords(function):
    return lambda *args: function(*args)


class ESPNow:
    # Where irecv() puts each message.
    _data = [bytearray(ADDR_LEN), bytearray(MAX_DATA_LEN)]

    def __new__(cls, *args, **kwargs):
        return _espnow.object_of(cls, ESPNow)

    @_no_keywords
    # A subclass may call it, at any time: what the board has is not changed by it.
    def __init__(self, *args, **kwargs):
        pass

    def active(self, flag=_espnow.ABSENT):
        return _espnow.active(flag)

    def config(self, *, rxbuf=None, timeout_ms=None):
        _espnow.change_settings(rxbuf, timeout_ms)

    @_no_keywords
    def set_pmk(self, pmk):
        _checked(ask, _calls.ESPNOW_SET_PMK, 0, 0, 0, _espnow.sized(pmk, KEY_LEN))

    @_no_keywords
    def add_peer(self, mac, lmk=None, channel=None):
        _checked(_espnow.set_peer, _calls.ESPNOW_ADD_PEER, mac, lmk, channel)

    @_no_keywords
    def del_peer(self, mac):
        _checked(ask, _calls.ESPNOW_DEL_PEER, 0, 0, 0, _espnow.sized(mac, ADDR_LEN))

    @_no_keywords
    def send(self, mac, msg, sync=True):
        mac = _espnow.sized(mac, ADDR_LEN)
        _checked(_espnow.require_active)
        if not sync:
            _checked(_espnow.send, mac, msg)
            return True
        _espnow.await_reports()
        failures = word(SEND_FAILURES)
        _checked(_espnow.send, mac, msg)
        _espnow.await_reports()
        return word(SEND_FAILURES) == failures

    def any(self):
        return _checked(_espnow.any_message)

    @_no_keywords
    def recvinto(self, data, timeout_ms=None):
        if not isinstance(data, list) or len(data) < 2:
            raise ValueError("ESPNow.recvinto(): Invalid argument")
        if len(data[0]) != ADDR_LEN or _espnow.capacity(data[1]) != MAX_DATA_LEN:
            raise ValueError("ESPNow.recvinto(): Invalid argument")
        received = [None, data[1]]
        length = _checked(_espnow.receive, received, MAX_DATA_LEN, timeout_ms)
        if length:
            data[0][:] = received[0]
        return length

    def irecv(self, timeout_ms=None):
        return self._data if self.recvinto(self._data, timeout_ms) else _NOTHING

    def recv(self, timeout_ms=None):
        if not self.recvinto(self._data, timeout_ms):
            return _NOTHING
        return [bytes(part) for part in self._data]

    def __iter__(self):
        return self

    def __next__(self):
        return self.irecv()

    # To be read while a message waits; always to be written.
    def ioctl(self, request, flags):
        return _espnow.ioctl(request, flags, word(NEXT_LENGTH) == 0)
