# Tests of water_meter.py.
GATEWAY = "24:0a:c4:00:00:01"


async def test_liters_are_told_and_kept_without_power(house):
    gateway = house.board("gateway.py", mac=GATEWAY)
    meter = house.board("water_meter.py", hardware="water_meter.yaml")
    await gateway.wait_for("[2]")
    await gateway.wait_for("[19]", timeout=70)  # each minute while it flows
    meter.power_cycle(off=3600)
    await meter.wait_for("meter at 19", timeout=3601)


async def test_a_contact_that_bounces_counts_once(house):
    meter = house.board("water_meter.py")
    gateway = house.board("gateway.py", mac=GATEWAY)
    await house.sleep(1)
    for level in (0, 1, 0, 1, 0, None):
        meter.set(27, level)
        await house.sleep(0.005)
    await gateway.wait_for("[1]")


async def test_nothing_is_lost_while_the_gateway_is_away(house):
    meter = house.board("water_meter.py", hardware="water_meter.yaml")
    await house.sleep(100)
    gateway = house.board("gateway.py", mac=GATEWAY)
    await gateway.wait_for("[29]", timeout=10)
