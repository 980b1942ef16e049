# Waters a plant: when the soil is dry the pump runs, in short bursts, until it is wet, or the tank is empty.
import time
from machine import ADC, Pin

DRY, WET = 20_000, 40_000
BURST_MS = 2000
CHECK_MS = 60_000

soil = ADC(Pin(34))
tank = Pin(27, Pin.IN, Pin.PULL_UP)  # a float switch: closed while there is water
pump = Pin(26, Pin.OUT, value=0)


def water():
    bursts = 0
    while soil.read_u16() < WET and bursts < 10:
        if tank.value():
            print("the tank is empty")
            return
        pump(1)
        time.sleep_ms(BURST_MS)
        pump(0)
        bursts += 1
        time.sleep_ms(5000)  # it seeps away
    print("watered", bursts, "times, soil", soil.read_u16())


while True:
    if soil.read_u16() < DRY:
        water()
    time.sleep_ms(CHECK_MS)
