# Tests of data_logger.py.
LOGGER = "24:0a:c4:00:00:01"


async def test_no_reading_is_lost_while_the_card_is_out(house):
    logger = house.board("data_logger.py", mac=LOGGER, hardware="data_logger.yaml")
    sensor = house.board("sensor.py", args=[LOGGER], hardware="data_logger.yaml")
    await logger.wait_for("no card", timeout=150)
    assert logger.shown("lamp") == ["100 %"]
    await logger.wait_for("wrote 2 lines", timeout=150)
    assert logger.shown("lamp") == ["0 %"]
    text = logger.files["sd/2000-01-01.csv"].decode()
    assert [line.split(",", 2)[2] for line in text.split("\n")[:-1]] == ["[1234]"] * text.count("\n")
    assert text.count("\n") >= 4


async def test_each_day_has_a_file(house):
    evening = 24 * 3600 - 150
    logger = house.board("data_logger.py", mac=LOGGER, devices={"card": {"device": "sdcard"}}, start=evening)
    house.board("sensor.py", args=[LOGGER], start=evening + 5)
    await house.sleep(evening + 350)
    days = [logger.files["sd/2000-01-0%d.csv" % day].decode() for day in (1, 2)]
    assert [day.count("\n") for day in days] == [3, 3]
    assert days[1].startswith("00:00:")
