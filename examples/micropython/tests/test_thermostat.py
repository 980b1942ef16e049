# Tests of thermostat.py and valve.py.
VALVE = "24:0a:c4:00:00:60"


async def test_a_press_of_the_knob_opens_and_shuts_the_valve(house):
    valve = house.board("valve.py", mac=VALVE, hardware="thermostat.yaml")
    thermostat = house.board("thermostat.py", hardware="thermostat.yaml")
    await thermostat.wait_for("22.0 50 % open")
    assert thermostat.shown("oled") == ["wanted 22.0 C", "50 % open"]
    await valve.wait_for("valve at 200")
    assert [valve.get(pin) for pin in (14, 27, 26, 25)] == [0, 0, 0, 0]
    await thermostat.wait_for("16.0 0 % open")
    await valve.wait_for("valve at 0")


async def test_the_valve_knows_where_it_stands_after_a_power_failure(house):
    valve = house.board("valve.py", mac=VALVE, hardware="thermostat.yaml")
    thermostat = house.board("thermostat.py", hardware="thermostat.yaml")
    await valve.wait_for("valve at 200")
    valve.power_cycle(off=2)
    await valve.wait_for("valve at 200")


async def test_the_thermostat_says_that_there_is_no_valve(house):
    thermostat = house.board("thermostat.py", hardware="thermostat.yaml")
    await thermostat.wait_for("22.0 no valve")
    thermostat.set("knob", position=100)
    await house.sleep(1)
    assert thermostat.shown("oled")[0] == "wanted 30.0 C"
