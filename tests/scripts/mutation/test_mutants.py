import ast

from scripts.mutation.mutants import sample

SOURCE = '''"""Adds 1 + 1."""

Pair = tuple[int, int]


def add(a: int, b: int = 1, name: str = "sum") -> dict[str, int]:
    """Adds a + b."""
    problem = f"{b + 1} is too small"
    if b < 0:
        raise ValueError(f"b must be at least {0 - 0}, {problem}")
    return dict(
        total=round(a + b, ndigits=2),
        text="made for people",
    )
'''


def changes(source, **kwargs):
    return [mutant.change for mutant in sample("one.py", source, **{"share": 1.0, "seed": 0, **kwargs})]


def test_operators_numbers_names_and_keywords_change_and_what_people_read_stays():
    expected = {
        "`int = 1, name: str` → `int = 2, name: str`",
        '`str = "sum") -> dict[str,` → `str = "XXsumXX") -> dict[str,`',
        "`if b < 0:` → `if b <= 0:`",
        "`b < 0:` → `b < 1:`",
        "`total=round(a + b, ndigits=2),` → `total=round(a - b, ndigits=2),`",
        "`+ b, ndigits=2),` → `+ b, ndigits=3),`",
        "`+ b, ndigits=2),` → `+ b, ),`",
        "`total=round(a + b,` → `totalXX=round(a + b,`",
        '`text="made for people",` → `textXX="made for people",`',
    }
    found = set(changes(SOURCE))
    assert expected <= found
    # dict() may lose either keyword, too; nothing else changes
    assert all("total" in one or "text" in one for one in found - expected)


def test_a_mutant_is_the_whole_file_with_one_fault_and_knows_the_lines_of_its_statement():
    mutants = sample("one.py", SOURCE, 1.0, 0)
    assert len({mutant.code for mutant in mutants}) == len(mutants)
    for mutant in mutants:
        ast.parse(mutant.code)
    lines = {mutant.change: mutant.lines for mutant in mutants}
    assert lines["`b < 0:` → `b < 1:`"] == range(9, 10)
    assert lines["`+ b, ndigits=2),` → `+ b, ndigits=3),`"] == range(11, 13)


def test_a_share_is_drawn_by_the_seed():
    source = "\n".join(f"a{k} = {k}" for k in range(100))
    drawn = changes(source, share=0.2)
    assert len(drawn) == 20 and drawn == changes(source, share=0.2) == sorted(drawn, key=changes(source).index)
    assert drawn != changes(source, share=0.2, seed=1)
