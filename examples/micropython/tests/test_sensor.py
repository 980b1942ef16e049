# Tests of sensor.py and gateway.py: espnow test examples/micropython
GATEWAY = "24:0a:c4:00:00:01"


def sensor_and_gateway(house):
    gateway = house.board("gateway.py", mac=GATEWAY)
    light = {"device": "analog", "pin": 34, "value": 1234}
    sensor = house.board("sensor.py", args=[GATEWAY], devices={"light": light})
    return sensor, gateway


async def test_a_reading_arrives_each_minute(house):
    sensor, gateway = sensor_and_gateway(house)
    await gateway.wait_for("[1234]")
    sensor.set("light", value=4321)
    await gateway.wait_for("[4321]", timeout=61)
    assert round(house.time) == 60


async def test_the_lamp_is_on_while_a_reading_is_too_high(house):
    sensor, gateway = sensor_and_gateway(house)
    await gateway.wait_for("[1234]")
    assert gateway.get(2) == 0
    sensor.set("light", value=60000)
    await house.until(lambda: gateway.get(2) == 1, timeout=61)
    sensor.set("light", value=1000)
    await house.until(lambda: gateway.get(2) == 0, timeout=61)


async def test_readings_are_kept_while_the_gateway_is_out_of_reach(house):
    sensor, gateway = sensor_and_gateway(house)
    await gateway.wait_for("[1234]")
    await house.sleep(1)
    house.link(sensor, gateway, loss=1)
    await sensor.wait_for("gateway does not answer, 2 readings kept", timeout=150)
    house.link(sensor, gateway, loss=0)
    await gateway.wait_for("[1234, 1234, 1234]", timeout=61)


async def test_a_gateway_that_loses_its_power_is_found_again(house):
    sensor, gateway = sensor_and_gateway(house)
    await gateway.wait_for("[1234]")
    await house.sleep(1)
    gateway.power_cycle(off=90)
    await gateway.wait_for("[1234, 1234]", timeout=200)
