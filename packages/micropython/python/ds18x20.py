# DS18B20 thermometers on a 1-Wire bus (Maxim 19-7487).
_CONVERT, _READ_SCRATCHPAD, _WRITE_SCRATCHPAD = 0x44, 0xBE, 0x4E
_FAMILIES = (0x10, 0x22, 0x28)


class DS18X20:
    def __init__(self, onewire):
        self.ow = onewire
        self.buf = bytearray(9)

    def scan(self):
        return [rom for rom in self.ow.scan() if rom[0] in _FAMILIES]

    def convert_temp(self):
        self.ow.reset(True)
        self.ow.writebyte(self.ow.SKIP_ROM)
        self.ow.writebyte(_CONVERT)

    # Temperature, alarms, configuration, and a checksum: nine bytes.
    def read_scratch(self, rom):
        self._command(rom, _READ_SCRATCHPAD)
        self.ow.readinto(self.buf)
        if self.ow.crc8(self.buf):
            raise Exception("CRC error")
        return self.buf

    # Alarms and configuration: three bytes. The configuration sets the resolution: 0x1f for 9 bits, 0x7f for 12.
    def write_scratch(self, rom, buf):
        self._command(rom, _WRITE_SCRATCHPAD)
        self.ow.write(buf)

    # Degrees Celsius of the last conversion; 85 before the first.
    def read_temp(self, rom):
        scratchpad = self.read_scratch(rom)
        steps = scratchpad[1] << 8 | scratchpad[0]
        return (steps - (0x10000 if steps & 0x8000 else 0)) / 16

    def _command(self, rom, command):
        self.ow.reset(True)
        self.ow.select_rom(rom)
        self.ow.writebyte(command)
