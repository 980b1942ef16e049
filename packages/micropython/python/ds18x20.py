# DS18B20 thermometers on a 1-Wire bus.
from struct import unpack
from _bridge import call, reply


class DS18X20:
    def __init__(self, onewire):
        self.ow = onewire
        self._measured = {}

    def scan(self):
        return self.ow.scan()

    def convert_temp(self):
        self.ow.reset(True)
        for rom in self.ow.scan():
            call("onewire.temperature", rom, self.ow.pin._id)
            self._measured[bytes(rom)] = unpack("<d", reply())[0]

    # Degrees Celsius of the last conversion, in its steps; 85 before the first.
    def read_temp(self, rom):
        if rom not in self.ow.scan():
            raise Exception("CRC error")
        return round(self._measured.get(bytes(rom), 85) * 16) / 16
