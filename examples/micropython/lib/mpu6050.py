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
