# Serial buses, whose other ends are the test's.
import io
from time import ticks_diff, ticks_ms
import _calls
from _bridge import UART_IRQ, ask, buffer, on, query, wait
from _serial import part
from machine.board import ESP8266
from machine.pins import number

_MOST = len(buffer)


class SoftI2C:
    def __init__(self, scl, sda, *, freq=400000, timeout=50000):
        self._bus = -1
        self.init(scl, sda, freq=freq, timeout=timeout)

    def init(self, scl, sda, *, freq=400000, timeout=50000):
        self._wiring = (number(scl), number(sda), freq)
        self._sent = b""

    def __repr__(self):
        return "SoftI2C(scl=%d, sda=%d, freq=%d)" % self._wiring

    def deinit(self):
        pass

    def scan(self):
        return list(query(_calls.I2C_SCAN, self._bus))

    # The steps of a transfer one by one: the first byte is the address, what follows is sent at the end.
    def start(self):
        self.stop()

    def write(self, buf):
        if not self._sent and buf and buf[0] >> 1 not in self.scan():
            return 0
        self._sent += bytes(buf)
        return len(buf)

    def readinto(self, buf, nack=True):
        buf[:] = self.readfrom(self._sent[0] >> 1, len(buf))

    def stop(self):
        sent, self._sent = self._sent, b""
        if len(sent) > 1 and not sent[0] & 1:
            ask(_calls.I2C_WRITE, self._bus, sent[0] >> 1, data=sent[1:])

    def readfrom(self, addr, nbytes, stop=True):
        if nbytes > _MOST:
            raise ValueError("%d bytes are the most of one transfer" % _MOST)
        return query(_calls.I2C_READ, self._bus, addr, nbytes)

    def readfrom_into(self, addr, buf, stop=True):
        buf[:] = self.readfrom(addr, len(buf))

    def writeto(self, addr, buf, stop=True):
        return ask(_calls.I2C_WRITE, self._bus, addr, data=buf)

    def writevto(self, addr, vector, stop=True):
        return self.writeto(addr, b"".join(bytes(buf) for buf in vector))

    def readfrom_mem(self, addr, memaddr, nbytes, *, addrsize=8):
        self.writeto(addr, memaddr.to_bytes(addrsize // 8, "big"))
        return self.readfrom(addr, nbytes)

    def readfrom_mem_into(self, addr, memaddr, buf, *, addrsize=8):
        buf[:] = self.readfrom_mem(addr, memaddr, len(buf), addrsize=addrsize)

    def writeto_mem(self, addr, memaddr, buf, *, addrsize=8):
        self.writeto(addr, memaddr.to_bytes(addrsize // 8, "big") + bytes(buf))


_I2C_PINS = ((18, 19), (25, 26))


# Without a number it is a SoftI2C, as in programs for an ESP8266.
class I2C(SoftI2C):
    def __init__(self, id=-1, scl=None, sda=None, *, freq=400000, timeout=50000):
        if id not in (-1, 0, 1):
            raise ValueError("I2C(%s) doesn't exist" % id)
        self._bus = id
        scl_pin, sda_pin = _I2C_PINS[max(id, 0)]
        self._timeout = timeout
        self.init(scl_pin if scl is None else scl, sda_pin if sda is None else sda, freq=freq, timeout=timeout)

    def __repr__(self):
        if self._bus == -1:
            return super().__repr__()
        scl, sda, freq = self._wiring
        return "I2C(%d, scl=%d, sda=%d, freq=%d, timeout=%d)" % (self._bus, scl, sda, freq, self._timeout)


class SoftSPI:
    MSB = 0
    LSB = 1

    def __init__(self, baudrate=500000, *, polarity=0, phase=0, bits=8, firstbit=0, sck=None, mosi=None, miso=None):
        self._bus = -1
        self._settings = {"baudrate": baudrate, "polarity": polarity, "phase": phase, "bits": bits, "firstbit": firstbit}
        self._settings.update(sck=sck, mosi=mosi, miso=miso)

    def init(self, baudrate=None, **kwargs):
        self._settings.update(kwargs)
        if baudrate is not None:
            self._settings["baudrate"] = baudrate

    def deinit(self):
        pass

    def _shown(self, names):
        pins = {name: number(pin) for name, pin in self._settings.items() if pin is not None}
        return ", ".join("%s=%d" % (name, pins.get(name, -1)) for name in names)

    def __repr__(self):
        return "SoftSPI(%s)" % self._shown(("baudrate", "polarity", "phase", "sck", "mosi", "miso"))

    def write(self, buf):
        for at in range(0, len(buf), _MOST):
            query(_calls.SPI_TRANSFER, self._bus, data=memoryview(buf)[at : at + _MOST])

    def read(self, nbytes, write=0):
        buf = bytearray(nbytes)
        self.readinto(buf, write)
        return bytes(buf)

    def readinto(self, buf, write=0):
        self.write_readinto(bytes((write,)) * len(buf), buf)

    def write_readinto(self, write_buf, read_buf):
        if len(write_buf) != len(read_buf):
            raise ValueError("buffers must be the same length")
        for at in range(0, len(read_buf), _MOST):
            read = query(_calls.SPI_TRANSFER, self._bus, data=memoryview(write_buf)[at : at + _MOST])
            memoryview(read_buf)[at : at + len(read)] = read


class SPI(SoftSPI):
    def __init__(self, id, baudrate=1000000, **kwargs):
        if id not in (-1, 0, 1, 2):
            raise ValueError("SPI(%s) doesn't exist" % id)
        super().__init__(baudrate, **kwargs)
        self._bus = id

    def __repr__(self):
        names = ("baudrate", "polarity", "phase", "bits", "firstbit", "sck", "mosi", "miso")
        return "SPI(id=%d, %s)" % (self._bus, self._shown(names))


# What UART.irq() returns.
class _UartIrq:
    def __init__(self, uart, handler, trigger):
        self._uart = uart
        self._handler = handler
        self._trigger = trigger

    def __call__(self):
        if self._handler is not None:
            self._handler(self._uart)

    def trigger(self, trigger=None):
        former = self._trigger
        if trigger is not None:
            self._uart.irq(self._handler, trigger)
        return former

    def flags(self):
        return self._trigger


on(UART_IRQ, lambda id: UART._irqs[id]())


class UART(io.IOBase):
    INV_TX = 32
    INV_RX = 4
    RTS = 1
    CTS = 2
    IRQ_RX = 1
    IRQ_BREAK = 2
    IRQ_RXIDLE = 0x1000

    _irqs = {}
    _TX = (1, 10, 17)
    _RX = (3, 9, 16)

    def __init__(self, id, baudrate=115200, bits=8, parity=None, stop=1, **kwargs):
        if id not in range(3):
            raise ValueError("UART(%s) doesn't exist" % id)
        self._id = id
        self._settings = {"tx": UART._TX[id], "rx": UART._RX[id], "rts": -1, "cts": -1, "txbuf": 256}
        self.init(baudrate, bits, parity, stop, **kwargs)

    def init(self, baudrate=115200, bits=8, parity=None, stop=1, *, timeout=0, timeout_char=0, rxbuf=256, **kwargs):
        self._timeout = timeout
        self._timeout_char = timeout_char
        self._line = (baudrate, bits, parity, stop, rxbuf)
        self._settings.update((name, value) for name, value in kwargs.items() if name in self._settings)
        ask(_calls.UART_SET_UP, self._id, rxbuf)

    def deinit(self):
        pass

    def any(self):
        return ask(_calls.UART_ANY, self._id)

    # At most `nbytes`, or up to a line's end; None where nothing came in time.
    def _read(self, nbytes, line=False):
        data = b""
        while len(data) < nbytes and self._wait(self._timeout_char if data else self._timeout):
            data += query(_calls.UART_READ_LINE if line else _calls.UART_READ, self._id, min(nbytes - len(data), _MOST))
            if line and data[-1] == 10:
                break
        return data or None

    def _wait(self, timeout):
        start = ticks_ms()
        while not self.any():
            left = timeout - ticks_diff(ticks_ms(), start)
            if left <= 0:
                return False
            wait(left)
        return True

    def read(self, nbytes=None):
        return self._read(1 << 30 if nbytes is None or nbytes < 0 else nbytes)

    def readline(self, nbytes=1 << 30):
        return self._read(nbytes, True)

    def readinto(self, buf, nbytes=None):
        data = self._read(len(buf) if nbytes is None else min(nbytes, len(buf)))
        if data is None:
            return None
        buf[: len(data)] = data
        return len(data)

    def write(self, buf, *limits):
        buf = part(buf, limits)
        for at in range(0, len(buf), _MOST):
            ask(_calls.UART_WRITE, self._id, data=buf[at : at + _MOST])
        return len(buf)

    def flush(self):
        pass

    def txdone(self):
        return True

    def sendbreak(self):
        pass

    def __repr__(self):
        baudrate, bits, parity, stop, rxbuf = self._line
        if ESP8266:
            names = "baudrate=%d, bits=%d, parity=%s, stop=%d, rxbuf=%d, timeout=%d, timeout_char=%d"
            settings = names % (baudrate, bits, parity, stop, rxbuf, self._timeout, self._timeout_char)
        else:
            pins = ", ".join("%s=%d" % (name, number(self._settings[name])) for name in ("tx", "rx", "rts", "cts"))
            names = "baudrate=%d, bits=%d, parity=%s, stop=%d, %s, txbuf=%d, rxbuf=%d, timeout=%d, timeout_char=%d"
            line = (baudrate, bits, parity, stop, pins, self._settings["txbuf"], rxbuf)
            settings = names % (line + (self._timeout, self._timeout_char))
        return "UART(%d, %s)" % (self._id, settings)

    # Called when something has come: here a whole message comes at once, so that all triggers are one.
    def irq(self, handler=None, trigger=0, hard=False):
        if trigger & ~(UART.IRQ_RX | UART.IRQ_RXIDLE | UART.IRQ_BREAK):
            raise ValueError("trigger 0x%04x unsupported" % trigger)
        irq = UART._irqs[self._id] = _UartIrq(self, handler, trigger)
        ask(_calls.UART_IRQ, self._id, 1 if handler is not None and trigger & ~UART.IRQ_BREAK else 0)
        return irq

    # For select.poll: 1 can be read, 4 can be written.
    def ioctl(self, request, arg):
        return arg & (5 if self.any() else 4) if request == 3 else -22
