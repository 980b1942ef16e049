# A board at its REPL: the raw and the friendly one of MicroPython, on UART 0 with the buffer of a real board's.
import io
import machine
import select
import sys

BANNER = b'\r\nMicroPython v1.27.0; a board on a simulated air with MicroPython\r\n>>> '


class Serial(io.IOBase):
    def __init__(self):
        self.buffer = self
        self.uart = machine.UART(0, rxbuf=259)
        self.poll = select.poll()
        self.poll.register(self.uart, select.POLLIN)
        self.unread = b''

    def ready(self):
        if not self.unread:
            self.unread = self.uart.read(4096) or b''
        return len(self.unread) > 0

    def readinto(self, target):
        while not self.ready():
            self.poll.poll(-1)
        target[0] = self.unread[0]
        self.unread = self.unread[1:]
        return 1

    def read(self, count=1):
        byte = bytearray(1)
        data = b''
        while len(data) < count:
            self.readinto(byte)
            data += byte
        return data

    def write(self, data):
        return self.uart.write(data)

    def ioctl(self, request, flags):
        return flags & 1 if self.ready() else 0


serial = Serial()


class BoardSys:
    stdin = stdout = serial
    implementation = sys.implementation
    platform = 'esp32'


def execute(code, names):
    problem = io.StringIO()
    try:
        exec(code, names)
    except SystemExit:
        pass
    except BaseException as x:
        sys.print_exception(x, problem)
    return problem.getvalue().encode()


def show(*values, sep=' ', end='\r\n'):
    serial.write((sep.join(str(value) for value in values) + end).encode())


def paste():
    serial.write(b'R\1\x80\0\1')
    code = b''
    room = 128
    while True:
        c = serial.read()
        if c == b'\4':
            serial.write(b'\4')
            return code
        if c == b'\3':
            return b''
        code += c
        room -= 1
        if room == 0:
            room = 128
            serial.write(b'\1')


names = {'__name__': '__main__', 'print': show}
sys.modules['sys'] = BoardSys
raw = False
typed = b''
serial.write(BANNER)
while True:
    c = serial.read()
    if c == b'\1' and raw and typed == b'\5A':
        code = paste()
        typed = b''
        problem = execute(code, names)
        serial.write(b'\4' + problem + b'\4>')
    elif c == b'\1':
        raw = True
        typed = b''
        serial.write(b'raw REPL; CTRL-B to exit\r\n>')
    elif c == b'\2':
        raw = False
        typed = b''
        serial.write(BANNER)
    elif c == b'\3':
        typed = b''
        serial.write(b'' if raw else b'\r\n>>> ')
    elif c == b'\4' and raw:
        serial.write(b'OK')
        code, typed = typed, b''
        problem = execute(code, names)
        serial.write(b'\4' + problem + b'\4>')
    elif c == b'\r' and not raw:
        serial.write(b'\r\n')
        code, typed = typed.replace(b'\0', b''), b''
        serial.write(execute(code, names) + b'>>> ')
    else:
        typed += c
        if not raw:
            serial.write(c)
