# Tests of remote.py and robot.py, with the hardware of their file.
ROBOT = "24:0a:c4:00:00:10"


async def test_the_robot_stops_before_an_obstacle_and_when_its_remote_is_gone(house):
    remote = house.board("remote.py", hardware="robot.yaml")
    robot = house.board("robot.py", hardware="robot.yaml", mac=ROBOT)
    await robot.wait_for("driving")
    assert remote.shown("oled")[0] == "speed   49"
    await robot.wait_for("obstacle")
    assert robot.shown("left") == robot.shown("right") == ["0 %"]
    robot.set("sonar", distance=200)
    remote.set("y", position=1)
    await robot.wait_for("driving")
    house.link(loss=1)
    await robot.wait_for("stopped", timeout=1)
