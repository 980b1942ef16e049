# Forwards what its nodes send by ESP-NOW to an MQTT broker, and sends them what the broker says.
# Its Wi-Fi is on the access point's channel: its nodes have to be on that channel too.
import sys
import time
import espnow
import network
from umqtt.robust import MQTTClient

BROKER, PORT = sys.argv[1], int(sys.argv[2])

sta = network.WLAN(network.WLAN.IF_STA)
sta.active(True)
sta.config(pm=sta.PM_NONE)  # with power saving it misses most messages
sta.connect("home", "secret")
while not sta.isconnected():
    time.sleep_ms(100)
print("channel", sta.config("channel"))

e = espnow.ESPNow()
e.active(True)


def on_command(topic, msg):
    mac = bytes.fromhex(topic.decode().split("/")[1])
    try:
        e.add_peer(mac)
    except OSError:
        pass  # it is one
    print("command", msg.decode(), e.send(mac, msg))


mqtt = MQTTClient("espnow-gateway", BROKER, PORT, keepalive=60)
mqtt.set_last_will("espnow/gateway", "offline", retain=True)
mqtt.set_callback(on_command)
mqtt.connect()
mqtt.publish("espnow/gateway", "online", retain=True)
mqtt.subscribe("espnow/+/set")
print("connected")

while True:
    mac, msg = e.recv(100)
    if mac:
        mqtt.publish("espnow/%s" % mac.hex(), msg)
    mqtt.check_msg()
