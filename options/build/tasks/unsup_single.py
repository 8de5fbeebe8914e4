"""--model unsup_single: train an Unsupervised RecycleGAN teacher from unpaired frames."""

from pathlib import Path

import torch
from torch import nn

from data import UNPAIRED
from data.unpaired import UnpairedDataset
from models.evaluation import cost
from models.training.content import content_network
from models.training.discriminators import PatchDiscriminator
from models.training.init import init_normal
from models.training.tasks.recycle_gan import RecycleGanTask, new_generator
from models.training.unsup import Motion, SideWeights, UnsupTrainer
from options.build.training import fixed_settings, new_frame_reader
from options.record import Options
from util import checkpoint, image


def new_task(opt: Options, device: torch.device) -> RecycleGanTask:
    networks = {name: network.to(device) for name, network in new_networks(opt).items()}
    domains = [layout(Path(opt.dataroot), opt.split)[: opt.max_dataset_size] for layout in UNPAIRED[opt.layout]]
    a, b = ([path for clip in clips for path in clip.frames] for clips in domains)
    return RecycleGanTask(
        trainer=new_trainer(opt, networks, device),
        dataset=UnpairedDataset(a, b, opt.load_size, opt.crop_size, opt.seed, new_frame_reader(opt)),
        device=device,
        settings=fixed_settings(opt),
        facts={
            "frames": {"A": len(a), "B": len(b)},
            "parameters": {name: cost.count_params(network) for name, network in networks.items()},
            "MACs": {"G_A": cost.count_macs(networks["G_A"], image.blank(opt.crop_size, device))},
        },
    )


def new_networks(opt: Options) -> dict[str, nn.Module]:
    """The generators G_A and G_B, and the discriminators D_A and D_B."""
    blocks = {"resnet_6blocks": 6, "resnet_9blocks": 9}[opt.which_model_netG]
    return {
        "G_A": new_generator(opt.ngf, blocks, opt.init_G_A),
        "G_B": new_generator(opt.ngf_B or opt.ngf, blocks, opt.init_G_B),
        **{name: init_normal(PatchDiscriminator(opt.ndf)) for name in ("D_A", "D_B")},
    }


def new_trainer(opt: Options, networks: dict[str, nn.Module], device: torch.device) -> UnsupTrainer:
    return UnsupTrainer(
        networks,
        side_weights(opt, "A"),
        side_weights(opt, "B"),
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
