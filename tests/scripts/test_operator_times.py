import time

from scripts.operator_times import cpu_ms, table


def test_every_operator_has_a_row_with_both_times():
    head, rule, *rows = table(((4, 8, 12),), rounds=1)
    assert head.split(" | ")[2:4] == ["cpu", "native"] and rule.count("-") == 15
    assert len(rows) == 5 and all("| 4 x 8 x 12 |" in row and row.endswith(" times |") for row in rows)


def test_times_are_of_the_processor():
    assert cpu_ms({"sleep": lambda: time.sleep(0.2)}, rounds=1)["sleep"] < 100
