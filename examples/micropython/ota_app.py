# What ota_node.py does until it gets something newer: its lamp blinks slowly.
VERSION = 1


def step(lamp, ms):
    lamp.value(ms // 1000 % 2)
