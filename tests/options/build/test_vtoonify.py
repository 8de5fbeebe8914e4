"""From options to a VToonify teacher and the training of its Shortcut."""

import pytest
import torch

from models.shortcut import BLOCKS
from models.teachers.vtoonify.face_parsing import BiSeNet
from models.teachers.vtoonify.network import VToonify
from models.teachers.vtoonify.teacher import CUTS, VToonifyTeacher
from models.training.run_folder import RunFolder
from options.build.tasks.shortcut_v2v import new_task
from options.build.teacher import load_teacher
from options.build.translator import load_block
from options.test_options import TestOptions
from options.train_options import TrainOptions
from tests.helpers.runs import distil, translation
from tests.helpers.tiny import VTOONIFY_WIDTH

CPU = torch.device("cpu")
FAMILY = ["--teacher", "vtoonify", "--lambda_D", "0", "--lambda_D_T", "0"]


@pytest.fixture
def flags(tmp_path):
    """flags(...) -> those of a tiny distillation of a VToonify in published format, with its style."""
    first = distil(tmp_path)
    torch.manual_seed(0)
    network = VToonify("toonify", VTOONIFY_WIDTH, complete=True)
    with torch.no_grad():
        style = network.w_plus(torch.randn(18, VTOONIFY_WIDTH))
    torch.save({"g_ema": network.state_dict(), "style": style}, tmp_path / "teacher.pth")
    return lambda *more: [*first, *FAMILY, *more]


def built(argv):
    return new_task(TrainOptions().parse(argv), CPU)


@pytest.mark.parametrize("form", BLOCKS)
def test_a_step_trains_the_block_and_its_preview_shows_it_at_the_size_of_the_output(flags, form):
    task = built(flags("--block", form))
    batch = {name: task.dataset[0, 0][name][None] for name in ("reference", "current")}
    inputs = task.inputs(batch)
    assert task.trainer.step(*inputs)["total"] > 0
    assert task.preview(*inputs).shape == (3, 4 * 32, 5 * 4 * 48)
    figures, left_out = task.validate()
    assert figures["best"] > 0 and not left_out


@pytest.mark.parametrize("split", sorted(CUTS))
def test_what_was_trained_is_found_again(flags, split, tmp_path):
    task = built(flags("--vtoonify_split", split))
    (tmp_path / "runs" / "tiny").mkdir(parents=True)
    RunFolder(tmp_path / "runs" / "tiny", {}).save_weights("latest", task.export())
    family = ["--teacher", "vtoonify", "--vtoonify_split", split]
    opt = TestOptions().parse(translation(tmp_path, *family, "--style_degree", "0.2"))
    teacher, identity = load_teacher(opt, CPU)
    block, _ = load_block(opt, teacher, identity, CPU)
    assert isinstance(teacher, VToonifyTeacher) and teacher.split == CUTS[split]
    assert block.config == task.trainer.networks["ShortcutV2V"].config
    other = next(name for name in CUTS if name != split)
    opt = TestOptions().parse(translation(tmp_path, "--teacher", "vtoonify", "--vtoonify_split", other))
    with pytest.raises(ValueError, match="split: checkpoint"):
        load_block(opt, *load_teacher(opt, CPU), CPU)


@pytest.mark.parametrize(("form", "image_ch"), [("published", 3), ("full_size", None)])
def test_a_new_block_has_the_teachers_shapes(flags, form, image_ch):
    config = built(flags("--block", form)).trainer.networks["ShortcutV2V"].config
    assert (config["feat_ch"], config["f_ch"], config.get("image_ch")) == (4, 7, image_ch)


@pytest.mark.parametrize("form", BLOCKS)
def test_costs_count_what_the_style_was_folded_into(flags, form):
    facts = built(flags("--block", form)).facts
    assert facts["MACs"]["skipped"] == sum(facts["MACs"][name] for name in ("head", "block", "tail"))
    assert facts["parameters"]["teacher"] > sum(p.numel() for p in VToonify("toonify", 16).encoder.parameters())


def test_face_parts_are_looked_for_if_there_is_a_network_for_them(flags, tmp_path):
    torch.save(BiSeNet().state_dict(), tmp_path / "faceparsing.pth")
    opt = TrainOptions().parse(flags("--faceparsing_path", str(tmp_path / "faceparsing.pth")))
    frame = torch.rand(1, 3, 32, 32)
    (plain, known), (looking, same) = load_teacher(TrainOptions().parse(flags()), CPU), load_teacher(opt, CPU)
    assert known == same and not torch.equal(plain.head(frame), looking.head(frame))


def test_a_file_without_a_style_is_refused(flags, tmp_path):
    argv = flags()
    torch.save({"g_ema": VToonify("toonify", VTOONIFY_WIDTH).state_dict()}, tmp_path / "teacher.pth")
    with pytest.raises(ValueError, match="--main_G_path holds no style beside the generator"):
        built(argv)


def test_sizes_must_be_multiples_of_eight(flags, capsys):
    with pytest.raises(SystemExit):
        TrainOptions().parse(flags("--fineSizeW", "44"))
    assert "--fineSizeW must be a multiple of 8, got 44" in capsys.readouterr().err
