"""--model unsup_single: train an Unsupervised RecycleGAN teacher from unpaired frames."""

from pathlib import Path

import torch
from torch import Tensor, nn

from data import UNPAIRED
from data.unpaired import UnpairedDataset
from models.evaluation import cost
from models.teachers.recycle_gan import ResnetGenerator, from_published
from models.training.content import content_network
from models.training.discriminators import PatchDiscriminator
from models.training.init import init_normal
from models.training.task import Task
from models.training.unsup import Motion, SideWeights, UnsupTrainer
from models.training.widen import widened
from options.build.tasks.settings import fixed_settings
from options.record import Options
from util import checkpoint, image


class RecycleGanTask(Task):
    """Trains two generators, G_A (domain A -> B) and G_B (B -> A), from frames of both domains. Validates nothing."""

    input_names = ("A", "B")

    def __init__(self, opt: Options, device: torch.device):
        self.networks = {name: network.to(device) for name, network in new_networks(opt).items()}
        domains = [layout(Path(opt.dataroot), opt.split)[: opt.max_dataset_size] for layout in UNPAIRED[opt.layout]]
        paths = [[path for clip in clips for path in clip.frames] for clips in domains]
        super().__init__(
            trainer=new_trainer(opt, self.networks, device),
            dataset=UnpairedDataset(*paths, opt.load_size, opt.fine_size, opt.seed),
            device=device,
            settings=fixed_settings(opt),
            facts={
                "frames": {"A": len(paths[0]), "B": len(paths[1])},
                "parameters": {name: cost.count_params(network) for name, network in self.networks.items()},
                "MACs": {"G_A": cost.count_macs(self.networks["G_A"], image.blank(opt.fine_size, device))},
            },
        )

    @torch.no_grad()
    def preview(self, a: Tensor, b: Tensor) -> Tensor:
        """Columns: a frame of A, its translation, a frame of B, its translation."""
        return image.grid(a, self.networks["G_A"](a), b, self.networks["G_B"](b))

    def export(self) -> dict[str, dict]:
        return {name: network.state_dict() for name, network in self.networks.items()}


def new_networks(opt: Options) -> dict[str, nn.Module]:
    """The generators G_A and G_B, and the discriminators D_A and D_B."""
    blocks = {"resnet_6blocks": 6, "resnet_9blocks": 9}[opt.which_model_netG]
    return {
        "G_A": new_generator(opt.ngf, blocks, opt.init_G_A),
        "G_B": new_generator(opt.ngf_B or opt.ngf, blocks, opt.init_G_B),
        **{name: init_normal(PatchDiscriminator(opt.ndf)) for name in ("D_A", "D_B")},
    }


def new_generator(ngf: int, blocks: int, weights: str | None) -> ResnetGenerator:
    """A generator with new weights, or with those of the file `weights`, widened to `ngf`.

    Raises:
        ValueError: the file's generator has another number of blocks, or `ngf` is no multiple of its width.
    """
    if weights is None:
        return init_normal(ResnetGenerator(ngf, blocks))
    generator = from_published(checkpoint.load(Path(weights)))
    if generator.n_blocks != blocks:
        raise ValueError(f"{weights}: a generator of {generator.n_blocks} blocks, asked for one of {blocks}")
    return widened(generator, ngf)


def new_trainer(opt: Options, networks: dict[str, nn.Module], device: torch.device) -> UnsupTrainer:
    return UnsupTrainer(
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


def side_weights(opt: Options, side: str) -> SideWeights:
    """The loss weights of the terms on images of domain `side`, "A" or "B"."""
    terms = ("cycle", "unsup_cycle", "spa_unsup", "content")
    both = {term: getattr(opt, f"lambda_{term}") for term in ("identity", "checkerboard")}
    return SideWeights(**{term: getattr(opt, f"lambda_{term}_{side}") for term in terms}, **both)


def new_content_network(opt: Options, device: torch.device) -> nn.Module | None:
    """The network of the content loss; None if no domain has that loss."""
    if not (opt.lambda_content_A or opt.lambda_content_B):
        return None
    return content_network(checkpoint.load(Path(opt.vgg_path))).to(device)
