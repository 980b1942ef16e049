# Tests of button.py and lamp.py.
LAMP = "24:0a:c4:00:00:02"


async def test_the_button_switches_the_lamp(house):
    button = house.board("button.py")
    lamp = house.board("lamp.py", mac=LAMP)
    await house.sleep(1)
    for level in (1, 0, 1):
        button.press(0)
        await button.wait_for("switched")
        assert lamp.get(2) == level
        await house.sleep(1)


async def test_without_a_lamp_the_button_says_so(house):
    button = house.board("button.py")
    await house.sleep(1)
    button.press(0)
    await button.wait_for("no lamp in reach")
