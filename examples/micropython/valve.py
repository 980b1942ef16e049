# The valve of a radiator: a stepper motor with four coils opens it as far as the thermostat's temperature is above that of
# the room. Where it stands is kept in NVS, because a motor does not know.
import time
import ds18x20
import esp32
import espnow
import network
import onewire
from machine import Pin

STEPS = 400  # from shut to open
COILS = (0b0001, 0b0011, 0b0010, 0b0110, 0b0100, 0b1100, 0b1000, 0b1001)  # half steps of a 28BYJ-48
STEP_MS = 2

pins = [Pin(id, Pin.OUT, value=0) for id in (14, 27, 26, 25)]
sensors = ds18x20.DS18X20(onewire.OneWire(Pin(15)))
nvs = esp32.NVS("valve")
try:
    at = nvs.get_i32("steps")
except OSError:
    at = 0


def drive(coils):
    for i, pin in enumerate(pins):
        pin.value(coils >> i & 1)


def go_to(steps):
    global at
    while at != steps:
        at += 1 if steps > at else -1
        drive(COILS[at % len(COILS)])
        time.sleep_ms(STEP_MS)
    drive(0)
    nvs.set_i32("steps", at)
    nvs.commit()


def temperature():
    sensors.convert_temp()
    time.sleep_ms(750)
    return sensors.read_temp(sensors.scan()[0])


network.WLAN(network.WLAN.IF_STA).active(True)
e = espnow.ESPNow()
e.active(True)
print("valve at", at)

while True:
    mac, msg = e.recv(-1)
    if len(msg) != 1:
        continue
    too_cold = msg[0] / 2 - temperature()
    target = max(0, min(STEPS, round(too_cold * STEPS / 5)))  # five degrees below: open
    try:
        e.add_peer(mac)
    except OSError as error:
        if error.args[1] != "ESP_ERR_ESPNOW_EXIST":
            raise
    e.send(mac, bytes((target * 100 // STEPS,)))  # before it goes there, which takes a second
    go_to(target)
    print("valve at", at)
