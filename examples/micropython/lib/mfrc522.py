# An MFRC522 reader on SPI or I2C: numbers of MIFARE cards, and their blocks.
from time import sleep_ms

_COMMAND, _COM_IRQ, _DIV_IRQ, _ERROR, _STATUS2, _FIFO, _LEVEL = 0x01, 0x04, 0x05, 0x06, 0x08, 0x09, 0x0A
_CONTROL, _FRAMING, _MODE, _TX_CONTROL, _TX_ASK = 0x0C, 0x0D, 0x11, 0x14, 0x15
_CRC_HIGH, _CRC_LOW, _T_MODE, _T_PRESCALER, _RELOAD_HIGH, _RELOAD_LOW = 0x21, 0x22, 0x2A, 0x2B, 0x2C, 0x2D
_IDLE, _CALC_CRC, _TRANSCEIVE, _AUTHENTICATE, _RESET = 0x00, 0x03, 0x0C, 0x0E, 0x0F


class _Reader:
    def _begin(self):
        self._set(_COMMAND, _RESET)
        sleep_ms(50)
        for register, value in ((_T_MODE, 0x8D), (_T_PRESCALER, 0x3E), (_RELOAD_LOW, 30), (_RELOAD_HIGH, 0)):
            self._set(register, value)
        self._set(_TX_ASK, 0x40)
        self._set(_MODE, 0x3D)
        self._set(_TX_CONTROL, self._get(_TX_CONTROL) | 3)  # the antenna is on

    # What the card answers; None: there is no card, or it says nothing.
    def _ask(self, data, bits=0, command=_TRANSCEIVE):
        self._set(_COMMAND, _IDLE)
        self._set(_COM_IRQ, 0x7F)
        self._set(_LEVEL, 0x80)
        for byte in data:
            self._set(_FIFO, byte)
        self._set(_COMMAND, command)
        self._set(_FRAMING, (0x80 if command == _TRANSCEIVE else 0) | bits)
        for _ in range(50):
            irq = self._get(_COM_IRQ)
            if irq & 0x31:
                break
            sleep_ms(1)
        self._set(_FRAMING, bits)
        if irq & 1 or not irq & 0x30 or self._get(_ERROR) & 0x1B:
            return None
        return bytes(self._get(_FIFO) for _ in range(self._get(_LEVEL)))

    def _with_crc(self, data):
        self._set(_COMMAND, _IDLE)
        self._set(_DIV_IRQ, 0x04)
        self._set(_LEVEL, 0x80)
        for byte in data:
            self._set(_FIFO, byte)
        self._set(_COMMAND, _CALC_CRC)
        while not self._get(_DIV_IRQ) & 4:
            sleep_ms(1)
        return data + bytes((self._get(_CRC_LOW), self._get(_CRC_HIGH)))

    # The number of the card that is held at the reader, and selected then; None: there is no card.
    def card(self):
        if self._ask(b"\x52", 7) is None:
            return None
        number = self._ask(b"\x93\x20")
        if number is None or len(number) != 5:
            return None
        if self._ask(self._with_crc(b"\x93\x70" + number)) is None:
            return None
        return number[:4]

    # Opens the sector of a block, with key A.
    def open(self, block, number, key=b"\xff" * 6):
        return self._ask(bytes((0x60, block)) + key + number, command=_AUTHENTICATE) is not None

    # 16 bytes; None where the sector is not open.
    def read(self, block):
        data = self._ask(self._with_crc(bytes((0x30, block))))
        return data and data[:16]

    def write(self, block, data):
        return self._ask(self._with_crc(bytes((0xA0, block)))) == b"\x0a" and self._ask(self._with_crc(data)) == b"\x0a"

    # Ends what was opened.
    def close(self):
        self._set(_STATUS2, self._get(_STATUS2) & ~8)


class MFRC522(_Reader):
    def __init__(self, spi, cs):
        self._spi = spi
        self._cs = cs
        cs.init(cs.OUT, value=1)
        self._begin()

    def _set(self, register, value):
        self._cs(0)
        self._spi.write(bytes((register << 1, value)))
        self._cs(1)

    def _get(self, register):
        self._cs(0)
        self._spi.write(bytes((0x80 | register << 1,)))
        value = self._spi.read(1)[0]
        self._cs(1)
        return value


class MFRC522_I2C(_Reader):
    def __init__(self, i2c, address=0x28):
        self._i2c = i2c
        self._address = address
        self._begin()

    def _set(self, register, value):
        self._i2c.writeto_mem(self._address, register, bytes((value,)))

    def _get(self, register):
        return self._i2c.readfrom_mem(self._address, register, 1)[0]
