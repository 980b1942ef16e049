# An SHT30, SHT31 or SHT35 on I2C: temperature (degrees Celsius) and humidity (per cent).
from time import sleep_ms


# The checksum of two bytes (datasheet, 4.12).
def crc(data):
    value = 0xFF
    for byte in data:
        value ^= byte
        for _ in range(8):
            value = (value << 1 ^ 0x31 if value & 0x80 else value << 1) & 0xFF
    return value


class SHT3x:
    def __init__(self, i2c, address=0x44):
        self._i2c = i2c
        self._address = address

    # Measures once. Returns temperature and humidity.
    def read(self):
        self._i2c.writeto(self._address, b"\x24\x00")
        sleep_ms(16)
        data = self._i2c.readfrom(self._address, 6)
        if crc(data[0:2]) != data[2] or crc(data[3:5]) != data[5]:
            raise OSError("checksum")
        temperature = -45 + 175 * (data[0] << 8 | data[1]) / 65535
        return temperature, 100 * (data[3] << 8 | data[4]) / 65535
