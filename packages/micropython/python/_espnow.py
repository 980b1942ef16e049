# What the espnow modules of all boards stand on: the receive buffer, sending, peers. It is the host's
# (src/parts/espnow-part.ts); here is what blocks, and what holds Python's objects.
from errno import EINVAL
from time import ticks_diff, ticks_ms
from uctypes import bytearray_at
from _bridge import LATE_AIR, NEXT_LENGTH, SENDS_PENDING, ask, buffer, call_host, query, view, wait, word
from _calls import ESPNOW_ACTIVE, ESPNOW_DROP_ALL, ESPNOW_ELAPSE, ESPNOW_LIMIT, ESPNOW_RXBUF, ESPNOW_SEND, ESPNOW_STATION, ESPNOW_TAKE

MAX_DATA_LEN = ask(ESPNOW_LIMIT)
ADDR_LEN = 6
KEY_LEN = 16
MAX_TOTAL_PEER_NUM = 20
MAX_ENCRYPT_PEER_NUM = 6

NOT_INIT = -12389
_NO_MEM = -12391
_REPORT_TIMEOUT_MS = 100
_BUFFER_TIMEOUT_MS = 2000
# How long an air may be late: one that says nothing for a second is lost, and what is on its way is reported so.
_LATE_MS = 5000
_MAX_RXBUF = 16 * 1024 * 1024
# Longest single wait: the clock's ticks must not wrap within it.
_LONG_MS = 0x1000_0000
_POLL = 3

ABSENT = object()

_active = False
_the_object = None
_settings = {"rxbuf": ask(ESPNOW_RXBUF), "timeout_ms": 300_000}
# {mac: [rssi, time_ms]}, and its entries as (mac, [rssi, time_ms]) by the numbers that the host gives to stations.
peers_table = {}
_stations = {}
# The flags of the table's map (py/obj.h, mp_map_t): bit 1 makes it read-only for everybody.
_table_flags = bytearray_at(id(peers_table) + 4, 1)
_table_flags[0] |= 2


# ESPNow() is the same object each time; a subclass makes a new one.
def object_of(cls, espnow):
    global _the_object
    if cls is not espnow:
        return object.__new__(cls)
    if _the_object is None:
        _the_object = object.__new__(cls)
    return _the_object


def active(flag=ABSENT):
    global _active
    if flag is not ABSENT and bool(flag) != _active:
        if flag and _settings["rxbuf"] > _MAX_RXBUF:
            raise MemoryError
        ask(ESPNOW_ACTIVE, 1 if flag else 0, _settings["rxbuf"])
        _active = bool(flag)
    return _active


def require_active():
    if not _active:
        raise OSError(NOT_INIT, "ESP_ERR_ESPNOW_NOT_INIT")


def read_setting(name):
    if name not in _settings:
        raise ValueError("unknown config param")
    return _settings[name]


def change_settings(rxbuf, timeout_ms):
    if timeout_ms is not None:
        _settings["timeout_ms"] = timeout_ms + 0
    if rxbuf is not None and rxbuf >= 0:
        _settings["rxbuf"] = rxbuf


# `data` as bytes, of one length.
def sized(data, length):
    if not isinstance(data, bytes):
        data = bytes(memoryview(data))
    if len(data) != length:
        raise ValueError("invalid buffer length")
    return data


# Tells the host what is said of a peer; None: nothing.
def set_peer(op, mac, lmk, channel=None, ifidx=None, encrypt=None):
    data = sized(mac, ADDR_LEN)
    key = sized(lmk, KEY_LEN) if lmk else b""
    if encrypt is None and lmk is not None:
        encrypt = bool(lmk)
    data += b"\xff" if encrypt is None else b"\1" if encrypt else b"\0"
    channel = -1 if channel is None else channel & 0xFF
    ask(op, channel, -1 if ifidx is None else ifidx & 0xFF, 0, data + key)


# How long a bytearray may become without moving (py/objarray.h, mp_obj_array_t: `free` is the upper three bytes of the
# second word).
def capacity(data):
    free = bytearray_at(id(data) + 4, 4)
    return len(data) + (free[1] | free[2] << 8 | free[3] << 16)


