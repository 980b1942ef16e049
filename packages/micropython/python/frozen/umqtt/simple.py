# MQTT 3.1.1 by MicroPython's documentation of `umqtt.simple`.
import socket
from struct import pack, unpack

_CONNECT = 0x10
_CONNACK = 0x20
_PUBLISH = 0x30
_PUBACK = 0x40
_SUBSCRIBE = 0x82
_SUBACK = 0x90
_UNSUBSCRIBE = 0xA2
_UNSUBACK = 0xB0
_PINGREQ = b"\xc0\x00"
_PINGRESP = 0xD0
_DISCONNECT = b"\xe0\x00"
_PROTOCOL = b"\x00\x04MQTT\x04"
# The longest that four digits of 7 bits count.
_LONGEST = 0x0FFFFFFF


class MQTTException(Exception):
    pass


def _bytes(value):
    return value.encode() if isinstance(value, str) else value


def _string(value):
    value = _bytes(value)
    return pack("!H", len(value)) + value


def _length(size):
    if size > _LONGEST:
        raise MQTTException("too long")
    digits = bytearray()
    while True:
        size, digit = size >> 7, size & 0x7F
        digits.append(digit | (0x80 if size else 0))
        if not size:
            return digits


class MQTTClient:
    def __init__(self, client_id, server, port=0, user=None, password=None, keepalive=0, ssl=None, ssl_params={}):
        self.client_id = client_id
        self.sock = None
        self.server = server
        self.port = port or (8883 if ssl else 1883)
        self.ssl = ssl
        self.ssl_params = ssl_params
        self.pid = 0
        self.cb = None
        self.user = user
        self.pswd = password
        self.keepalive = keepalive
        self.lw_topic = None
        self.lw_msg = None
        self.lw_qos = 0
        self.lw_retain = False

    def set_callback(self, f):
        self.cb = f

    def set_last_will(self, topic, msg, retain=False, qos=0):
        assert 0 <= qos <= 2
        assert topic
        self.lw_topic = topic
        self.lw_msg = msg
        self.lw_qos = qos
        self.lw_retain = retain

    # Whether the server has kept a session of this client's.
    def connect(self, clean_session=True, timeout=None):
        if self.sock:
            self.sock.close()
        self.sock = socket.socket()
        self.sock.settimeout(timeout)
        self.sock.connect(socket.getaddrinfo(self.server, self.port)[0][-1])
        if self.ssl is True:
            import ssl

            self.sock = ssl.wrap_socket(self.sock, **self.ssl_params)
        elif self.ssl:
            self.sock = self.ssl.wrap_socket(self.sock, server_hostname=self.server)
        self._send(_CONNECT, self._greeting(clean_session))
        kind, body = self._receive()
        if kind != _CONNACK or len(body) != 2:
            raise MQTTException("no CONNACK")
        if body[1]:
            raise MQTTException(body[1])
        return body[0] & 1

    def _greeting(self, clean_session):
        assert 0 <= self.keepalive < 65536
        flags = 2 if clean_session else 0
        payload = _string(self.client_id)
        if self.lw_topic:
            flags |= 4 | (self.lw_qos << 3) | (0x20 if self.lw_retain else 0)
            payload += _string(self.lw_topic) + _string(self.lw_msg)
        if self.user is not None:
            flags |= 0xC0
            payload += _string(self.user) + _string(self.pswd)
        return _PROTOCOL + pack("!BH", flags, self.keepalive) + payload

    def disconnect(self):
        self.sock.write(_DISCONNECT)
        self.sock.close()

    def ping(self):
        self.sock.write(_PINGREQ)

    def publish(self, topic, msg, retain=False, qos=0):
        assert qos < 2
        body = _string(topic)
        if qos:
            body += pack("!H", self._next_pid())
        self._send(_PUBLISH | (qos << 1) | (1 if retain else 0), body + _bytes(msg))
        if qos:
            self._wait_for(_PUBACK)

    def subscribe(self, topic, qos=0):
        assert self.cb is not None, "Subscribe callback is not set"
        self._send(_SUBSCRIBE, pack("!H", self._next_pid()) + _string(topic) + bytes([qos]))
        body = self._wait_for(_SUBACK)
        if body[2] == 0x80:
            raise MQTTException(body[2])

    def unsubscribe(self, topic):
        self._send(_UNSUBSCRIBE, pack("!H", self._next_pid()) + _string(topic))
        self._wait_for(_UNSUBACK)

    # Waits for one message, and gives it to the callback if it is one of a topic.
    def wait_msg(self):
        return self._next(True)

    # As wait_msg, where one is there already.
    def check_msg(self):
        return self._next(False)

    # What acknowledges the last packet; messages that come before go to the callback.
    def _wait_for(self, kind):
        while True:
            came, body = self._receive()
            if came == kind and unpack("!H", body[:2])[0] == self.pid:
                return body
            self._take(came, body)

    def _next(self, blocks):
        self.sock.setblocking(blocks)
        first = self.sock.read(1)
        self.sock.setblocking(True)
        if first is None:
            return None
        kind, body = self._receive(first)
        if kind == _PINGRESP:
            return None
        self._take(kind, body)
        return kind

    def _take(self, kind, body):
        if kind & 0xF0 != _PUBLISH:
            return
        size = unpack("!H", body[:2])[0]
        topic = body[2 : 2 + size]
        at = 2 + size
        qos = (kind >> 1) & 3
        pid = body[at : at + 2]
        if qos:
            at += 2
        self.cb(topic, body[at:])
        if qos == 1:
            self._send(_PUBACK, pid)
        elif qos == 2:
            raise MQTTException("QoS 2 is not supported")

    def _next_pid(self):
        self.pid = self.pid % 65535 + 1
        return self.pid

    def _send(self, kind, body):
        self.sock.write(bytes([kind]) + _length(len(body)) + body)

    def _receive(self, first=None):
        kind = self._exactly(1)[0] if first is None else (first or self._gone())[0]
        size = shift = 0
        while True:
            digit = self._exactly(1)[0]
            size |= (digit & 0x7F) << shift
            shift += 7
            if not digit & 0x80:
                return kind, self._exactly(size)

    def _exactly(self, size):
        data = self.sock.read(size)
        return data if data is not None and len(data) == size else self._gone()

    def _gone(self):
        raise OSError(-1)
