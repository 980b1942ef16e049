/** The address that the programs send to. */
export const GATEWAY = "02:00:00:00:00:fe";

const START = `
import json, espnow, machine, network, struct, time
network.WLAN(network.WLAN.IF_STA).active(True)
e = espnow.ESPNow()
e.active(True)
gateway = bytes.fromhex("${GATEWAY.replaceAll(":", "")}")
e.add_peer(gateway)
`;

/** Wakes up again and again, says what it measures, listens for 50 ms, and sleeps. */
export const sensor = (sleepMs: number): string => `${START}
counter = machine.RTC().memory()
count = (counter[0] if counter else 0) + 1
e.send(gateway, json.dumps({"temperature": 20 + count / 2, "battery": 87}))
mac, msg = e.recv(50)
if msg:
    print("woken up, told", msg.decode())
machine.RTC().memory(bytes([count % 100]))
time.sleep_ms(2)
machine.deepsleep(${sleepMs})
`;

/** A lamp that says what it is whenever it is told, and again and again. */
export const lamp = (everyMs: number): string => `${START}
lamp = machine.Pin(2, machine.Pin.OUT, value=0)
while True:
    e.send(gateway, json.dumps({"on": bool(lamp.value())}))
    mac, msg = e.recv(${everyMs})
    if msg:
        lamp.value(json.loads(msg)["on"])
        print("lamp", lamp.value())
`;

/** Publishes as micropython-mqtt does, asks for what waits, and sleeps. */
export const shed = (sleepMs: number): string => `${START}
def ask(*request):
    e.send(gateway, json.dumps(request))

def answer(timeout_ms):
    mac, msg = e.recv(timeout_ms)
    return msg and msg.decode()

count = machine.RTC().memory()
count = count[0] if count else 0
if count == 0:
    ask("shed/fan", 1)
ask("shed/count", str(count), True, 1)
print("published", count, answer(5000))
ask("get")
while True:
    text = answer(300)
    if text is None:
        break
    topic, message, retained = json.loads(text)
    print("told", topic, message)
machine.RTC().memory(bytes([count % 100 + 1]))
machine.deepsleep(${sleepMs})
`;

/** Sends the packets of ESPHome's packet_transport: a sensor and a binary sensor. */
export const door = (everyMs: number): string => `${START}
def padded(data):
    return data + bytes(-len(data) % 4)

is_open = False
while True:
    sensor = b"\\x02" + struct.pack("<f", 21.5) + b"\\x04temp"
    binary = b"\\x03" + bytes([is_open]) + b"\\x04open"
    e.send(gateway, padded(b"SE\\x04door") + padded(b"\\x01" + sensor + binary))
    is_open = not is_open
    time.sleep_ms(${everyMs})
`;
