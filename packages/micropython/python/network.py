# Wi-Fi by MicroPython's documentation of the module, as far as ESP-NOW programs go. The interfaces, and the access point
# if the board has one in reach, are the host's (src/parts/wlan-part.ts).
from struct import unpack
from time import ticks_diff, ticks_ms
import _calls
from _bridge import ask, call_host, query, wait

STA_IF = 0
AP_IF = 1
MODE_11B = 1
MODE_11G = 2
MODE_11N = 4
MODE_LR = 8
AUTH_OPEN = 0
AUTH_WEP = 1
AUTH_WPA_PSK = 2
AUTH_WPA2_PSK = 3
AUTH_WPA_WPA2_PSK = 4
AUTH_WPA2_ENTERPRISE = 5
AUTH_WPA3_PSK = 6
AUTH_WPA2_WPA3_PSK = 7
AUTH_WAPI_PSK = 8
AUTH_OWE = 9

_IS_ESP32 = call_host(_calls.MACHINE_BOARD, 0, 0, 0, 0) == 0
# What the host calls the states of a station, by its numbers, which are those of an ESP32.
if _IS_ESP32:
    STAT_IDLE = 1000
    STAT_CONNECTING = 1001
    STAT_GOT_IP = 1010
    STAT_BEACON_TIMEOUT = 200
    STAT_NO_AP_FOUND = 201
    STAT_WRONG_PASSWORD = 202
    STAT_ASSOC_FAIL = 203
    STAT_HANDSHAKE_TIMEOUT = 204
    _STATES = {}
else:
    STAT_IDLE, STAT_CONNECTING, STAT_WRONG_PASSWORD, STAT_NO_AP_FOUND, STAT_CONNECT_FAIL, STAT_GOT_IP = range(6)
    _STATES = {1000: STAT_IDLE, 1001: STAT_CONNECTING, 1010: STAT_GOT_IP, 201: STAT_NO_AP_FOUND, 202: STAT_WRONG_PASSWORD}
    MODE_11N = 3
    _phy_mode = MODE_11N

    # What an ESP8266 sends with is no matter here.
    def phy_mode(mode=None):
        global _phy_mode
        if mode is None:
            return _phy_mode
        _phy_mode = mode


_ASK = -1
# Thirteen channels, 120 ms each: what a scan of an ESP32 takes.
_SCAN_MS = 1560
_NO_ADDRESS = "0.0.0.0"
_GATEWAY = "192.168.4.1"
_MASK = "255.255.255.0"

_interfaces = {}
_hostname = "mpy-esp32"
_country = "XX"
_dns = _NO_ADDRESS


def _state():
    status = ask(_calls.WLAN_STATUS)
    return _STATES.get(status, status)


def hostname(name=None):
    global _hostname
    if name is None:
        return _hostname
    if len(name) > 32:
        raise ValueError
    _hostname = name


def country(code=None):
    global _country
    if code is None:
        return _country
    if len(code) != 2:
        raise ValueError
    _country = code.upper()


def ipconfig(param=None, **settings):
    global _dns
    if param is not None:
        return {"dns": _dns, "prefer": 4}[param]
    _dns = settings.get("dns", _dns)


# Settings that a simulated radio has no use for are kept, for programs that read them back.
_KEPT = ("pm", "reconnects", "authmode", "hidden", "max_clients", "password")
# What ESP-IDF refuses while Wi-Fi is not started: ESP_ERR_WIFI_NOT_STARTED of esp_wifi_set_channel, esp_wifi_set_protocol
# and esp_wifi_set_max_tx_power.
_NEED_START = ("channel", "protocol", "txpower")
_SYNONYMS = {"essid": "ssid", "security": "authmode", "key": "password", "dhcp_hostname": "hostname"}


