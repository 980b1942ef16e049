# A BH1750 on I2C: light in lux.
from time import sleep_ms


class BH1750:
    def __init__(self, i2c, address=0x23):
        self._i2c = i2c
        self._address = address

    # Measures once, and switches itself off.
    def read(self):
        self._i2c.writeto(self._address, b"\x20")
        sleep_ms(180)
        data = self._i2c.readfrom(self._address, 2)
        return (data[0] << 8 | data[1]) / 1.2