# Whether there is a message, or comes one in time.
def _await_message(timeout_ms):
    require_active()
    left = _settings["timeout_ms"] if timeout_ms is None else timeout_ms
    before = ticks_ms()
    while not word(NEXT_LENGTH):
        wait(min(left, _LONG_MS))
        require_active()
        if left == 0:
            return word(NEXT_LENGTH) > 0
        if left > 0:
            now = ticks_ms()
            left = max(left - ticks_diff(now, before), 0)
            before = now
    return True


# Receives into a list whose bytearray may grow to `room` bytes. Returns the length, 0 when the time is over.
def receive(data, room, timeout_ms):
    length = 0
    while length == 0:
        if not _await_message(timeout_ms):
            return 0
        length = _take(data, room)
    return length


# The bytes of a received message in the bridge's buffer, by their length; what to copy: nothing, or these.
_views = {}
_sources = [b"", b""]


# Moves the next message into the list; 0: an irq handler was faster. An irq handler may run at every jump, and use the
# buffer: there is none from the choice of the view to the last look into the buffer.
def _take(data, room):
    message = data[1]
    end = len(message)
    expected = word(NEXT_LENGTH)
    if expected > room:
        ask(ESPNOW_DROP_ALL)
        raise ValueError("ESPNow.recv(): buffer error")
    _sources[1] = _views.get(expected) or _views.setdefault(expected, view[8 : 8 + expected])
    length = expected * (call_host(ESPNOW_TAKE, 0, expected, 0, 0) > 0)
    message[end * (length == 0) :] = _sources[length > 0]
    time_ms = buffer[0] | buffer[1] << 8 | buffer[2] << 16 | buffer[3] << 24
    rssi = (buffer[4] ^ 0x80) - 0x80
    fresh = buffer[5]
    number = buffer[6] | buffer[7] << 8
    if length:
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
    mac = query(ESPNOW_STATION, number)
    heard = [0, 0]
    _table_flags[0] &= ~2
    if number in _stations:
        peers_table.pop(_stations[number][0])
    peers_table[mac] = heard
    _table_flags[0] |= 2
    _stations[number] = (mac, heard)
    return _stations[number]


# Whether the reports of all messages have come in time.
def await_reports():
    start = ticks_ms()
    while word(SENDS_PENDING):
        left = _REPORT_TIMEOUT_MS - ticks_diff(ticks_ms(), start)
        if left <= 0:
            return _await_late_reports()
        wait(left)
    return True


# The air may have had no turn on a busy computer: by its clock the time is not over yet.
def _await_late_reports():
    if not ask(ESPNOW_ELAPSE, _REPORT_TIMEOUT_MS):
        return False
    start = ticks_ms()
    while word(SENDS_PENDING) and word(LATE_AIR):
        left = _LATE_MS - ticks_diff(ticks_ms(), start)
        if left <= 0:
            break
        wait(left)
    return not word(SENDS_PENDING)


# To a peer, or (None) to all, as soon as there is a transmit buffer.
def send(mac, msg):
    high = low = -1
    if mac is not None:
        mac = sized(mac, ADDR_LEN)
        high = mac[0] << 16 | mac[1] << 8 | mac[2]
        low = mac[3] << 16 | mac[4] << 8 | mac[5]
    if not isinstance(msg, (bytes, bytearray)):
        msg = bytes(memoryview(msg))
    if len(msg) > MAX_DATA_LEN:
        msg = msg[: MAX_DATA_LEN + 1]
    start = ticks_ms()
    while True:
        try:
            return ask(ESPNOW_SEND, high, low, 0, msg)
        except OSError as error:
            if error.errno != _NO_MEM or ticks_diff(ticks_ms(), start) >= _BUFFER_TIMEOUT_MS:
                raise
        wait(1)


def any_message():
    require_active()
    wait(0)
    return word(NEXT_LENGTH) > 0


# Answers a poll: inverts of the flags what is not so, also where it was not asked for. As a board does.
def ioctl(request, flags, not_ready):
    if request != _POLL:
        return -EINVAL
    return flags ^ not_ready if _active else 0
