import pytest
import torch
from torch.utils._python_dispatch import TorchDispatchMode

from models.shortcut import BLOCKS
from models.shortcut.inference import optimize
from models.streaming import stages as stages_module
from models.streaming.cuda_graphs import graphed
from models.streaming.refresh import Adaptive, Every
from models.streaming.translator import Translator
from tests.helpers.tiny import block, parsing_vtoonify, teacher, video, vtoonify, vtoonify_block

on_cuda = pytest.mark.gpu
DEVICE = "cuda" if torch.cuda.is_available() else "cpu"


def eager(cuts=(), form="published"):
    networks = teacher().for_inference().to(DEVICE), optimize(block(form)).to(DEVICE)
    return stages_module.eager(*networks, cuts=cuts)


@on_cuda
@pytest.mark.parametrize("form", BLOCKS)
@pytest.mark.parametrize(
    "refresh,how",
    [
        (lambda: Every(3), {}),
        (lambda: Every(3), {"refresh_output": "shortcut"}),
        (lambda: Every(2), {"spread": True}),
        (lambda: Adaptive(0.05, 4), {}),
    ],
    ids=["fixed", "shows_the_shortcut", "spread", "adaptive"],
)
def test_graphs_translate_a_video_like_the_calls_they_were_made_from(refresh, how, form):
    frames = video(9)
    called = eager((1,), form)
    plain, replayed = (Translator(s, refresh(), **how) for s in (called, graphed(called, frames[0].cuda())))
    expected = [plain.step(frame.cuda()).output for frame in frames]
    found = [replayed.step(frame).output for frame in frames]  # from the host; all are kept, none is overwritten
    for there, here in zip(found, expected, strict=True):
        torch.testing.assert_close(there, here, atol=1e-3, rtol=1e-3)


@on_cuda
@pytest.mark.parametrize("form", BLOCKS)
@pytest.mark.parametrize("split", ["A", "B"])
def test_a_body_that_passes_on_several_tensors_is_replayed(split, form):
    frames = video(6)
    networks = vtoonify(split).for_inference().to(DEVICE), optimize(vtoonify_block(form)).to(DEVICE)
    called = stages_module.eager(*networks, cuts=(2, 5))
    plain, replayed = (Translator(s, Every(3), spread=True) for s in (called, graphed(called, frames[0].cuda())))
    for frame in frames:
        torch.testing.assert_close(replayed.step(frame).output, plain.step(frame.cuda()).output, atol=1e-3, rtol=1e-3)


@on_cuda
def test_face_parts_are_found_by_a_graph_and_reused_between_references():
    frames = video(7)
    networks = parsing_vtoonify().for_inference().to(DEVICE), optimize(vtoonify_block()).to(DEVICE)
    called = stages_module.eager(*networks)
    replayed = graphed(called, frames[0].cuda())
    for reuse in (False, True):
        plain, again = (Translator(s, Every(3), reuse_parsing=reuse) for s in (called, replayed))
        for frame in frames:
            torch.testing.assert_close(again.step(frame).output, plain.step(frame.cuda()).output, atol=1e-3, rtol=1e-3)


@on_cuda
def test_the_teacher_is_replayed_too():
    called, (first, second) = eager(), video(2).cuda()
    replayed = graphed(called, first)
    torch.testing.assert_close(replayed.teacher(second), called.teacher(second), atol=1e-3, rtol=1e-3)
    assert replayed.engine == "cuda_graphs"


@on_cuda
def test_a_frame_of_another_size_is_refused():
    replayed = graphed(eager(), video(1)[0].cuda())
    with pytest.raises(ValueError, match=r"made for frames \[1, 3, 16, 24\], got \[1, 3, 16, 16\]"):
        replayed.head(video(1, width=16)[0])


def test_a_frame_on_the_cpu_is_no_example():
    with pytest.raises(ValueError, match="need a frame on a CUDA device, got one on cpu"):
        graphed(eager(), video(1)[0].cpu())


class Waiting(TorchDispatchMode):
    """Collects the operators that copy numbers from or to the host, which no CUDA graph can record."""

    REFUSED = ("aten.lift_fresh.default", "aten._local_scalar_dense.default", "aten.nonzero.default")

    def __init__(self):
        super().__init__()
        self.seen = set()

    def __torch_dispatch__(self, operator, types, args=(), kwargs=None):
        if str(operator) in self.REFUSED:
            self.seen.add(str(operator))
        return operator(*args, **(kwargs or {}))


@pytest.mark.parametrize("form", BLOCKS)
@pytest.mark.parametrize("networks", [(teacher, block), (vtoonify, vtoonify_block)], ids=["recycle_gan", "vtoonify"])
@pytest.mark.parametrize("hold", [0.0, 0.2])
@torch.no_grad()
def test_no_stage_waits_for_numbers_from_the_host(networks, form, hold):
    whole, small = networks  # the teacher as it is: rewritten for a CPU, its norms are others than on a GPU
    made = stages_module.eager(whole(), optimize(small(form), "torchvision", hold), cuts=(1,))
    frames = video(2)
    with Waiting() as waiting:
        a = f = made.head(frames[0])
        reference, _ = made.translate(a)
        for part in made.slices:
            f = part(f)
        made.predict(made.prepare(a, f), made.head(frames[1]))
        made.predict(reference, made.head(frames[1]))
    assert not waiting.seen
