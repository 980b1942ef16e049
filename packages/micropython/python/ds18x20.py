# DS18B20 thermometers on a 1-Wire bus.
from struct import unpack
from _bridge import query
from _calls import ONEWIRE_TEMPERATURE


class DS18X20:
    def __init__(self, onewire):
        self.ow = onewire
        self._measured = {}

    def scan(self):
        return self.ow.scan()

    def convert_temp(self):
        self.ow.reset(True)
        for rom in self.ow.scan():
            celsius = query(ONEWIRE_TEMPERATURE, self.ow.pin._id, data=rom)
            self._measured[bytes(rom)] = unpack("<d", celsius)[0]

    # Degrees Celsius of the last conversion, in its steps; 85 before the first.
    def read_temp(self, rom):
        if rom not in self.ow.scan():
            raise Exception("CRC error")
        return round(self._measured.get(bytes(rom), 85) * 16) / 16
