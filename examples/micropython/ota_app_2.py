# What ota_sender.py sends: the lamp blinks quickly.
VERSION = 2


def step(lamp, ms):
    lamp.value(ms // 100 % 2)
