from util.tables import markdown, plain


def test_a_plain_table_has_its_figures_below_each_other():
    assert plain(["way\n", "PSNR\nskipped"], [["a", "1.50"], ["longer", "-"]]).splitlines() == [
        "way        PSNR",
        "        skipped",
        "------  -------",
        "a          1.50",
        "longer        -",
    ]


def test_columns_line_up_and_the_rule_says_how():
    assert markdown(["name", "x"], [["a", "1.5"], ["longer", "-"]]).splitlines() == [
        "| name   |   x |",
        "|:-------|----:|",
        "| a      | 1.5 |",
        "| longer |   - |",
    ]


def test_a_cell_can_neither_end_its_row_nor_its_column():
    assert markdown(["a|b"], [["c\nd"]]).splitlines() == ["| a\\|b |", "|:-----|", "| c d  |"]


def test_one_long_note_does_not_widen_the_other_rows():
    lines = markdown(["a", "note"], [["1", ""], ["2", "x" * 300]], notes=True).splitlines()
    assert len(lines[2]) < 12


def test_a_table_without_rows_is_its_heads():
    assert plain(["a", "b"], []).splitlines()[0].split() == ["a", "b"]
    assert markdown(["a", "b"], []).splitlines()[0] == "| a | b |"
