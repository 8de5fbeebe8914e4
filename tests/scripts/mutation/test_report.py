from scripts.mutation.report import killed_share, survivors, table

OUTCOMES = [
    {"path": "a.py", "change": "`x | 1` → `x & 1`", "killed": False},
    {"path": "a.py", "change": "`2` → `3`", "killed": True},
    {"path": "b.py", "change": "`2` → `3`", "killed": True},
]


def test_the_table_counts_by_file_and_altogether():
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in table(OUTCOMES).splitlines()]
    assert rows[2:] == [["`a.py`", "2", "1", "50.0%"], ["`b.py`", "1", "1", "100.0%"], ["all", "3", "2", "66.7%"]]
    assert killed_share(OUTCOMES) == 2 / 3


def test_a_survivor_is_the_start_of_a_row_of_a_table():
    assert survivors(OUTCOMES) == [r"| `a.py` | `x \| 1` → `x & 1` |"]
