# Sensors of temperature (degrees Celsius) and relative humidity (per cent): they measure what a test says.
from errno import ETIMEDOUT
from struct import unpack
from _bridge import query
from _calls import DHT_READ


class DHTBase:
    def __init__(self, pin):
        self.pin = pin
        self._measured = (0, 0)

    def measure(self):
        measured = query(DHT_READ, self.pin._id)
        if not measured:
            raise OSError(ETIMEDOUT)
        self._measured = unpack("<dd", measured)

    def temperature(self):
        return self._rounded(0)

    def humidity(self):
        return self._rounded(1)

    def _rounded(self, i):
        return round(self._measured[i] * 10) / 10


class DHT22(DHTBase):
    pass


class DHT11(DHTBase):
    def _rounded(self, i):
        return round(self._measured[i])
