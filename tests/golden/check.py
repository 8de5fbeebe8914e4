"""Reference vectors: `python -m tests.golden DIR` runs every .npz in DIR, one line per file and quantity.

Exit status 1 if any quantity is off by more than its tolerance, or if a file is not known here.
"""

import argparse
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from models.shortcut import official
from models.shortcut.adabd import AdaBD, split_offset_mask
from models.shortcut.hetconv import HetConv
from models.teachers import recycle_gan
from models.training.discriminators import PatchDiscriminator, SpectralPatchDiscriminator, TemporalPatchDiscriminator
from models.training.losses import GANLoss
from tests.golden import vtoonify as golden_vtoonify
from tests.golden.compare import Check, compare, compare_gradient, compare_loss, load, params


def hetconv(data: Mapping[str, Tensor]) -> Iterator[Check]:
    weights = {key.replace("conv1x1_.", "conv1x1_group."): value for key, value in params(data).items()}
    out_channels, in_channels = weights["conv1x1.weight"].shape[:2]
    layer = load(HetConv(in_channels, out_channels), weights)
    yield compare("y", layer(data["x"]), data["y"])


def adabd(data: Mapping[str, Tensor]) -> Iterator[Check]:
    weight = params(data)["regular_conv.weight"]
    layer = load(AdaBD(weight.shape[0], int(data["num_dg"]), dilation=1), {"weight": weight})
    offset, mask = split_offset_mask(data["offset_mask"])
    yield compare("mask", mask, data["mask"])
    yield compare("out", layer(data["f_ref"], data["a_cur"], offset, mask), data["out"])
    yield compare("aligned", layer.deformed(data["f_ref"], offset), data["aligned"])


def shortcut_block(data: Mapping[str, Tensor]) -> Iterator[Check]:
    block = official.from_published(params(data))
    names = ("feat_ch", "h_dim", "num_dg", "g_layers", "l_layers", "offset_g_size", "offset_l_size")
    config = torch.tensor([block.config[name] for name in names])
    yield compare("config", config, data["config"], 0.0)

    f_ref = data["f_ref"].clone().requires_grad_()
    predicted = block.eval()(data["a_ref"], data["a_cur"], f_ref)
    yield compare("feature", predicted.feature, data["feature"])
    yield compare("mask", predicted.mask, data["mask"])
    yield compare("aligned", block.train()(data["a_ref"], data["a_cur"], f_ref).aligned, data["aligned"])

    block.zero_grad()
    predicted.feature.square().mean().backward()
    yield compare_gradient("grad_f_ref", f_ref.grad, data["grad_f_ref"])
    gradients = official.published_names({name: p.grad for name, p in block.named_parameters()})
    expected = {key.removeprefix("grad/"): value for key, value in data.items() if key.startswith("grad/")}
    yield Check("parameters without a reference gradient", len(gradients.keys() ^ expected.keys()), 0)
    for key, value in expected.items():
        yield compare_gradient(f"grad/{key}", gradients[key], value)


def resnet(data: Mapping[str, Tensor]) -> Iterator[Check]:
    generator = recycle_gan.from_published(params(data))
    teacher = generator.cut(*data["split"].tolist())
    yield compare("a", teacher.head(data["x"]), data["a"])
    yield compare("f", teacher.body(data["a"]), data["f"])
    yield compare("y", teacher.tail(data["f"]), data["y"])
    yield compare("y of the whole", generator(data["x"]), data["y"])


def discriminator(build: Callable[[int, int], nn.Module], layers: int) -> Callable[[Mapping[str, Tensor]], Iterator]:
    """Handler for one architecture, whose published form has `layers` convolutions beside the strided ones."""

    def run(data: Mapping[str, Tensor]) -> Iterator[Check]:
        weights = params(data)
        ndf = len(weights["model.0.bias"])
        n_convs = len({key.split(".")[1] for key in weights})
        network = load(build(ndf, n_convs - layers), weights)
        loss = GANLoss("lsgan")
        y = network(data["x"])
        yield compare("y", y, data["y"])
        yield compare_loss("loss_real", loss(y, True), data["loss_real"])
        yield compare_loss("loss_fake", loss(y, False), data["loss_fake"])
        yield compare_loss("loss_gen", loss(y, True), data["loss_gen"])

    return run


HANDLERS: dict[str, Callable[[Mapping[str, Tensor]], Iterator[Check]]] = {
    "hetconv": hetconv,
    "adabd": adabd,
    "shortcut_block": shortcut_block,
    "resnet": resnet,
    "disc_basic": discriminator(PatchDiscriminator, 2),
    "disc_sn_basic": discriminator(SpectralPatchDiscriminator, 2),
    "disc_temporal": discriminator(TemporalPatchDiscriminator, 2),
    "vtoonify": golden_vtoonify.generator,
    "psp_encoder": golden_vtoonify.style_codes,
    "bisenet": golden_vtoonify.face_parts,
    "ffhq_quad": golden_vtoonify.face_geometry,
}


def run_file(path: Path) -> list[Check]:
    """Every quantity of one file. A file that no prefix in HANDLERS fits fails; so does one that cannot be run."""
    fitting = [stem for stem in HANDLERS if path.stem == stem or path.stem.startswith(f"{stem}_")]
    if not fitting:
        return [Check("unknown file", float("nan"), 0.0)]
    try:
        return list(HANDLERS[max(fitting, key=len)](read(path)))
    except Exception as error:  # one broken file must not hide the others
        return [Check(f"{type(error).__name__}: {error}", float("nan"), 0.0)]


def read(path: Path) -> dict[str, Tensor | str]:
    with np.load(path, allow_pickle=False) as file:
        arrays = {key: np.asarray(file[key]) for key in file.files}
    return {key: str(v) if v.dtype.kind == "U" else torch.from_numpy(v) for key, v in arrays.items()}


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.golden", description=__doc__.splitlines()[0])
    parser.add_argument("directory", type=Path, metavar="DIR")
    directory = parser.parse_args(argv).directory
    files = sorted(directory.glob("*.npz"))
    if not files:
        parser.error(f"{directory} holds no .npz file")
    failed = 0
    for path in files:
        for check in run_file(path):
            failed += not check.ok
            verdict = f"tolerance {check.tolerance:.2e}  {'ok' if check.ok else 'FAILED'}"
            print(f"{path.stem:<18} {check.quantity:<60} error {check.error:.2e}  {verdict}")
    print(f"{len(files)} files, {failed} quantities failed")
    return int(failed > 0)
