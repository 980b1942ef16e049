# A 1-Wire bus. The thermometers on it are the board's (src/board/analog.ts); what a program says to them bit by bit is
# understood here, as the datasheet of the DS18B20 has it (Maxim 19-7487, Transaction Sequence).
from struct import unpack
from _bridge import query
from _calls import ONEWIRE_SCAN, ONEWIRE_TEMPERATURE

_CONVERT, _WRITE_SCRATCHPAD, _READ_SCRATCHPAD, _READ_ROM = 0x44, 0x4E, 0xBE, 0x33
_ROM_LENGTH = 8
# What the scratchpad of a DS18B20 has after power on: 85 degrees, its alarms, 12 bits.
_POWER_ON = b"\x50\x05\x4b\x46\x7f\xff\x0c\x10"
_CONFIGURATION = 4

# The scratchpads of the thermometers that a program has spoken to.
_scratchpads = {}


class OneWireError(Exception):
    pass


def _crc8(data):
    crc = 0
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ 0x8C if crc & 1 else crc >> 1
    return crc


# What is on a wire, from its reset on: it takes bytes, and answers with bits.
class _Slaves:
    def __init__(self, pin):
        self._pin = pin
        self.roms = []
        self.reset()

    def reset(self):
        codes = query(ONEWIRE_SCAN, self._pin)
        self.roms = [codes[at : at + _ROM_LENGTH] for at in range(0, len(codes), _ROM_LENGTH)]
        self._selected = []
        self._take = self._rom_command
        self._taken = b""
        self._answer = b""
        self._written = self._read = 1  # bits of a byte that is not whole, the low one first, behind a 1
        return len(self.roms) > 0

    def write_bit(self, bit):
        self._written = self._written << 1 | (1 if bit else 0)
        if self._written > 0xFF:
            bits, self._written = self._written, 1
            self.write(sum((bits >> 7 - i & 1) << i for i in range(8)))

    def read_bit(self):
        if self._read == 1:
            self._read = self.read() | 0x100
        bit = self._read & 1
        self._read >>= 1
        return bit

    def write(self, byte):
        self._take(byte)

    # A wire that nobody pulls down is high.
    def read(self):
        byte, self._answer = self._answer[:1], self._answer[1:]
        return byte[0] if byte else 0xFF

    def _ignore(self, byte):
        pass

    def _rom_command(self, byte):
        if byte == OneWire.SKIP_ROM:
            self._select(self.roms)
        elif byte == OneWire.MATCH_ROM:
            self._take = self._matched
        elif byte == _READ_ROM and len(self.roms) == 1:
            self._answer = self.roms[0]
            self._select(self.roms)

    def _matched(self, byte):
        self._taken += bytes((byte,))
        if len(self._taken) == _ROM_LENGTH:
            self._select([rom for rom in self.roms if rom == self._taken])

    def _select(self, roms):
        self._selected = roms
        self._taken = b""
        self._take = self._command

    def _command(self, byte):
        self._take = self._ignore
        if byte == _CONVERT:
            for rom in self._selected:
                self._convert(rom)
        elif byte == _WRITE_SCRATCHPAD:
            self._take = self._settings
        elif byte == _READ_SCRATCHPAD and self._selected:
            scratchpad = self._scratchpad(self._selected[0])
            self._answer = bytes(scratchpad) + bytes((_crc8(scratchpad),))

    def _settings(self, byte):
        self._taken += bytes((byte,))
        if len(self._taken) == 3:
            for rom in self._selected:
                self._scratchpad(rom)[2:5] = self._taken
            self._take = self._ignore

    def _scratchpad(self, rom):
        return _scratchpads.setdefault((self._pin, rom), bytearray(_POWER_ON))

    # In sixteenths of a degree; with fewer bits the lowest are 0 here, where they are undefined.
    def _convert(self, rom):
        scratchpad = self._scratchpad(rom)
        celsius = unpack("<d", query(ONEWIRE_TEMPERATURE, self._pin, data=rom))[0]
        unused = 3 - (scratchpad[_CONFIGURATION] >> 5 & 3)
        steps = round(celsius * 16) >> unused << unused
        scratchpad[0] = steps & 0xFF
        scratchpad[1] = steps >> 8 & 0xFF


class OneWire:
    SEARCH_ROM = 0xF0
    MATCH_ROM = 0x55
    SKIP_ROM = 0xCC

    def __init__(self, pin):
        self.pin = pin
        self._slaves = _Slaves(pin._id)

    # The ROM codes of what is on the bus.
    def scan(self):
        self._slaves.reset()
        return [bytearray(rom) for rom in self._slaves.roms]

    def reset(self, required=False):
        present = self._slaves.reset()
        if required and not present:
            raise OneWireError
        return present

    def readbit(self):
        return self._slaves.read_bit()

    def readbyte(self):
        return self._slaves.read()

    def readinto(self, buf):
        for i in range(len(buf)):
            buf[i] = self._slaves.read()

    def writebit(self, value):
        self._slaves.write_bit(value)

    def writebyte(self, value):
        self._slaves.write(value)

    def write(self, buf):
        for byte in buf:
            self._slaves.write(byte)

    def select_rom(self, rom):
        self.reset()
        self.writebyte(OneWire.MATCH_ROM)
        self.write(rom)

    def crc8(self, data):
        return _crc8(data)
