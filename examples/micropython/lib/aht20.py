# An AHT20 on I2C: temperature (degrees Celsius) and humidity (per cent).
from time import sleep_ms

ADDRESS = 0x38


class AHT20:
    def __init__(self, i2c):
        self._i2c = i2c
        if not i2c.readfrom(ADDRESS, 1)[0] & 8:
            i2c.writeto(ADDRESS, b"\xbe\x08\x00")
            sleep_ms(10)

    # Measures once. Returns temperature and humidity.
    def read(self):
        self._i2c.writeto(ADDRESS, b"\xac\x33\x00")
        sleep_ms(80)
        while self._i2c.readfrom(ADDRESS, 1)[0] & 0x80:
            sleep_ms(5)
        d = self._i2c.readfrom(ADDRESS, 6)
        humidity = d[1] << 12 | d[2] << 4 | d[3] >> 4
        temperature = (d[3] & 15) << 16 | d[4] << 8 | d[5]
        return temperature * 200 / 1048576 - 50, humidity * 100 / 1048576
