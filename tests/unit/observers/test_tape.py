"""The bounded record."""

from harness.observers.tape import Tape


def test_what_came_after_a_mark_is_read_in_order() -> None:
    tape: Tape[str] = Tape(10, budget=100, weigh=len)
    tape.write("a")
    mark = tape.mark()
    assert tape.since(mark) == ()
    tape.write("b")
    tape.write("c")
    assert tape.since(mark) == ("b", "c")


def test_of_a_flood_the_last_are_kept() -> None:
    tape: Tape[str] = Tape(2, budget=100, weigh=len)
    for text in "abc":
        tape.write(text)
    assert tape.since(0) == ("b", "c")


def test_heavy_entries_push_older_ones_out_and_one_always_stays() -> None:
    tape: Tape[str] = Tape(10, budget=5, weigh=len)
    tape.write("abc")
    tape.write("defg")
    assert tape.since(0) == ("defg",)
    tape.write("much too heavy")
    assert tape.since(0) == ("much too heavy",)
