"""The air between the radios of mac80211_hwsim, as a program: frames get lost, for each receiver by a draw of its own, and
are repeated with their Retry bit set until an acknowledgement comes back, which may get lost too.

    medium.py LOSS [SEED]    prints "ready"; on SIGTERM how many frames it repeated after they had been heard

The netlink interface: include/uapi of drivers/net/wireless/virtual/mac80211_hwsim.h in Linux. A radio whose station is
02:00:00:00:NN:00 is known to it as 42:00:00:00:NN:00.
"""

import random
import signal
import socket
import struct
import sys

NETLINK_GENERIC, GENL_ID_CTRL, CTRL_CMD_GETFAMILY, CTRL_ATTR_FAMILY_ID, CTRL_ATTR_FAMILY_NAME = 16, 16, 3, 1, 2
NLM_F_REQUEST = 1
CMD_REGISTER, CMD_FRAME, CMD_TX_INFO_FRAME = 1, 2, 3
ADDR_RECEIVER, ADDR_TRANSMITTER, FRAME, FLAGS, RX_RATE, SIGNAL, TX_INFO, COOKIE, FREQ = 1, 2, 3, 4, 5, 6, 7, 8, 19
FLAG_NO_ACK, FLAG_STAT_ACK = 2, 4
RADIOS = [bytes([0x42, 0, 0, 0, number, 0]) for number in range(2)]
ATTEMPTS = 7
RSSI = -60


def attribute(kind, value):
    return struct.pack("<HH", 4 + len(value), kind) + value + bytes(-len(value) % 4)


def attributes(data):
    found, at = {}, 0
    while at + 4 <= len(data):
        length, kind = struct.unpack_from("<HH", data, at)
        if length < 4:
            break
        found[kind & 0x3FFF] = data[at + 4 : at + length]
        at += (length + 3) & ~3
    return found


class Medium:
    def __init__(self, loss, seed):
        self.loss, self.random, self.repeated = loss, random.Random(seed), 0
        self.netlink = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_GENERIC)
        self.netlink.bind((0, 0))
        self.netlink.setsockopt(socket.SOL_SOCKET, 33, 8 << 20)  # SO_RCVBUFFORCE
        self.send(GENL_ID_CTRL, CTRL_CMD_GETFAMILY, attribute(CTRL_ATTR_FAMILY_NAME, b"MAC80211_HWSIM\0"))
        self.family = struct.unpack("<H", attributes(self.netlink.recv(65536)[20:])[CTRL_ATTR_FAMILY_ID])[0]
        self.send(self.family, CMD_REGISTER, b"")

    def send(self, kind, command, body):
        header = struct.pack("<IHHII", 20 + len(body), kind, NLM_F_REQUEST, 0, 0)
        self.netlink.send(header + struct.pack("<BBH", command, 1, 0) + body)

    def run(self):
        while True:
            message = self.netlink.recv(65536)
            if struct.unpack_from("<H", message, 4)[0] == self.family and message[16] == CMD_FRAME:
                self.transmit(attributes(message[20:]))

    def is_lost(self):
        return self.random.random() < self.loss

    def transmit(self, sent):
        """One frame that a radio sends: to the others, again and again, and its status to the radio."""
        frame, flags = bytearray(sent[FRAME]), struct.unpack("<I", sent[FLAGS])[0]
        rate = max(struct.unpack_from("b", sent[TX_INFO])[0], 0)
        destination = bytes([0x42]) + bytes(frame[5:10])
        once = frame[4] & 1 or flags & FLAG_NO_ACK
        acked, was_heard, attempt = False, False, 0
        while not acked and attempt < (1 if once else ATTEMPTS):
            attempt += 1
            if attempt > 1:
                frame[1] |= 0x08  # Retry
            for radio in RADIOS:
                if radio == sent[ADDR_TRANSMITTER] or self.is_lost():
                    continue
                self.deliver(radio, bytes(frame), rate, sent[FREQ])
                if radio == destination and frame[4] == 0x02:
                    self.repeated += was_heard
                    was_heard = True
                    acked = not once and not self.is_lost()
        status = flags | (FLAG_STAT_ACK if acked else 0)
        self.send(
            self.family,
            CMD_TX_INFO_FRAME,
            attribute(ADDR_TRANSMITTER, sent[ADDR_TRANSMITTER])
            + attribute(FLAGS, struct.pack("<I", status))
            + attribute(SIGNAL, struct.pack("<i", RSSI))
            + attribute(TX_INFO, struct.pack("bB", rate, attempt) + sent[TX_INFO][2:])
            + attribute(COOKIE, sent[COOKIE]),
        )

    def deliver(self, radio, frame, rate, frequency):
        self.send(
            self.family,
            CMD_FRAME,
            attribute(ADDR_RECEIVER, radio)
            + attribute(FRAME, frame)
            + attribute(RX_RATE, struct.pack("<I", rate))
            + attribute(SIGNAL, struct.pack("<i", RSSI))
            + attribute(FREQ, frequency),
        )


medium = Medium(float(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 1)


def report(*_):
    print(f"{medium.repeated} repeated", flush=True)
    sys.exit(0)


signal.signal(signal.SIGTERM, report)
print("ready", flush=True)
medium.run()
