# Color displays on SPI: ST7789 and ILI9341. A color is a number of 16 bits: color(255, 128, 0).
import framebuf
from struct import pack
from time import sleep_ms

_RESET, _WAKE, _INVERT, _ON = 0x01, 0x11, 0x21, 0x29
_COLUMNS, _ROWS, _WRITE, _ACCESS, _FORMAT = 0x2A, 0x2B, 0x2C, 0x36, 0x3A


def color(red, green, blue):
    return (red & 0xF8) << 8 | (green & 0xFC) << 3 | blue >> 3


class Display:
    def __init__(self, spi, dc, cs, reset, size, access, origin=(0, 0), inverted=False):
        self._spi = spi
        self._dc = dc
        self._cs = cs
        self.width, self.height = size
        self._left, self._top = origin
        for pin in (dc, cs, reset):
            if pin:
                pin.init(pin.OUT, value=1)
        if reset:
            for level in (0, 1):
                reset(level)
                sleep_ms(50)
        self._command(_RESET)
        sleep_ms(150)
        self._command(_WAKE)
        sleep_ms(120)
        self._command(_FORMAT, b"\x55")
        self._command(_ACCESS, bytes((access,)))
        if inverted:
            self._command(_INVERT)
        self.fill(0)
        self._command(_ON)

    def _command(self, command, data=b""):
        if self._cs:
            self._cs(0)
        self._dc(0)
        self._spi.write(bytes((command,)))
        if data:
            self._dc(1)
            self._spi.write(data)
        if self._cs:
            self._cs(1)

    # Writes pixels of two bytes each, line by line.
    def draw(self, x, y, width, height, pixels):
        x += self._left
        y += self._top
        self._command(_COLUMNS, pack(">HH", x, x + width - 1))
        self._command(_ROWS, pack(">HH", y, y + height - 1))
        self._command(_WRITE, pixels)

    def rect(self, x, y, width, height, color):
        line = bytes((color >> 8, color & 0xFF)) * width
        for row in range(y, y + height):
            self.draw(x, row, width, 1, line)

    def fill(self, color):
        self.rect(0, 0, self.width, self.height, color)

    # In the font of framebuf, eight by eight pixels a character.
    def text(self, text, x, y, color=0xFFFF, background=0):
        width = 8 * len(text)
        pixels = bytearray(16 * width)
        frame = framebuf.FrameBuffer(pixels, width, 8, framebuf.RGB565)
        frame.fill(_swapped(background))
        frame.text(text, 0, 0, _swapped(color))
        self.draw(x, y, width, 8, pixels)


# framebuf has the lower byte first, and displays take the higher one first.
def _swapped(color):
    return (color & 0xFF) << 8 | color >> 8


class ST7789(Display):
    def __init__(self, spi, dc, cs=None, reset=None, width=240, height=240, rotation=0):
        access = (0x00, 0x60, 0xC0, 0xA0)[rotation // 90]
        # Where the glass begins and ends in the memory of 240 columns and 320 rows.
        left, top = (52, 40) if width == 135 else ((240 - width) // 2, 0)
        right, bottom = 240 - width - left, 320 - height - top
        origin = ((left, top), (top, right), (right, bottom), (bottom, left))[rotation // 90]
        size = (width, height) if rotation % 180 == 0 else (height, width)
        super().__init__(spi, dc, cs, reset, size, access, origin, True)


class ILI9341(Display):
    def __init__(self, spi, dc, cs=None, reset=None, rotation=0):
        size = (240, 320) if rotation % 180 == 0 else (320, 240)
        super().__init__(spi, dc, cs, reset, size, (0x48, 0x28, 0x88, 0xE8)[rotation // 90])
