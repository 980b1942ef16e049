# Tests of chat.py.


async def test_what_is_typed_is_printed_by_everybody_else(house):
    ada, bob, cyd = (house.board("chat.py", name=name, args=[name]) for name in ("ada", "bob", "cyd"))
    await house.sleep(1)
    ada.type("hello\n")
    await bob.wait_for("ada: hello")
    await cyd.wait_for("ada: hello")
    bob.type("hi ada\n")
    await ada.wait_for("bob: hi ada")
    assert ada.output.count("ada: hello") == 0


async def test_the_buzzer_sounds_for_a_moment_and_an_empty_line_ends(house):
    ada = house.board("chat.py", name="ada", args=["ada"])
    bob = house.board("chat.py", name="bob", hardware="chat.yaml")
    await house.sleep(1)
    ada.type("ding\n")
    await bob.wait_for("ding")
    assert bob.shown("buzzer") == ["50 %"]
    await house.sleep(0.3)
    assert bob.shown("buzzer") == ["0 %"]
    bob.type("\n")
    await house.sleep(1)
    assert (bob.exit, ada.exit) == (0, None)
