"""From options to a teacher's training."""

from pathlib import Path

import torch
from torch import Tensor

from data import UNPAIRED
from data.unpaired import UnpairedDataset
from models.evaluation import cost
from models.teachers.recycle_gan.generator import ResnetGenerator, from_published
from models.training.content import content_network
from models.training.discriminators import PatchDiscriminator
from models.training.init import init_normal
from models.training.unsup import Motion, SideWeights, UnsupTrainer
from models.training.widen import widened
from options.build.tasks.task import Run, fixed_settings
from options.record import Options
from util import checkpoint, image


def teacher_training(opt: Options, device: torch.device) -> Run:
    """The training of G_A (A -> B) and G_B (B -> A) from unpaired frames."""
    blocks = {"resnet_6blocks": 6, "resnet_9blocks": 9}[opt.which_model_netG]
    networks = {
        "G_A": new_generator(opt.ngf, blocks, opt.init_G_A),
        "G_B": new_generator(opt.ngf_B or opt.ngf, blocks, opt.init_G_B),
        **{name: init_normal(PatchDiscriminator(opt.ndf)) for name in ("D_A", "D_B")},
    }
    networks = {name: network.to(device) for name, network in networks.items()}
    domains = [layout(Path(opt.dataroot), opt.split)[: opt.max_dataset_size] for layout in UNPAIRED[opt.layout]]
    paths = [[path for clip in clips for path in clip.frames] for clips in domains]
    dataset = UnpairedDataset(*paths, opt.load_size, opt.fine_size, opt.seed)
    trainer = UnsupTrainer(
        networks,
        *(side_weights(opt, side) for side in "AB"),
        Motion(opt.motion_level, opt.shift_level, opt.scale_level, opt.noise_level),
        lr=opt.lr,
        beta1=opt.beta1,
        gan_mode=opt.gan_mode,
        pool_size=opt.pool_size,
        content_network=new_content_network(opt, device),
        seed=opt.seed,
    )

    @torch.no_grad()
    def draw(a: Tensor, b: Tensor) -> Tensor:
        return image.grid(a, networks["G_A"](a), b, networks["G_B"](b))

    def export(label: str) -> None:
        for name, network in networks.items():
            checkpoint.save(opt.run_dir / f"{label}_net_{name}.pth", network.state_dict())

    x = image.blank(opt.fine_size, device)
    return Run(
        trainer=trainer,
        dataset=dataset,
        device=device,
        inputs=("A", "B"),
        draw=draw,
        export=export,
        networks=tuple(networks),
        validate=lambda: ({}, []),
        settings=fixed_settings(opt),
        facts={
            "frames": {"A": len(paths[0]), "B": len(paths[1])},
            "parameters": {name: cost.count_params(network) for name, network in networks.items()},
            "MACs": {"G_A": cost.count_macs(networks["G_A"], x)},
        },
    )


def new_generator(ngf: int, blocks: int, start: str | None) -> ResnetGenerator:
    """A generator with new weights, or with those of the file `start`, widened to `ngf`.

    Raises:
        ValueError: the file's generator has another number of blocks, or its width does not divide `ngf`.
    """
    if start is None:
        return init_normal(ResnetGenerator(ngf, blocks))
    generator = from_published(checkpoint.load(Path(start)))
    if generator.n_blocks != blocks:
        raise ValueError(f"{start}: a generator of {generator.n_blocks} blocks, asked for one of {blocks}")
    return widened(generator, ngf)


def side_weights(opt: Options, side: str) -> SideWeights:
    terms = ("cycle", "unsup_cycle", "spa_unsup", "content")
    both = {term: getattr(opt, f"lambda_{term}") for term in ("identity", "checkerboard")}
    return SideWeights(**{term: getattr(opt, f"lambda_{term}_{side}") for term in terms}, **both)


def new_content_network(opt: Options, device: torch.device):
    if not (opt.lambda_content_A or opt.lambda_content_B):
        return None
    return content_network(checkpoint.load(Path(opt.vgg_path))).to(device)
