# The espnow module of an ESP32.
from errno import EINVAL, ETIMEDOUT
from struct import unpack
from time import ticks_diff, ticks_ms
from uctypes import bytearray_at
import _bridge
from _bridge import AVAILABLE, ESPNOW_IRQ, SEND_FAILURES, SENDS_PENDING, ask, buffer, call, query, view, wait, word

MAX_DATA_LEN = ask("espnow.limit")
ADDR_LEN = 6
KEY_LEN = 16
MAX_TOTAL_PEER_NUM = 20
MAX_ENCRYPT_PEER_NUM = 6
RATE_1M = 0
RATE_2M = 1
RATE_5M = 2
RATE_11M = 3
RATE_24M = 9
RATE_12M = 10
RATE_6M = 11
RATE_54M = 12
RATE_LORA_250K = 41
RATE_LORA_500K = 42

_NO_MEM = -12391
_REPORT_TIMEOUT_MS = 100
_BUFFER_TIMEOUT_MS = 2000
_MAX_RXBUF = 16 * 1024 * 1024
# Longest single wait: the clock's ticks must not wrap within it.
_LONG_MS = 0x1000_0000
_POLL = 3

_NOTHING = (None, None)
_ABSENT = object()

_active = False
_rxbuf = 2 * (14 + MAX_DATA_LEN)
_timeout_ms = 300_000
_irq = None
_irq_object = None
# {mac: [rssi, time_ms]}, and its entries as (mac, [rssi, time_ms]) by the numbers that the host gives to stations.
_peers_table = {}
_stations = {}
# The flags of the table's map (py/obj.h, mp_map_t): bit 1 makes it read-only for everybody.
_table_flags = bytearray_at(id(_peers_table) + 4, 1)
_table_flags[0] |= 2


def _require_active():
    if not _active:
        raise OSError(-12389, "ESP_ERR_ESPNOW_NOT_INIT")


# `data` as bytes, of one length.
def _sized(data, length):
    data = bytes(memoryview(data))
    if len(data) != length:
        raise ValueError("invalid buffer length")
    return data


# Tells the host what is said of a peer; None: nothing.
def _set_peer(op, mac, lmk, channel, ifidx, encrypt):
    data = _sized(mac, ADDR_LEN)
    key = _sized(lmk, KEY_LEN) if lmk else b""
    if encrypt is None and lmk is not None:
        encrypt = bool(lmk)
    data += b"\xff" if encrypt is None else b"\1" if encrypt else b"\0"
    call(op, data + key, -1 if channel is None else channel & 0xFF, -1 if ifidx is None else ifidx & 0xFF)


def _peer_info(record):
    return (record[:6], record[6:22], record[22], record[23], bool(record[24]))


# Whether there is a message, or comes one in time.
def _await_message(timeout_ms):
    _require_active()
    left = _timeout_ms if timeout_ms is None else timeout_ms
    before = ticks_ms()
    while not word(AVAILABLE):
        wait(min(left, _LONG_MS))
        _require_active()
        if left == 0:
            return word(AVAILABLE) > 0
        if left > 0:
            now = ticks_ms()
            left = max(left - ticks_diff(now, before), 0)
            before = now
    return True


# Receives into a list whose bytearray may grow to `room` bytes. Returns the length, 0 when the time is over.
def _receive(data, room, timeout_ms):
    length = 0
    while length == 0:
        if not _await_message(timeout_ms):
            return 0
        length = _take(data, room)
    return length


# Moves the next message into the list; 0: an irq handler was faster. An irq handler may run at every jump, and use the
# buffer: there is none between the call and the last look into it.
def _take(data, room):
    message = data[1]
    end = len(message)
    length = _bridge.call_host("espnow.take", 0, room, 0)
    message[end * (length <= 0) :] = view[8 : 8 + max(length, 0)]
    time_ms = buffer[0] | buffer[1] << 8 | buffer[2] << 16 | buffer[3] << 24
    rssi = (buffer[4] ^ 0x80) - 0x80
    fresh = buffer[5]
    number = buffer[6] | buffer[7] << 8
    if length < 0:
        raise ValueError("ESPNow.recv(): buffer error")
    if length > 0:
        data[0], heard = _station(number, fresh)
        heard[0] = rssi
        heard[1] = time_ms
        if len(data) >= 4:
            data[2] = rssi
            data[3] = time_ms
    return length


# The station of that number: its address, and its entry in the table. Fresh: a new one, instead of the former.
def _station(number, fresh):
    if number in _stations and not fresh:
        return _stations[number]
    mac = query("espnow.station", b"", number)
    heard = [0, 0]
    _table_flags[0] &= ~2
    if number in _stations:
        _peers_table.pop(_stations[number][0])
    _peers_table[mac] = heard
    _table_flags[0] |= 2
    _stations[number] = (mac, heard)
    return _stations[number]


def _await_reports():
    start = ticks_ms()
    while word(SENDS_PENDING):
        left = _REPORT_TIMEOUT_MS - ticks_diff(ticks_ms(), start)
        if left <= 0:
            raise OSError(ETIMEDOUT)
        wait(left)


