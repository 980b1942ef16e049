# The espnow module of an ESP32.
from errno import ETIMEDOUT
from struct import unpack
import _bridge
import _espnow
import _calls
from _bridge import NEXT_LENGTH, SEND_FAILURES, SENDS_PENDING, ask, query, word
from _espnow import ADDR_LEN, KEY_LEN, MAX_DATA_LEN

_NOTHING = (None, None)
_ABSENT = _espnow.ABSENT

_irq = None
_irq_object = None


def _on_irq(_):
    if _irq:
        _irq(_irq_object)


_bridge.on(_bridge.ESPNOW_IRQ, _on_irq)


def _await_reports():
    if not _espnow.await_reports():
        raise OSError(ETIMEDOUT)


def _peer_info(record):
    return (record[:6], record[6:22], record[22], record[23], bool(record[24]))


class ESPNow:
    # Where irecv() puts each message.
    _data = [None, bytearray(MAX_DATA_LEN)]

    def __new__(cls, *args, **kwargs):
        return _espnow.object_of(cls, ESPNow)

    # A subclass may call it, at any time: what the board has is not changed by it.
    def __init__(self, *args, **kwargs):
        pass

    def active(self, flag=_ABSENT):
        global _irq
        if not _espnow.active(flag):
            _irq = None
        return _espnow.active()

    def config(self, param=None, *, rxbuf=None, timeout_ms=None, rate=-1):
        if param is not None:
            return _espnow.read_setting(param)
        if rate >= 0:
            ask(_calls.ESPNOW_RATE, rate)
        _espnow.change_settings(rxbuf, timeout_ms)

    def irq(self, callback):
        global _irq, _irq_object
        if callback is not None and not callable(callback):
            raise ValueError("invalid handler")
        _irq = callback
        _irq_object = self
        ask(_calls.ESPNOW_IRQ, 1 if callback else 0)

    def stats(self):
        return unpack("<5I", query(_calls.ESPNOW_STATS))

    def set_pmk(self, pmk):
        ask(_calls.ESPNOW_SET_PMK, data=_espnow.sized(pmk, KEY_LEN))

    def add_peer(self, mac, lmk=None, channel=None, ifidx=None, encrypt=None):
        _espnow.set_peer(_calls.ESPNOW_ADD_PEER, mac, lmk, channel, ifidx, encrypt)

    def mod_peer(self, mac, lmk=None, channel=None, ifidx=None, encrypt=None):
        _espnow.set_peer(_calls.ESPNOW_MOD_PEER, mac, lmk, channel, ifidx, encrypt)

    def del_peer(self, mac):
        ask(_calls.ESPNOW_DEL_PEER, data=_espnow.sized(mac, ADDR_LEN))

    def get_peer(self, mac):
        return _peer_info(query(_calls.ESPNOW_GET_PEER, data=_espnow.sized(mac, ADDR_LEN)))

    def get_peers(self):
        peers = []
        while True:
            records = query(_calls.ESPNOW_GET_PEERS, len(peers))
            if not records:
                return tuple(peers)
            peers.extend(_peer_info(records[at : at + 25]) for at in range(0, len(records), 25))

    def peer_count(self):
        return unpack("<2I", query(_calls.ESPNOW_PEER_COUNT))

    @property
    def peers_table(self):
        return _espnow.peers_table

    def send(self, mac, msg=_ABSENT, sync=True):
        if msg is _ABSENT:
            mac, msg = None, mac
        _espnow.require_active()
        if not sync:
            _espnow.send(mac, msg)
            return True
        _await_reports()
        failures = word(SEND_FAILURES)
        _espnow.send(mac, msg)
        _await_reports()
        return word(SEND_FAILURES) == failures

    def any(self):
        return _espnow.any_message()

    def recvinto(self, data, timeout_ms=None):
        if not isinstance(data, list) or len(data) < 2:
            raise ValueError("ESPNow.recvinto(): Invalid argument")
        if not isinstance(data[1], bytearray):
            raise TypeError("object with buffer protocol required")
        return _espnow.receive(data, _espnow.capacity(data[1]), timeout_ms)

    def irecv(self, timeout_ms=None):
        return self._data if _espnow.receive(self._data, MAX_DATA_LEN, timeout_ms) else _NOTHING

    def recv(self, timeout_ms=None):
        data = [None, bytearray()]
        if not _espnow.receive(data, MAX_DATA_LEN, timeout_ms):
            return _NOTHING
        data[1] = bytes(data[1])
        return data

    def __iter__(self):
        return self

    def __next__(self):
        return self.irecv()

    # To be read while a message waits, to be written while no report is missing.
    def ioctl(self, request, flags):
        return _espnow.ioctl(request, flags, (word(NEXT_LENGTH) == 0) | (word(SENDS_PENDING) > 0) << 2)
