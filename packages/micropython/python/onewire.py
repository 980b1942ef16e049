# A 1-Wire bus: the thermometers on it are those that a test has put there (see ds18x20.py).
from _bridge import query
from _calls import ONEWIRE_SCAN


class OneWireError(Exception):
    pass


class OneWire:
    def __init__(self, pin):
        self.pin = pin

    # The ROM codes of what is on the bus.
    def scan(self):
        codes = query(ONEWIRE_SCAN, self.pin._id)
        return [bytearray(codes[at : at + 8]) for at in range(0, len(codes), 8)]

    def reset(self, required=False):
        present = len(self.scan()) > 0
        if required and not present:
            raise OneWireError
        return present
