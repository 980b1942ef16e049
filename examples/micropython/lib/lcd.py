# A character LCD (HD44780) behind a PCF8574 on I2C.
from time import sleep_ms

_DATA = 1
_ENABLE = 4
_LIGHT = 8


class LCD:
    def __init__(self, i2c, address=0x27, columns=16, lines=2):
        self._i2c = i2c
        self._address = address
        self._columns = columns
        self._lines = lines
        sleep_ms(50)
        for nibble in (3, 3, 3, 2):  # whatever it was in, it is in 4-bit mode then
            self._nibble(nibble << 4)
            sleep_ms(5)
        for command in (0x28, 0x0C, 0x06):
            self._byte(command, 0)
        self.clear()

    def _nibble(self, bits):
        self._i2c.writeto(self._address, bytes((bits | _LIGHT | _ENABLE, bits | _LIGHT)))

    def _byte(self, byte, kind):
        self._nibble(byte & 0xF0 | kind)
        self._nibble(byte << 4 & 0xF0 | kind)

    def clear(self):
        self._byte(0x01, 0)
        sleep_ms(2)

    # Draws a character of one's own, 0 to 7: eight lines of five dots, the highest bit at the left. chr(number) shows it.
    def draw(self, number, lines):
        self._byte(0x40 | number << 3, 0)
        for dots in lines:
            self._byte(dots, _DATA)

    # Writes a line, over all that is there.
    def line(self, number, text):
        self._byte(0x80 | (number & 1) * 0x40 + (number >> 1) * self._columns, 0)
        for character in (text + " " * self._columns)[: self._columns]:
            self._byte(ord(character), _DATA)