# To a peer, or (None) to all, as soon as there is a transmit buffer.
def _send(mac, msg):
    high = low = -1
    if mac is not None:
        mac = _sized(mac, ADDR_LEN)
        high = mac[0] << 16 | mac[1] << 8 | mac[2]
        low = mac[3] << 16 | mac[4] << 8 | mac[5]
    if not isinstance(msg, (bytes, bytearray)):
        msg = bytes(memoryview(msg))
    if len(msg) > MAX_DATA_LEN:
        msg = msg[: MAX_DATA_LEN + 1]
    start = ticks_ms()
    while True:
        try:
            return call("espnow.send", msg, high, low)
        except OSError as error:
            if error.errno != _NO_MEM or ticks_diff(ticks_ms(), start) >= _BUFFER_TIMEOUT_MS:
                raise
        wait(1)


def _on_irq(_):
    if _irq:
        _irq(_irq_object)


class ESPNow:
    _singleton = None
    # Where irecv() puts each message.
    _data = [None, bytearray(MAX_DATA_LEN)]

    def __new__(cls, *args, **kwargs):
        if cls is not ESPNow:
            return object.__new__(cls)
        if ESPNow._singleton is None:
            ESPNow._singleton = object.__new__(cls)
        return ESPNow._singleton

    def active(self, flag=_ABSENT):
        global _active, _irq
        if flag is not _ABSENT and bool(flag) != _active:
            if flag and _rxbuf > _MAX_RXBUF:
                raise MemoryError
            ask("espnow.rxbuf", 0, _rxbuf)
            ask("espnow.active", 0, 1 if flag else 0)
            _active = bool(flag)
            if not flag:
                _irq = None
        return _active

    def config(self, param=None, *, rxbuf=-1, timeout_ms=None, rate=-1):
        global _rxbuf, _timeout_ms
        if param == "rxbuf":
            return _rxbuf
        if param == "timeout_ms":
            return _timeout_ms
        if param is not None:
            raise ValueError("unknown config param")
        if rate >= 0:
            ask("espnow.rate", 0, rate)
        if rxbuf >= 0:
            _rxbuf = rxbuf
        if timeout_ms is not None:
            _timeout_ms = timeout_ms + 0

    def irq(self, callback):
        global _irq, _irq_object
        if callback is not None and not callable(callback):
            raise ValueError("invalid handler")
        _irq = callback
        _irq_object = self
        _bridge.on(ESPNOW_IRQ, _on_irq)
        ask("espnow.irq", 0, 1 if callback else 0)

    def stats(self):
        return unpack("<5I", query("espnow.stats"))

    def set_pmk(self, pmk):
        call("espnow.set_pmk", _sized(pmk, KEY_LEN))

    def add_peer(self, mac, lmk=None, channel=None, ifidx=None, encrypt=None):
        _set_peer("espnow.add_peer", mac, lmk, channel, ifidx, encrypt)

    def mod_peer(self, mac, lmk=None, channel=None, ifidx=None, encrypt=None):
        _set_peer("espnow.mod_peer", mac, lmk, channel, ifidx, encrypt)

    def del_peer(self, mac):
        call("espnow.del_peer", _sized(mac, ADDR_LEN))

    def get_peer(self, mac):
        return _peer_info(query("espnow.get_peer", _sized(mac, ADDR_LEN)))

    def get_peers(self):
        peers = []
        while True:
            records = query("espnow.get_peers", b"", len(peers))
            if not records:
                return tuple(peers)
            peers.extend(_peer_info(records[at : at + 25]) for at in range(0, len(records), 25))

    def peer_count(self):
        return unpack("<2I", query("espnow.peer_count"))

    @property
    def peers_table(self):
        return _peers_table

    def send(self, mac, msg=_ABSENT, sync=True):
        if msg is _ABSENT:
            mac, msg = None, mac
        _require_active()
        if not sync:
            _send(mac, msg)
            return True
        _await_reports()
        failures = word(SEND_FAILURES)
        _send(mac, msg)
        _await_reports()
        return word(SEND_FAILURES) == failures

    def any(self):
        _require_active()
        if not word(AVAILABLE):
            wait(0)
        return word(AVAILABLE) > 0

    def recvinto(self, data, timeout_ms=None):
        if not isinstance(data, list) or len(data) < 2:
            raise ValueError("ESPNow.recvinto(): Invalid argument")
        message = data[1]
        if not isinstance(message, bytearray):
            raise TypeError("object with buffer protocol required")
        # What is allocated beyond its length is room too (py/objarray.h, mp_obj_array_t.free).
        free = bytearray_at(id(message) + 4, 4)
        return _receive(data, len(message) + (free[1] | free[2] << 8 | free[3] << 16), timeout_ms)

    def irecv(self, timeout_ms=None):
        return self._data if _receive(self._data, MAX_DATA_LEN, timeout_ms) else _NOTHING

    def recv(self, timeout_ms=None):
        data = [None, bytearray()]
        if not _receive(data, MAX_DATA_LEN, timeout_ms):
            return _NOTHING
        data[1] = bytes(data[1])
        return data

    def __iter__(self):
        return self

    def __next__(self):
        return self.irecv()

    # Of the flags that are asked for, those that are so: a message waits, all reports have come. Like the board's it
    # inverts what is not so, also where it was not asked for.
    def ioctl(self, request, arg):
        if request != _POLL:
            return -EINVAL
        if not _active:
            return 0
        return arg ^ ((word(AVAILABLE) == 0) | (word(SENDS_PENDING) > 0) << 2)
