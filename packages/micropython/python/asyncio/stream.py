from errno import EINPROGRESS

from . import core


# Reads and writes a stream that does not block (a UART, sys.stdin, sys.stdout): other tasks run while it is not ready.
class Stream:
    def __init__(self, s, e={}):
        self.s = s
        self.e = e
        self.out_buf = b""

    def get_extra_info(self, v):
        return self.e[v]

    async def __aenter__(self):
        return self

    async def __aexit__(self, exc_type, exc, tb):
        self.close()
        await self.wait_closed()

    def close(self):
        pass

    async def wait_closed(self):
        self.s.close()

    async def read(self, n=-1):
        whole = None
        while True:
            yield core._io_queue.queue_read(self.s)
            part = self.s.read(n)
            if part is not None:
                whole = _joined(whole, part)
                if n >= 0 or not part:
                    return whole

    async def readinto(self, buf):
        yield core._io_queue.queue_read(self.s)
        return self.s.readinto(buf)

    async def readexactly(self, n):
        whole = b""
        while n:
            yield core._io_queue.queue_read(self.s)
            part = self.s.read(n)
            if part is not None:
                if not part:
                    raise EOFError
                whole = _joined(whole, part)
                n -= len(part)
        return whole

    async def readline(self):
        line = None
        while True:
            yield core._io_queue.queue_read(self.s)
            part = self.s.readline()
            if part is not None:
                line = _joined(line, part)
                if not part or part[-1] in (10, "\n"):
                    return line

    # What cannot be written at once waits for drain().
    def write(self, buf):
        if not self.out_buf:
            written = self.s.write(buf)
            if written == len(buf):
                return
            buf = buf[written or 0 :]
        self.out_buf += buf

    async def drain(self):
        if not self.out_buf:
            return await core.sleep_ms(0)  # a loop of write and drain lets others run
        while self.out_buf:
            yield core._io_queue.queue_write(self.s)
            self.out_buf = self.out_buf[self.s.write(self.out_buf) or 0 :]


# sys.stdin gives text, others bytes.
def _joined(whole, part):
    return whole + part if whole else part


StreamReader = Stream
StreamWriter = Stream


# A reader and a writer: the same stream.
async def open_connection(host, port, ssl=None, server_hostname=None, local_addr=None):
    import socket

    (family, kind, proto, _, address) = socket.getaddrinfo(host, port, 0, socket.SOCK_STREAM)[0]
    sock = socket.socket(family, kind, proto)
    sock.setblocking(False)
    try:
        if local_addr:
            sock.bind(local_addr)
        try:
            sock.connect(address)
        except OSError as e:
            if e.errno != EINPROGRESS:
                raise
        yield core._io_queue.queue_write(sock)
        sock._handle.check()
        if ssl:
            sock = _context(ssl).wrap_socket(sock, server_hostname=server_hostname or host)
            yield core._io_queue.queue_write(sock)
            sock._handle.check()
    except BaseException:
        sock.close()
        raise
    stream = Stream(sock)
    return stream, stream


# True: TLS without proof of who the other end is.
def _context(ssl):
    if ssl is not True:
        return ssl
    from ssl import CERT_NONE, PROTOCOL_TLS_CLIENT, SSLContext

    context = SSLContext(PROTOCOL_TLS_CLIENT)
    context.verify_mode = CERT_NONE
    return context


class Server:
    async def __aenter__(self):
        return self

    async def __aexit__(self, exc_type, exc, tb):
        self.close()
        await self.wait_closed()

    # The port is free at once; the task that took connections ends when it is its turn.
    def close(self):
        self._closing = True
        self.task.cancel()

    async def wait_closed(self):
        await self.task

    async def _serve(self, sock, cb, ssl):
        self._closing = False
        try:
            while True:
                yield core._io_queue.queue_read(sock)
                try:
                    client, address = sock.accept()
                except OSError:
                    continue  # whoever connected has gone
                client.setblocking(False)
                if ssl:
                    try:
                        client = ssl.wrap_socket(client, server_side=True, do_handshake_on_connect=False)
                    except OSError:
                        client.close()
                        continue
                stream = Stream(client, {"peername": address})
                core.create_task(cb(stream, stream))
        except core.CancelledError:
            if not self._closing:
                raise
        finally:
            sock.close()


# Calls `cb(reader, writer)`, a coroutine, for each connection.
async def start_server(cb, host, port, backlog=5, ssl=None):
    import socket

    sock = socket.socket()
    try:
        sock.setblocking(False)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind(socket.getaddrinfo(host, port)[0][-1])
        sock.listen(backlog)
    except BaseException:
        sock.close()
        raise
    server = Server()
    server.task = core.create_task(server._serve(sock, cb, ssl))
    try:
        await core.sleep_ms(0)  # it takes connections when this returns
    except core.CancelledError:
        server.task.cancel()
        raise
    return server


def stream_awrite(stream, buf, off=0, sz=-1):
    if off != 0 or sz != -1:
        buf = memoryview(buf)[off : off + sz if sz != -1 else len(buf)]
    stream.write(buf)
    return stream.drain()


# Names of older releases.
Stream.aclose = Stream.wait_closed
Stream.awrite = stream_awrite
Stream.awritestr = stream_awrite
