# Wi-Fi interfaces by MicroPython's documentation of the module, as far as ESP-NOW programs go.
from _bridge import ask, query

STA_IF = 0
AP_IF = 1

_interfaces = {}


class WLAN:
    IF_STA = 0
    IF_AP = 1
    PM_NONE = 0
    PM_PERFORMANCE = 1
    PM_POWERSAVE = 2

    def __new__(cls, interface_id=STA_IF):
        if interface_id not in _interfaces:
            wlan = object.__new__(cls)
            wlan._number = interface_id
            ask("wlan.active", 0, interface_id, -1)
            _interfaces[interface_id] = wlan
        return _interfaces[interface_id]

    def active(self, is_active=None):
        return bool(ask("wlan.active", 0, self._number, -1 if is_active is None else 1 if is_active else 0))

    def config(self, *args, **kwargs):
        if args:
            if args[0] == "mac":
                return query("wlan.mac", b"", self._number)
            if args[0] == "channel":
                return ask("wlan.channel", 0, -1)
        for key, value in kwargs.items():
            if key == "channel":
                ask("wlan.channel", 0, value)

    def disconnect(self):
        pass

    def isconnected(self):
        return False
