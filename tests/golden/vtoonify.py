"""Reference vectors of VToonify's networks and of the geometry of its faces."""

from collections.abc import Iterator, Mapping

import numpy as np
import torch
from torch import Tensor

from data.faces import Crop, blur, crop_around, cut_out, from_landmarks
from data.faces.align import alignment_steps, face_square, side_length
from models.teachers.vtoonify import face_parsing, network, style_encoder
from tests.golden import rules as golden_rules
from tests.golden.compare import Check, compare

IMAGE_TOLERANCE = 5e-5  # most of the images' deviation is a constant per channel


@torch.no_grad()
def generator(data: Mapping[str, Tensor | str]) -> Iterator[Check]:
    with torch.device("meta"):
        complete = network.VToonify(data["backbone"], complete=True)
    weights = golden_rules.by_rule(complete, data["salt"], golden_rules.vtoonify)
    vtoonify = network.from_published({"g_ema": weights})
    yield compare("wplus_head", vtoonify.w_plus(data["style"])[:, :, :64], data["wplus_head"])

    styled = vtoonify.styled(data["style"], float(data["d_s"]))
    features, f_g, skip = styled.encode(data["x"])
    yield compare("encoder0", features[0][:, ::8], data["encoder0"])
    yield compare("encoder_feat", f_g[:, ::16], data["encoder_feat"])
    yield compare("encoder_skip", skip, data["encoder_skip"])
    for k, (fusion, level) in enumerate(zip(styled.fusions, styled.levels, strict=False)):
        if f"mask{k}" in data:
            expected = data[f"mask{k}"]
            tolerance = None if expected.any() else 1e-6
            yield compare(f"mask{k}", fusion.mask(f_g, features[3 - k]), expected, tolerance)
        f_g, skip = level(*fusion(f_g, skip, features[3 - k]))
    yield compare("y", styled(data["x"])[:, :, ::2, ::2], data["y"], IMAGE_TOLERANCE)


@torch.no_grad()
def style_codes(data: Mapping[str, Tensor | str]) -> Iterator[Check]:
    with torch.device("meta"):
        empty = style_encoder.StyleEncoder()
    weights = golden_rules.by_rule(empty, data["salt"], golden_rules.front_end)
    mean = golden_rules.normal(data["salt"], "latent_avg", (18, 512)).float()
    state = {f"encoder.{key}": value for key, value in weights.items()} | {"decoder.input.input": torch.zeros(1)}
    encoder = style_encoder.from_published({"state_dict": state, "opts": {"input_nc": 3}, "latent_avg": mean})

    face = _image(data["image"])
    stem = encoder.input_layer(face)
    yield compare("stem", stem[:, ::8, ::16, ::16], data["stem"])
    yield compare("c1", encoder.body[:7](stem)[:, ::8, ::4, ::4], data["c1"])
    yield compare("c2", encoder.body[:21](stem)[:, ::16, ::2, ::2], data["c2"])
    read = encoder.pyramid(face)
    yield compare("c3", read.c3[:, ::16, ::2, ::2], data["c3"])
    yield compare("p2", read.p2[:, ::32, ::2, ::2], data["p2"])
    yield compare("p1", read.p1[:, ::32, ::4, ::4], data["p1"])
    codes = encoder(face)
    yield compare("codes", codes - mean, data["codes"])
    yield compare("codes_plus_avg", codes[:, :, :64], data["codes_plus_avg"])


@torch.no_grad()
def face_parts(data: Mapping[str, Tensor | str]) -> Iterator[Check]:
    with torch.device("meta"):
        empty = face_parsing.BiSeNet()
    net = face_parsing.from_published(golden_rules.by_rule(empty, data["salt"], golden_rules.front_end))
    x = data["x"]
    for name, feature in zip(("feat8", "feat16", "feat32"), net.cp.resnet(x), strict=True):
        yield compare(name, feature[:, ::8], data[name])
    feat8, cp8, cp16 = net.cp(x)
    yield compare("cp8", cp8[:, ::8], data["cp8"])
    yield compare("cp16", cp16[:, ::8], data["cp16"])
    fused = net.ffm(feat8, cp8)
    yield compare("ffm", fused[:, ::16], data["ffm"])
    yield compare("logits_low", net.conv_out(fused), data["logits_low"])
    yield compare("out", net(x)[:, :, ::3, ::3], data["out"])
    for name, head, feature in (("out16", net.conv_out16, cp8), ("out32", net.conv_out32, cp16)):
        yield compare(name, face_parsing.upsample_like(head(feature), x)[:, :, ::6, ::6], data[name])
    yield compare("parsing", net.parse(_image(data["frame"])), data["parsing"])


def face_geometry(data: Mapping[str, Tensor | str]) -> Iterator[Check]:
    arrays = {key: value.numpy() for key, value in data.items() if key != "salt"}
    for name, found in _geometry(arrays).items():
        tolerance = 1e-9 * np.abs(arrays[name]).max() if arrays[name].dtype.kind == "f" else 0.0
        yield _compare_arrays(name, found, arrays[name], tolerance)
    once = blur(arrays["frame"])
    yield _compare_arrays("frame_blur1", once, arrays["frame_blur1"], 0.0)
    yield _compare_arrays("frame_blur2", blur(once), arrays["frame_blur2"], 0.0)
    crop = Crop(height=13, width=18, top=0, bottom=13, left=0, right=18, scale=13 / 37)
    yield _compare_arrays("frame_small", cut_out(arrays["frame"], crop), arrays["frame_small"], 1.0)


def _geometry(arrays: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Everything computed from the landmarks of all faces, under the names of the reference arrays."""
    rows = []
    for landmarks, size, padding in zip(arrays["landmarks"], arrays["image_size"], arrays["padding"], strict=True):
        face, frame_size = from_landmarks(landmarks), tuple(size.tolist())
        corners = face_square(face)
        steps = alignment_steps(corners, frame_size)
        crop = crop_around(face, frame_size, tuple(padding.tolist()))
        rows.append(
            {
                "eye_avg": face.eyes,
                "eye_to_eye": face.eye_to_eye,
                "eye_to_mouth": face.eye_to_mouth,
                "quad": corners,
                "qsize": side_length(corners),
                "shrink": steps.shrink,
                "border": steps.border,
                "crop": steps.crop,
                "padded": steps.padded,
                "pad": steps.pad,
                "quad_transform": steps.corners,
                "source_size": steps.size,
                "crop_params": crop[:6],
                "scale": crop.scale,
                "blur_passes": crop.blur_passes,
            }
        )
    return {name: np.array([row[name] for row in rows]) for name in rows[0]}


def _compare_arrays(quantity: str, found: np.ndarray, expected: np.ndarray, tolerance: float) -> Check:
    return compare(quantity, *(torch.from_numpy(v.astype(np.float64)) for v in (found, expected)), tolerance)


def _image(pixels: Tensor) -> Tensor:
    """uint8 [H, W, 3] -> [1, 3, H, W] in [-1, 1]."""
    return pixels.permute(2, 0, 1)[None] / 127.5 - 1
