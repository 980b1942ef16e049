from _bridge import ask

ESP8266 = ask("machine.board") == 1
