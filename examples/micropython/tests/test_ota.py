# Tests of ota_sender.py and ota_node.py.
NEW = open("ota_app_2.py").read()


async def update(house, program=NEW, loss=0):
    sender = house.board("ota_sender.py", files={"ota_app_2.py": program})
    node = house.board("ota_node.py", may_fail=True)
    await node.wait_for("version 1")
    house.link(loss=loss)
    while "reset" not in node.output and house.time < 600:
        sender.press(0)
        await house.sleep(1)
    return node


async def test_the_new_program_comes_through_a_lossy_air(house):
    node = await update(house, loss=0.6)
    await node.wait_for("version 2")
    assert node.files["ota_app.py"] == NEW.encode()
    assert "ota_old.py" not in node.files
    await house.until(lambda: node.get(2) == 1)
    await house.until(lambda: node.get(2) == 0, timeout=0.12)  # it blinks quickly


async def test_a_program_that_does_not_start_is_left_again(house):
    node = await update(house, "VERSION = 3\nimport not_there\n")
    await node.wait_for("the new program does not start: ImportError")
    await node.wait_for("version 1")
    await house.sleep(1)
    assert (node.exit, "ota_new.py" in node.files) == (None, False)


async def test_a_reset_in_the_middle_leaves_the_old_program(house):
    sender = house.board("ota_sender.py", files={"ota_app_2.py": NEW * 200})
    node = house.board("ota_node.py")
    await node.wait_for("version 1")
    sender.press(0, seconds=1)
    await house.until(lambda: "ota_new.py" in node.files)
    node.reset()
    await node.wait_for("version 1")
