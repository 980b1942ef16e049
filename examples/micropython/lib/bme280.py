# A BME280 on I2C: temperature (degrees Celsius), pressure (hPa) and humidity (per cent), by the formulas of its
# datasheet (BST-BME280-DS002, 4.2.3). A BMP280 has no humidity.
from struct import unpack
from time import sleep_ms


class BME280:
    def __init__(self, i2c, address=0x76):
        self._i2c = i2c
        self._address = address
        chip = self._get(0xD0, 1)[0]
        if chip not in (0x58, 0x60):
            raise OSError("no BME280 at 0x%02x" % address)
        self._humid = chip == 0x60
        t_and_p = unpack("<HhhHhhhhhhhh", self._get(0x88, 24))
        self._t = t_and_p[:3]
        self._p = t_and_p[3:]
        if self._humid:
            h2, h3, high4, shared, high5, h6 = unpack("<hBbBbb", self._get(0xE1, 7))
            h4 = high4 << 4 | shared & 15
            h5 = high5 << 4 | shared >> 4
            self._h = (self._get(0xA1, 1)[0], h2, h3, h4, h5, h6)

    def _get(self, register, length):
        return self._i2c.readfrom_mem(self._address, register, length)

    def _set(self, register, value):
        self._i2c.writeto_mem(self._address, register, bytes((value,)))

    # Measures once. Returns temperature, pressure and humidity (None of a BMP280).
    def read(self):
        if self._humid:
            self._set(0xF2, 1)
        self._set(0xF4, 0x25)  # each once, forced
        sleep_ms(2)
        while self._get(0xF3, 1)[0] & 8:
            sleep_ms(1)
        d = self._get(0xF7, 8)
        raw_p = d[0] << 12 | d[1] << 4 | d[2] >> 4
        raw_t = d[3] << 12 | d[4] << 4 | d[5] >> 4
        fine = self._fine(raw_t)
        humidity = self._humidity(d[6] << 8 | d[7], fine) if self._humid else None
        return fine / 5120, self._pressure(raw_p, fine), humidity

    def _fine(self, raw):
        t1, t2, t3 = self._t
        return (raw / 16384 - t1 / 1024) * t2 + (raw / 131072 - t1 / 8192) ** 2 * t3

    def _pressure(self, raw, fine):
        p1, p2, p3, p4, p5, p6, p7, p8, p9 = self._p
        a = fine / 2 - 64000
        b = (a * a * p6 / 32768 + a * p5 * 2) / 4 + p4 * 65536
        a = (p3 * a * a / 524288 + p2 * a) / 524288
        a = (1 + a / 32768) * p1
        p = (1048576 - raw - b / 4096) * 6250 / a
        return (p + (p9 * p * p / 2147483648 + p * p8 / 32768 + p7) / 16) / 100

    def _humidity(self, raw, fine):
        h1, h2, h3, h4, h5, h6 = self._h
        a = fine - 76800
        a = (raw - (h4 * 64 + h5 / 16384 * a)) * (h2 / 65536 * (1 + h6 / 67108864 * a * (1 + h3 / 67108864 * a)))
        return min(100, max(0, a * (1 - h1 * a / 524288)))
