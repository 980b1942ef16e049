# Tests of shell.py and shell_operator.py.
BOARD, OPERATOR = "24:0a:c4:00:00:71", "24:0a:c4:00:00:70"


def operator(house, **options):
    return house.board("shell_operator.py", args=[BOARD], **options)


async def test_what_is_typed_runs_on_the_other_board(house):
    house.board("shell.py", mac=BOARD)
    person = operator(house, mac=OPERATOR)
    await person.wait_for(">>> ")
    person.type("x = 6\n")
    await person.wait_for(">>> ")
    person.type("x * 7\n")
    await person.wait_for("42\n>>> ")
    person.type("for i in range(300): print(i, end=' ')\n")
    await person.wait_for("298 299 ")
    person.type("x / 0\n")
    await person.wait_for("ZeroDivisionError: divide by zero\n>>> ")


async def test_a_stranger_is_not_heard(house):
    board = house.board("shell.py", mac=BOARD)
    stranger = operator(house)
    await stranger.wait_for(">>> ")
    stranger.type("print('in')\n")
    await stranger.wait_for("no answer", timeout=10)
    assert board.output == ""


async def test_a_board_that_is_off_is_missed(house):
    person = operator(house, mac=OPERATOR)
    await person.wait_for(">>> ")
    person.type("1\n")
    await person.wait_for("the board does not hear")
