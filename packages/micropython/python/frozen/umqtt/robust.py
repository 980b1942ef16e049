# The client that connects again by itself, by MicroPython's documentation of `umqtt.robust`.
import time

from . import simple


class MQTTClient(simple.MQTTClient):
    DELAY = 2
    DEBUG = False

    def delay(self, i):
        time.sleep(self.DELAY)

    def log(self, in_reconnect, e):
        if self.DEBUG:
            print("mqtt reconnect: %r" % e if in_reconnect else "mqtt: %r" % e)

    # Until it succeeds.
    def reconnect(self):
        attempt = 0
        while True:
            try:
                return super().connect(False)
            except OSError as e:
                self.log(True, e)
                attempt += 1
                self.delay(attempt)

    def publish(self, topic, msg, retain=False, qos=0):
        return self._insist(super().publish, topic, msg, retain, qos)

    def wait_msg(self):
        return self._insist(super().wait_msg)

    def check_msg(self, attempts=2):
        while attempts:
            try:
                return super().check_msg()
            except OSError as e:
                self.log(False, e)
            self.reconnect()
            attempts -= 1

    def _insist(self, act, *args):
        while True:
            try:
                return act(*args)
            except OSError as e:
                self.log(False, e)
            self.reconnect()
