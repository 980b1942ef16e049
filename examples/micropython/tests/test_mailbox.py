# Tests of mailbox.py, repeater.py and mailbox_lamp.py.


async def test_a_letter_comes_to_a_lamp_that_only_the_repeater_reaches(house):
    mailbox = house.board("mailbox.py", hardware="mailbox.yaml")
    repeater = house.board("repeater.py")
    lamp = house.board("mailbox_lamp.py")
    house.link(mailbox, lamp, loss=1)
    await lamp.wait_for("letter 1", timeout=3)
    assert lamp.get(2) == 1
    lamp.press(0)
    await lamp.wait_for("fetched")
    assert lamp.get(2) == 0
    await lamp.wait_for("letter 2")
    assert repeater.output == "repeated letter 1\nrepeated letter 2\n"
    assert lamp.output == "letter 1\nfetched\nletter 2\n"


async def test_nothing_arrives_without_the_repeater(house):
    mailbox = house.board("mailbox.py", hardware="mailbox.yaml")
    lamp = house.board("mailbox_lamp.py")
    house.link(loss=1)
    await mailbox.wait_for("letter 2")
    assert lamp.output == ""


async def test_repeaters_that_hear_each_other_say_it_once_each(house):
    repeaters = [house.board("repeater.py") for _ in range(3)]
    mailbox = house.board("mailbox.py", hardware="mailbox.yaml")
    await mailbox.wait_for("letter 1")
    await house.sleep(1)
    assert [repeater.output for repeater in repeaters] == ["repeated letter 1\n"] * 3
