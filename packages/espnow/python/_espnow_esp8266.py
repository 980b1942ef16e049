from _espnow_esp32 import *
