from _bridge import ask
from _calls import MACHINE_BOARD

ESP8266 = ask(MACHINE_BOARD) == 1
