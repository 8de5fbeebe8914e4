from scripts.ablation.table import HEADS, markdown


def run(row, seed, psnr, task="v2c", far=None):
    far = {"1": psnr, "6": psnr - 2, "12": psnr - 4} if far is None else far
    near = {"psnr": psnr, "ssim": 0.9, "per_distance": {"1": psnr + 1, "2": psnr - 1}}
    macs = {} if seed is None else {"macs": 321_000_000}
    figures = {"near": near, "far": {"psnr": psnr - 2, "per_distance": far}}
    return {"task": task, "row": row, "seed": seed, "figures": figures, **macs}


def lines(*rows):
    text = markdown({"settings": {"steps": 1500, "weights": "feature 2"}, "rows": list(rows)})
    return [" ".join(line.split()) for line in text.splitlines()]


def test_a_row_is_the_mean_of_its_seeds_with_their_spread():
    shown = lines(run("reuse", None, 20.0), run("whole", 0, 36.0), run("whole", 1, 36.5))
    assert (
        "| + pixel path: the full-size block | 5..17 | 16 | 0.321 G | 37.25 | 35.25 | 36.25 (0.50) | 0.9000 | 36.25 | "
        "34.25 | 32.25 | 34.25 (0.50) | 2 |"
    ) in shown
    assert "| reuse | | | | 21.00 | 19.00 | 20.00 | 0.9000 | 20.00 | 18.00 | 16.00 | 18.00 | |" in shown


def test_rows_stand_in_their_order_and_those_of_further_groups_below_its_name():
    shown = lines(run("squared", 0, 30.0), run("published", 0, 31.0))
    found = [line.split("|")[1].strip() for line in shown if line.startswith("|")]
    assert found[2:] == ["published block", "*loss*", "L2 on the moved map"]
    assert all(line.count("|") == len(HEADS) + 1 for line in shown if line.startswith("|"))


def test_every_task_has_a_table_and_the_settings_stand_above():
    shown = lines(run("whole", 0, 30.0), run("whole", 0, 31.0, task="v2l"))
    assert [line for line in shown if line.startswith("## ")] == ["## Viper → Cityscapes", "## Viper → labels"]
    assert any("steps 1500; weights feature 2" in line for line in shown)


def test_a_distance_that_no_clip_is_long_enough_for_is_left_open():
    assert any(" | 30.00 | - | - | 28.00 | 1 |" in line for line in lines(run("whole", 0, 30.0, far={"1": 30.0})))
