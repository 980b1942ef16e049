# Sockets by MicroPython's documentation, as an ESP32 has them (lwIP).
import io
from errno import EAGAIN
from struct import unpack

import _calls
from _bridge import ask, query
from _sockets import LONGEST, READ, Handle, resolve, text_of

AF_INET = 2
AF_INET6 = 10
SOCK_STREAM = 1
SOCK_DGRAM = 2
SOCK_RAW = 3
IPPROTO_IP = 0
IPPROTO_TCP = 6
IPPROTO_UDP = 17
SOL_SOCKET = 0xFFF
SO_REUSEADDR = 4
SO_KEEPALIVE = 8
SO_BROADCAST = 0x20
SO_BINDTODEVICE = 0x100B
IP_ADD_MEMBERSHIP = 3
IP_DROP_MEMBERSHIP = 4
TCP_NODELAY = 1

_IOCTL_POLL = 3
_IOCTL_CLOSE = 4
_EIO = 5


def getaddrinfo(host, port, af=0, type=0, proto=0, flags=0):
    address = "0.0.0.0" if host == "" else text_of(resolve(host, "socket.getaddrinfo"))
    return [(AF_INET, type or SOCK_STREAM, proto or IPPROTO_TCP, "", (address, int(port)))]


def _target(address, who):
    host, port = address
    return (0 if host == "" else resolve(host, who)), port


# What streams have in common, over `_handle`: also those that are encrypted.
class Stream(io.IOBase):
    # All `size` bytes, or fewer before the end; -1: to the end. None: nothing is there now, of a socket that does not block.
    def read(self, size=-1):
        parts = []
        left = size
        while left:
            try:
                part = self._handle.read(LONGEST if left < 0 else left)
            except OSError as e:
                if e.errno != EAGAIN:
                    raise
                if not parts:
                    return None
                break
            if not part:
                break
            parts.append(part)
            left -= len(part) if left > 0 else 0
        return b"".join(parts)

    def readinto(self, buf, nbytes=-1):
        target = memoryview(buf)
        if nbytes >= 0:
            target = target[:nbytes]
        try:
            data = self._handle.read(len(target))
        except OSError as e:
            if e.errno != EAGAIN:
                raise
            return None
        target[: len(data)] = data
        return len(data)

    def readline(self, size=-1):
        line = b""
        while len(line) != size and line[-1:] != b"\n":
            try:
                part = self._handle.read(LONGEST if size < 0 else size - len(line), True)
            except OSError as e:
                if e.errno != EAGAIN:
                    raise
                return line or None
            if not part:
                break
            line += part
        return line

    def readexactly(self, size):
        data = self.read(size)
        if len(data) != size:
            raise OSError(_EIO)
        return data

    # All of it; fewer bytes where the socket does not block.
    def write(self, buf, *limits):
        data = memoryview(buf.encode() if isinstance(buf, str) else buf)
        if limits:
            start = limits[0] if len(limits) > 1 else 0
            data = data[start : start + limits[-1]]
        done = 0
        while done < len(data):
            try:
                done += self._handle.write(data[done:])
            except OSError as e:
                if e.errno != EAGAIN:
                    raise
                return done or None
        return done

    def ioctl(self, request, argument):
        if request == _IOCTL_POLL:
            return self._handle.events() & (argument | 8 | 16)
        if request == _IOCTL_CLOSE:
            self.close()
            return 0
        return -1

    def close(self):
        self._handle.close()

    def setblocking(self, flag):
        self._handle.timeout = None if flag else 0

    def settimeout(self, value):
        self._handle.timeout = None if value is None else int(value * 1000)

    def __enter__(self):
        return self

    def __exit__(self, exc_type, exc, tb):
        self.close()


class socket(Stream):
    def __init__(self, af=AF_INET, type=SOCK_STREAM, proto=0, fileno=None):
        self._is_stream = type == SOCK_STREAM
        self._handle = Handle(self._is_stream, "socket.socket")
        self._peer = None

    def __repr__(self):
        return "<socket>"

    def fileno(self):
        return self._handle.number

    def connect(self, address):
        target = _target(address, "socket.connect")
        if not self._is_stream:
            self._peer = target
            return
        ask(_calls.NET_CONNECT, self._handle.number, *target)
        self._handle.wait_open()

    def bind(self, address):
        ask(_calls.NET_BIND, self._handle.number, address[1])

    def listen(self, backlog=2):
        ask(_calls.NET_LISTEN, self._handle.number, backlog)

    def accept(self):
        self._handle.wait_for(READ)
        accepted = socket()
        remote = query(_calls.NET_ACCEPT, self._handle.number, accepted._handle.number)
        if not remote:
            accepted.close()
            raise OSError(EAGAIN)
        return accepted, _endpoint(remote)

    def recv(self, bufsize, flags=0):
        return self._handle.read(bufsize)

    def recvfrom(self, bufsize, flags=0):
        self._handle.wait_for(READ)
        data = query(_calls.NET_RECEIVE, self._handle.number, min(bufsize, LONGEST))
        return data[6:], _endpoint(data)

    def send(self, data, flags=0):
        if self._peer is not None:
            return self._send_to(data, self._peer)
        return self._handle.write(memoryview(data.encode() if isinstance(data, str) else data))

    def sendall(self, data):
        view = memoryview(data.encode() if isinstance(data, str) else data)
        while view:
            view = view[self._handle.write(view) :]

    def sendto(self, data, address):
        return self._send_to(data, _target(address, "socket.sendto"))

    def _send_to(self, data, target):
        ask(_calls.NET_SEND, self._handle.number, *target, data=data)
        return len(data)

    # What a simulated network has no use for.
    def setsockopt(self, level, optname, value):
        pass

    def makefile(self, mode="rb", *args, **kwargs):
        return self


def _endpoint(data):
    address, port = unpack(">IH", data[:6])
    return text_of(address), port
