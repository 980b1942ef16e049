# OLED displays of 128 pixels in a line on I2C: SSD1306 and SH1106, page by page. All of `framebuf` draws, `show()` shows.
import framebuf

_START = (0xAE, 0xA1, 0xC8, 0xA6, 0x40, 0xD3, 0x00, 0xD5, 0x80, 0xD9, 0xF1, 0xDB, 0x30, 0x81, 0xFF)


class Oled(framebuf.FrameBuffer):
    def __init__(self, i2c, height, address, left, on):
        self._i2c = i2c
        self._address = address
        self._left = left
        self._pages = height // 8
        self._buffer = bytearray(128 * self._pages)
        super().__init__(self._buffer, 128, height, framebuf.MONO_VLSB)
        self._command(*_START, 0xA8, height - 1, 0xDA, 0x12 if height == 64 else 0x02, *on)
        self.show()

    def _command(self, *commands):
        self._i2c.writeto(self._address, b"\x00" + bytes(commands))

    def show(self):
        for page in range(self._pages):
            self._command(0xB0 | page, 0x10 | self._left >> 4, self._left & 15)
            line = memoryview(self._buffer)[128 * page : 128 * page + 128]
            self._i2c.writevto(self._address, (b"\x40", line))


class SSD1306(Oled):
    def __init__(self, i2c, height=64, address=0x3C):
        super().__init__(i2c, height, address, 0, (0x20, 0x02, 0x8D, 0x14, 0xAF))


class SH1106(Oled):
    def __init__(self, i2c, height=64, address=0x3C):
        super().__init__(i2c, height, address, 2, (0xAD, 0x8B, 0xAF))
