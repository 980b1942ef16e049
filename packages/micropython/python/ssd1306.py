# The driver of SSD1306 displays that the firmware of an ESP8266 has; that of an ESP32 does not.
from machine.board import ESP8266

if not ESP8266:
    raise ImportError("no module named 'ssd1306'")

import framebuf
from time import sleep_ms

_CONTRAST, _ALL_ON, _INVERSE, _OFF, _ON = 0x81, 0xA4, 0xA6, 0xAE, 0xAF


class SSD1306(framebuf.FrameBuffer):
    def __init__(self, width, height, external_vcc):
        self.width = width
        self.height = height
        self.external_vcc = external_vcc
        self.pages = height // 8
        self.buffer = bytearray(self.pages * width)
        super().__init__(self.buffer, width, height, framebuf.MONO_VLSB)
        self.init_display()

    def init_display(self):
        pins = 0x02 if self.width > 2 * self.height else 0x12
        charge, pump = (0x22, 0x10) if self.external_vcc else (0xF1, 0x14)
        start = (0x20, 0x00, 0x40, 0xA1, 0xA8, self.height - 1, 0xC8, 0xD3, 0x00, 0xDA, pins, 0xD5, 0x80)
        for command in (_OFF,) + start + (0xD9, charge, 0xDB, 0x30, _CONTRAST, 0xFF, _ALL_ON, _INVERSE, 0x8D, pump, _ON):
            self.write_cmd(command)
        self.fill(0)
        self.show()

    def poweroff(self):
        self.write_cmd(_OFF)

    def poweron(self):
        self.write_cmd(_ON)

    def contrast(self, contrast):
        self.write_cmd(_CONTRAST)
        self.write_cmd(contrast)

    def invert(self, invert):
        self.write_cmd(_INVERSE | (invert & 1))

    def rotate(self, rotate):
        self.write_cmd(0xC0 | ((rotate & 1) << 3))
        self.write_cmd(0xA0 | (rotate & 1))

    # Narrow displays are in the middle of the memory.
    def show(self):
        first = (128 - self.width) // 2
        for command in (0x21, first, first + self.width - 1, 0x22, 0, self.pages - 1):
            self.write_cmd(command)
        self.write_data(self.buffer)


class SSD1306_I2C(SSD1306):
    def __init__(self, width, height, i2c, addr=0x3C, external_vcc=False):
        self.i2c = i2c
        self.addr = addr
        super().__init__(width, height, external_vcc)

    def write_cmd(self, cmd):
        self.i2c.writeto(self.addr, bytes((0x80, cmd)))

    def write_data(self, buf):
        self.i2c.writevto(self.addr, (b"\x40", buf))


class SSD1306_SPI(SSD1306):
    def __init__(self, width, height, spi, dc, res, cs, external_vcc=False):
        for pin, level in ((dc, 0), (res, 0), (cs, 1)):
            pin.init(pin.OUT, value=level)
        self.spi = spi
        self.dc = dc
        self.res = res
        self.cs = cs
        self.res(1)
        sleep_ms(1)
        self.res(0)
        sleep_ms(10)
        self.res(1)
        super().__init__(width, height, external_vcc)

    def _write(self, kind, buf):
        self.spi.init(baudrate=10 * 1024 * 1024, polarity=0, phase=0)
        self.cs(1)
        self.dc(kind)
        self.cs(0)
        self.spi.write(buf)
        self.cs(1)

    def write_cmd(self, cmd):
        self._write(0, bytes((cmd,)))

    def write_data(self, buf):
        self._write(1, buf)
