import time

from scripts.operator_times import cpu_ms, table


def test_every_operator_has_a_row_with_both_times():
    head, _, *rows = table(((4, 8, 12),), rounds=1).splitlines()
    assert [cell.strip() for cell in head.split("|")[3:5]] == ["cpu", "native"]
    assert len(rows) == 5 and all("| 4 x 8 x 12 |" in row and row.endswith(" times |") for row in rows)


def test_times_are_of_the_processor():
    assert cpu_ms({"sleep": lambda: time.sleep(0.2)}, rounds=1)["sleep"] < 100
