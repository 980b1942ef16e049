# Devices of an ESP32 that take what they are given, and that nobody hears; and the slot of a card.
from _bridge import ask, wait
from _calls import MACHINE_HAS_SD_CARD
from machine.pins import number
from machine.timers import Timer


class DAC:
    def __init__(self, pin):
        self._pin = number(pin)
        if self._pin not in (25, 26):
            raise ValueError("invalid Pin for DAC: it is 25 or 26")

    def write(self, value):
        if value < 0 or value > 255:
            raise ValueError("value out of range")

    def deinit(self):
        pass

    def __repr__(self):
        return "DAC(Pin(%d))" % self._pin


# Silence: it reads zeros. It takes as long as the sound would last.
class I2S:
    RX, TX = 1, 2
    MONO, STEREO = 0, 1

    def __init__(self, id, *, sck, ws, sd, mode, bits, format, rate, ibuf, mck=None):
        if id not in (0, 1):
            raise ValueError("I2S(%s) doesn't exist" % id)
        self._id = id
        self._handler = None
        self._timer = Timer(-1)
        self.init(sck=sck, ws=ws, sd=sd, mode=mode, bits=bits, format=format, rate=rate, ibuf=ibuf)

    def init(self, *, sck, ws, sd, mode, bits, format, rate, ibuf, mck=None):
        if bits not in (16, 32) or mode not in (I2S.RX, I2S.TX) or format not in (I2S.MONO, I2S.STEREO):
            raise ValueError("invalid bits, mode or format")
        self._bytes_per_ms = rate * bits // 8 * (2 if format == I2S.STEREO else 1) / 1000

    def deinit(self):
        self._timer.deinit()

    # From now on reads and writes return at once, and the handler is called when they are done.
    def irq(self, handler):
        self._handler = handler

    def _pass(self, length):
        ms = length / self._bytes_per_ms
        if self._handler is None:
            wait(ms)
        elif ms > 0:
            self._timer.init(mode=Timer.ONE_SHOT, period=max(1, round(ms)), callback=self._done)
        return length

    def _done(self, timer):
        self._handler(self)

    def write(self, buf):
        return self._pass(len(buf))

    def readinto(self, buf):
        buf[:] = bytes(len(buf))
        return self._pass(len(buf))

    @staticmethod
    def shift(*, buf, bits, shift):
        if bits not in (16, 32):
            raise ValueError("bits must be 16 or 32")
        step = bits // 8
        for at in range(0, len(buf), step):
            value = int.from_bytes(buf[at : at + step], "little")
            if value >> (bits - 1):
                value -= 1 << bits
            value = value << shift if shift >= 0 else value >> -shift
            buf[at : at + step] = (value & ((1 << bits) - 1)).to_bytes(step, "little")


# A card is mounted, and its files are read and written; its blocks are not there.
class SDCard:
    def __init__(self, slot=1, **kwargs):
        if slot not in range(4):
            raise ValueError("slot number must be between 0 and 3 inclusive")

    # Bytes of the card and of a block.
    def info(self):
        if not ask(MACHINE_HAS_SD_CARD):
            raise OSError(-0x107, "ESP_ERR_TIMEOUT")
        return (1 << 30, 512)

    def ioctl(self, op, arg):
        size, block = self.info()
        return size // block if op == 4 else block if op == 5 else 0

    def readblocks(self, block_num, buf, offset=0):
        self.info()
        raise NotImplementedError("SDCard: mount it with os.mount(); its blocks cannot be read or written here")

    writeblocks = readblocks

    def deinit(self):
        pass
