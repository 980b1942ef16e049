# What the agent finds on a board, as far as it uses it: a line that was recorded before, and modules that note what is
# asked of them in LOG. Time goes by only while the agent waits for the line.
import sys
from binascii import unhexlify

LOG = []


class Module:
    pass


class Line:
    said = unhexlify(SAID)  # the host's
    at = 0
    heard = b''  # the agent's

    def readinto(self, b):
        b[0] = self.said[self.at]
        self.at += 1
        return 1

    def write(self, b):
        self.heard += b


class Poll:
    def __init__(self):
        self.stations = []

    def register(self, what, flags):
        self.stations.append(what)

    def ipoll(self, ms):
        if line.at < len(line.said):
            return iter((1,))
        if any(isinstance(one, ESPNow) and one.inbox for one in self.stations):
            return iter((2,))
        time.now += ms
        return iter(())


class Time:
    now = 1000

    def ticks_ms(self):
        return self.now

    def ticks_diff(self, a, b):
        return a - b


class WLAN:
    def __init__(self, i):
        self.i = i
        self.on = False

    def active(self, *args):
        if args:
            self.on = args[0]
            LOG.append('wlan {} {}'.format(self.i, self.on))
        return self.on

    def config(self, *args, **settings):
        if args:
            return bytes((2, 0, 0, 0, 0, self.i))
        LOG.append('wlan {} {}'.format(self.i, settings))

    def disconnect(self):
        LOG.append('disconnect')


class ESPNow:
    peers_table = {}
    on = False
    inbox = [(b'\2\0\0\0\0\7', b'hello\0there', -40, 995)] * MESSAGES

    def active(self, *args):
        if args:
            self.on = args[0]
            LOG.append('active {}'.format(self.on))
        return self.on

    def config(self, **settings):
        LOG.append('espnow {}'.format(settings))

    def set_pmk(self, pmk):
        LOG.append('pmk {}'.format(pmk[0]))

    def add_peer(self, mac, lmk, channel, ifidx, encrypt):
        LOG.append('add {} {} {} {} {}'.format(mac[5], lmk and lmk[0], channel, ifidx, encrypt))

    def mod_peer(self, mac, lmk, channel, ifidx, encrypt):
        LOG.append('mod {} {} {} {} {}'.format(mac[5], lmk and lmk[0], channel, ifidx, encrypt))

    def del_peer(self, mac):
        LOG.append('del {}'.format(mac[5]))
        if mac[5] == 99:
            raise OSError(-12393, 'ESP_ERR_ESPNOW_NOT_FOUND')

    def send(self, mac, msg, sync):
        LOG.append('send {} {} {} {}'.format(mac[5], len(msg), sum(i * b for i, b in enumerate(msg)), sync))
        return mac[5] != 99

    def stats(self):
        return tuple(COUNTED + n for n in (1, 2, 3, 4, 5))

    def recvinto(self, slot, timeout):
        if not self.inbox:
            return 0
        if len(self.inbox) == TOO_LONG:
            self.inbox.pop(0)
            raise ValueError('ESPNow.recv(): buffer error')
        slot[0], message, slot[2], slot[3] = self.inbox.pop(0)
        slot[1][: len(message)] = message
        return len(message)


line = Line()
time = Time()
board_sys = Module()
board_sys.stdin = board_sys.stdout = Module()
board_sys.stdin.buffer = line
select = Module()
select.poll = Poll
select.POLLIN = 1
network = Module()
network.WLAN = WLAN
espnow = Module()
espnow.ESPNow = ESPNow
espnow.MAX_DATA_LEN = 1470
for name, module in (('sys', board_sys), ('select', select), ('network', network), ('espnow', espnow), ('time', time)):
    sys.modules[name] = module
