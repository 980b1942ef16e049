# The water of a heating: three DS18B20 on one wire. Names are told by ROM codes.
import time
import ds18x20
import onewire
from machine import Pin

NAMES = {"28ff641e0f000001": "flow", "28ff641e0f000002": "return", "28ff641e0f000003": "boiler"}
wire = ds18x20.DS18X20(onewire.OneWire(Pin(15)))

while True:
    roms = wire.scan()
    if roms:
        wire.convert_temp()
        time.sleep_ms(750)
    readings = {NAMES.get(bytes(rom).hex(), "unknown"): wire.read_temp(rom) for rom in roms}
    missing = [name for name in NAMES.values() if name not in readings]
    print(" ".join("%s %.1f" % reading for reading in sorted(readings.items())), *("no " + name for name in missing))
    time.sleep_ms(29_250)
