# An MPU6050 on I2C: acceleration (g), rotation (degrees a second), temperature (degrees Celsius).
from struct import unpack


class MPU6050:
    def __init__(self, i2c, address=0x68):
        self._i2c = i2c
        self._address = address
        if i2c.readfrom_mem(address, 0x75, 1)[0] != 0x68:
            raise OSError("no MPU6050 at 0x%02x" % address)
        i2c.writeto_mem(address, 0x6B, b"\x00")  # wakes it up

    # Returns acceleration (x, y, z), rotation (x, y, z) and temperature.
    def read(self):
        ax, ay, az, t, gx, gy, gz = unpack(">hhhhhhh", self._i2c.readfrom_mem(self._address, 0x3B, 14))
        return (ax / 16384, ay / 16384, az / 16384), (gx / 131, gy / 131, gz / 131), t / 340 + 36.53

    # Collects accelerations in the FIFO, `rate` times a second (4 to 1000).
    def collect(self, rate):
        for register, value in ((0x1A, 1), (0x19, 1000 // rate - 1), (0x23, 0x08), (0x6A, 0x44)):
            self._i2c.writeto_mem(self._address, register, bytes((value,)))

    # Returns what was collected, oldest first; None: the FIFO was full, and begins again.
    def collected(self):
        if self._i2c.readfrom_mem(self._address, 0x3A, 1)[0] & 0x10:
            self._i2c.writeto_mem(self._address, 0x6A, b"\x44")
            return None
        count = unpack(">H", self._i2c.readfrom_mem(self._address, 0x72, 2))[0] // 6
        data = self._i2c.readfrom_mem(self._address, 0x74, 6 * count) if count else b""
        return [tuple(g / 16384 for g in unpack(">hhh", data[i : i + 6])) for i in range(0, len(data), 6)]
