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


def open_connection(host, port, ssl=None, server_hostname=None, local_addr=None):
    raise NotImplementedError("a simulated board has no sockets: asyncio.open_connection is missing")


def start_server(cb, host, port, backlog=5, ssl=None):
    raise NotImplementedError("a simulated board has no sockets: asyncio.start_server is missing")
