# ESP-NOW by MicroPython's documentation of the module. Messages, peers and counters are the host's
# (src/parts/espnow-part.ts).
from _bridge import ask as _ask
from _calls import ESPNOW_BOARD as _BOARD
from _espnow import ADDR_LEN, KEY_LEN, MAX_DATA_LEN, MAX_ENCRYPT_PEER_NUM, MAX_TOTAL_PEER_NUM

if _ask(_BOARD) == 8266:
    from _espnow_esp8266 import ESPNow
else:
    from _espnow_esp32 import ESPNow

    RATE_1M = 0
    RATE_2M = 1
    RATE_5M = 2
    RATE_11M = 3
    RATE_24M = 9
    RATE_12M = 10
    RATE_6M = 11
    RATE_54M = 12
    RATE_LORA_250K = 41
    RATE_LORA_500K = 42
