# Tests of time_leader.py and time_follower.py.
LEADER = "24:0a:c4:00:00:50"


async def test_lamps_blink_together_whenever_their_boards_were_switched_on(house):
    boards = [house.board("time_leader.py", mac=LEADER, start=0.123)]
    boards += [house.board("time_follower.py", start=start) for start in (0.77, 5.5)]
    house.link(loss=0.2)
    await house.sleep(8)
    levels = set()
    for _ in range(100):
        await house.sleep(0.0501)
        seen = {board.get(2) for board in boards}
        assert len(seen) == 1 or (house.time - 0.123) % 0.5 < 0.015  # the leader has just switched its own
        levels |= seen
    assert len(levels) == 2


async def test_a_follower_goes_on_while_its_leader_is_away_and_asks_again(house):
    leader = house.board("time_leader.py", mac=LEADER)
    follower = house.board("time_follower.py")
    await follower.wait_for("synchronized")
    house.link(loss=1)
    await follower.wait_for("no answer")
    before = follower.get(2)
    await house.until(lambda: follower.get(2) != before, timeout=1)
    house.link(loss=0)
    await follower.wait_for("synchronized")
