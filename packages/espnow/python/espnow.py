# ESP-NOW by MicroPython's documentation of the module. Messages, peers and counters are the host's
# (src/micropython/espnow-part.ts).
import _bridge

if _bridge.ask("espnow.board") == 8266:
    from _espnow_esp8266 import *
else:
    from _espnow_esp32 import *