class WLAN:
    IF_STA = STA_IF
    IF_AP = AP_IF
    PM_NONE = 0
    PM_PERFORMANCE = 1
    PM_POWERSAVE = 2
    PROTOCOL_DEFAULT = MODE_11B | MODE_11G | MODE_11N
    PROTOCOL_LR = MODE_LR
    SEC_OPEN = AUTH_OPEN
    SEC_WEP = AUTH_WEP
    SEC_WPA = AUTH_WPA_PSK
    SEC_WPA2 = AUTH_WPA2_PSK
    SEC_WPA_WPA2 = AUTH_WPA_WPA2_PSK
    SEC_WPA2_ENT = AUTH_WPA2_ENTERPRISE
    SEC_WPA3 = AUTH_WPA3_PSK
    SEC_WPA2_WPA3 = AUTH_WPA2_WPA3_PSK
    SEC_WAPI = AUTH_WAPI_PSK
    SEC_OWE = AUTH_OWE

    def __new__(cls, interface_id=STA_IF):
        if interface_id not in _interfaces:
            ask(_calls.WLAN_ACTIVE, interface_id, _ASK)
            wlan = object.__new__(cls)
            wlan._id = interface_id
            wlan._ssid = ""
            wlan._kept = {"pm": 1, "reconnects": -1, "authmode": 0, "hidden": False, "max_clients": 10}
            wlan._static = None
            _interfaces[interface_id] = wlan
        return _interfaces[interface_id]

    def __repr__(self):
        return "<WLAN>"

    def active(self, is_active=None):
        if is_active is not None:
            ask(_calls.WLAN_ACTIVE, self._id, 1 if is_active else 0)
        return bool(ask(_calls.WLAN_ACTIVE, self._id, _ASK))

    def connect(self, ssid=None, key=None, *, bssid=None):
        self._require("STA required", STA_IF)
        if not self.active():
            raise OSError("Wifi Not Started")
        if ssid is not None:
            self._ssid = ssid
            self._kept["password"] = key or ""
        network = self._ssid + "\0" + self._kept.get("password", "")
        ask(_calls.WLAN_CONNECT, self._kept["reconnects"], data=network)

    def disconnect(self):
        ask(_calls.WLAN_DISCONNECT)

    def isconnected(self):
        return self._id == STA_IF and _state() == STAT_GOT_IP

    def status(self, param=None):
        if param is None:
            return _state() if self._id == STA_IF else STAT_IDLE
        if param == "rssi" and self._id == STA_IF:
            if not self.isconnected():
                raise OSError("Wifi Not Connected")
            return unpack("6sBbB", query(_calls.WLAN_SCAN))[2]
        if param == "stations" and self._id == AP_IF:
            return []
        raise ValueError("unknown status param")

    # [(ssid, bssid, channel, rssi, security, hidden)]
    def scan(self):
        self._require("STA required", STA_IF)
        if not self.active():
            raise RuntimeError("STA must be active")
        ask(_calls.WLAN_SWEEP)
        start = ticks_ms()
        while ticks_diff(ticks_ms(), start) < _SCAN_MS:
            wait(_SCAN_MS - ticks_diff(ticks_ms(), start))
        found = query(_calls.WLAN_SCAN)
        if not found:
            return []
        bssid, channel, rssi, authmode = unpack("6sBbB", found)
        return [(found[9:], bssid, channel, rssi, authmode, False)]

    def ifconfig(self, config=None):
        if config is None:
            address, mask, gateway = self._addresses()
            return (address, mask, gateway, _dns if _dns != _NO_ADDRESS else gateway)
        if config == "dhcp":
            self._static = None
        else:
            address, mask, gateway, dns = config
            self._static = (address, mask, gateway)
            ipconfig(dns=dns)

    def ipconfig(self, param=None, **settings):
        address, mask, gateway = self._addresses()
        values = {
            "addr4": (address, mask),
            "gw4": gateway,
            "dhcp4": self._static is None,
            "has_dhcp4": self.isconnected() and self._static is None,
            "addr6": [],
            "autoconf6": True,
            "has_autoconf6": False,
        }
        if param is not None:
            if param not in values:
                raise ValueError("unknown config param")
            return values[param]
        if "addr4" in settings:
            address, mask = self._split(settings["addr4"], mask)
        if "addr4" in settings or "gw4" in settings:
            self._static = (address, mask, settings.get("gw4", gateway))
        if settings.get("dhcp4"):
            self._static = None

    def config(self, *args, **settings):
        if args and settings:
            raise TypeError("either pos or kw args are allowed")
        if not settings:
            if len(args) != 1:
                raise TypeError("can query only one param")
            return self._read(_SYNONYMS.get(args[0], args[0]))
        for name, value in settings.items():
            self._write(_SYNONYMS.get(name, name), value)

    def _read(self, name):
        if name == "mac":
            return query(_calls.WLAN_MAC, self._id)
        if name == "channel":
            return ask(_calls.WLAN_CHANNEL, _ASK)
        if name == "txpower":
            return ask(_calls.WLAN_TXPOWER, _ASK) / 4
        if name == "protocol":
            return ask(_calls.WLAN_PROTOCOL, self._id, _ASK)
        if name == "ssid" and self._id == AP_IF and not self._ssid:
            return ("ESP_%02X%02X%02X" if _IS_ESP32 else "MicroPython-%02x%02x%02x") % tuple(self.config("mac")[3:])
        if name == "ssid":
            return self._ssid
        if name == "hostname":
            return hostname()
        if name not in _KEPT or name == "password":
            raise ValueError("unknown config param")
        self._require_for(name)
        return self._kept[name]

    def _write(self, name, value):
        if name in _NEED_START and _IS_ESP32 and not any(ask(_calls.WLAN_ACTIVE, i, _ASK) for i in (STA_IF, AP_IF)):
            raise OSError("Wifi Not Started")
        if name == "mac":
            mac = bytes(memoryview(value))
            if len(mac) != 6:
                raise ValueError("invalid buffer length")
            ask(_calls.WLAN_SET_MAC, self._id, data=mac)
        elif name == "channel":
            ask(_calls.WLAN_CHANNEL, value)
        elif name == "txpower":
            ask(_calls.WLAN_TXPOWER, int(value * 4))
        elif name == "protocol":
            if value & MODE_LR and not _IS_ESP32:
                raise ValueError("an ESP8266 has no long range")
            ask(_calls.WLAN_PROTOCOL, self._id, value)
        elif name == "ssid":
            self._require("AP required", AP_IF)
            self._ssid = value if isinstance(value, str) else str(value, "utf8")
        elif name == "hostname":
            hostname(value)
        elif name not in _KEPT:
            raise ValueError("unknown config param")
        else:
            self._require_for(name)
            self._kept[name] = value

    def _addresses(self):
        if self._id == AP_IF:
            return self._static or (_GATEWAY, _MASK, _GATEWAY)
        if self._static:
            return self._static
        if not self.isconnected():
            return (_NO_ADDRESS,) * 3
        return ".".join(str(byte) for byte in query(_calls.NET_ADDRESS)), _MASK, _GATEWAY

    # An address with its mask: a pair, or text like "192.168.4.7/24".
    def _split(self, address, mask):
        if not isinstance(address, str):
            return address
        if "/" in address:
            address, bits = address.split("/")
            word = 0xFFFFFFFF << (32 - int(bits)) & 0xFFFFFFFF
            mask = ".".join(str(word >> shift & 0xFF) for shift in (24, 16, 8, 0))
        return address, mask

    # Settings of one of the interfaces only.
    def _require_for(self, name):
        if name == "reconnects":
            self._require("STA required", STA_IF)
        elif name in ("authmode", "hidden", "max_clients", "password"):
            self._require("AP required", AP_IF)

    def _require(self, message, interface):
        if self._id != interface:
            raise OSError(message)
