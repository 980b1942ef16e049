# Tests of friendship_lamp.py.


async def test_lamps_become_friends_and_color_each_other(house):
    ada, bob = (house.board("friendship_lamp.py", name=name, hardware="friendship_lamp.yaml") for name in ("ada", "bob"))
    await ada.wait_for("friend ")
    await bob.wait_for("friend ")
    await bob.wait_for("color 400000")
    await bob.wait_for("color 004000")
    assert bob.shown("strip") == ["#004000 #004000 #004000"]
    await ada.wait_for("color 400000")
    bob.power_cycle(off=1)
    await bob.wait_for("friend ")
    ada.press("button")
    await bob.wait_for("color 000040")


async def test_a_stranger_is_not_listened_to(house):
    ada, bob = (house.board("friendship_lamp.py", name=name, hardware="friendship_lamp.yaml") for name in ("ada", "bob"))
    await ada.wait_for("friend ")
    stranger = house.board(
        "hello.py", files={"hello.py": STRANGER}, args=[ada.mac.replace(":", "")]
    )
    await stranger.wait_for("sent True")
    await house.sleep(1)
    assert ada.output.count("ffffff") == 0


async def test_a_lamp_alone_finds_nobody(house):
    ada = house.board("friendship_lamp.py", name="ada", hardware="friendship_lamp.yaml")
    await ada.wait_for("nobody is there")


STRANGER = """
import espnow, network, sys
network.WLAN(0).active(True)
e = espnow.ESPNow()
e.active(True)
e.add_peer(bytes.fromhex(sys.argv[1]))
print("sent", e.send(bytes.fromhex(sys.argv[1]), b"\\xff\\xff\\xff"))
"""
