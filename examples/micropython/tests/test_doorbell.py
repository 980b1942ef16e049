# Tests of doorbell.py and chime.py.
CHIME = "24:0a:c4:00:00:80"


async def test_a_finger_wakes_the_bell_and_the_chime_plays(house):
    chime = house.board("chime.py", mac=CHIME, hardware="doorbell.yaml")
    bell = house.board("doorbell.py", hardware="doorbell.yaml")
    await bell.wait_for("ring 1 heard")
    await house.sleep(0.1)
    assert chime.shown("speaker") == ["50 %"]
    await chime.wait_for("played")
    assert chime.shown("speaker") == ["0 %"]
    await bell.wait_for("ring 2 heard", timeout=60)


async def test_who_holds_the_pad_rings_each_second_and_three_tunes_wait_at_most(house):
    chime = house.board("chime.py", mac=CHIME, hardware="doorbell.yaml")
    bells = [house.board("doorbell.py", name=name, devices={"pad": {"device": "touch", "pin": 14}}) for name in "abcde"]
    await house.sleep(1)
    for bell in bells:
        bell.set("pad", touched=True)
    await house.sleep(0.5)
    for bell in bells:
        bell.set("pad", touched=False)
    await house.sleep(10)
    assert (chime.output.count("ring 1 from"), chime.output.count("played")) == (5, 3)
    bells[0].set("pad", touched=True)
    await bells[0].wait_for("ring 4")


async def test_the_bell_counts_while_its_chime_is_away(house):
    bell = house.board("doorbell.py", hardware="doorbell.yaml")
    await bell.wait_for("ring 2 nobody hears it", timeout=60)
