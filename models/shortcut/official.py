"""Published Shortcut checkpoints: from their key names to ours and back."""

import math
from collections.abc import Mapping
from typing import Any

from torch import Tensor

from models.shortcut.block import ShortcutBlock

# published prefix -> ours
PREFIXES = {
    "cr1.0.": "reduce_f.",
    "cr2.0.": "reduce_a.",
    "offset_generator_global.model.": "alignment.layers.",
    "offset_generator_global.offset_conv.": "alignment.to_offset.",
    "global_deform_conv.regular_conv.": "alignment.",
    "offset_generator_local.model.": "generator.layers.",
    "offset_generator_local.offset_mask_conv.": "generator.to_offset_mask.",
    "mask_deform_conv.regular_conv.": "adabd.",
    "recon_ref.": "reconstruct.",
}
UNUSED = "global_deform_conv.offset_conv."  # in every published checkpoint, never executed


def is_published(state: Mapping[str, Any]) -> bool:
    """Whether `state` looks like a published block's bare state dict, with or without `module.` prefixes."""
    return {"cr1.0.weight", "recon_ref.weight"} <= _strip(state).keys()


def infer_config(state: Mapping[str, Tensor]) -> dict[str, int]:
    """Constructor arguments of the block that a published state dict belongs to.

    The dilation leaves no trace in the weights. It is given as 1, the only value with which the published code ran.

    Raises:
        ValueError: a layer from which an argument is read is missing, or its shape fits no block.
    """
    state = _strip(state)
    sources = [
        "cr1.0.weight",
        "offset_generator_global.model.0.conv1x1.weight",
        *(f"offset_generator_{k}" for k in ("global.offset_conv.weight", "local.offset_mask_conv.weight")),
    ]
    if missing := [key for key in sources if key not in state]:
        raise ValueError(f"not a published Shortcut block: it lacks {', '.join(missing)}")
    if wrong := [key for key in sources if getattr(state[key], "ndim", 0) != 4]:
        raise ValueError(f"not a published Shortcut block: {', '.join(wrong)} is not the weight of a convolution")
    reduce_f, over_both, to_offset, to_offset_mask = (state[key].shape for key in sources)
    num_dg, offset_g_size = _groups_and_size(to_offset[0], to_offset_mask[0])
    return {
        "feat_ch": over_both[1] // 2,
        "h_dim": reduce_f[0],
        "num_dg": num_dg,
        "g_layers": _count_layers(state, "offset_generator_global.model."),
        "l_layers": _count_layers(state, "offset_generator_local.model."),
        "offset_g_size": offset_g_size,
        "offset_l_size": 3,
        "adabd_dilation": 1,
        "f_ch": reduce_f[1],
        "image_ch": 0,
    }


def _groups_and_size(global_channels: int, local_channels: int) -> tuple[int, int]:
    """num_dg and offset_g_size, from the channels of both offset generators. ValueError: they fit no block."""
    num_dg, rest = divmod(local_channels, 27)
    offset_g_size = math.isqrt(global_channels // (2 * num_dg)) if num_dg else 0
    if rest or global_channels != 2 * offset_g_size**2 * num_dg:
        raise ValueError(
            f"not a published Shortcut block: {local_channels} local and {global_channels} global offset channels; "
            "27 and 2 or 18 times the deformable groups are possible"
        )
    return num_dg, offset_g_size


def from_published(state: Mapping[str, Tensor], adabd_dilation: int = 1) -> ShortcutBlock:
    """The block of a published state dict, in training mode like any new module.

    Args:
        state: keys with or without a leading `module.`; the layer that never runs may be absent.
        adabd_dilation: not recorded in the published format.

    Raises:
        ValueError: keys are unknown or missing, or shapes do not fit each other.
    """
    state = _strip(state)
    block = ShortcutBlock(**{**infer_config(state), "adabd_dilation": adabd_dilation})
    _check(state, to_published(block))
    block.load_state_dict({_ours(key): value for key, value in state.items() if not key.startswith(UNUSED)})
    return block


def to_published(block: ShortcutBlock) -> dict[str, Tensor]:
    """The block's weights under their published keys; the never executed layer is written as zeros.

    Raises:
        ValueError: the block is of another form, or warps an image among its features, which no published block does.
    """
    if not isinstance(block, ShortcutBlock):
        raise ValueError(f"only the published form of the block has published keys, got {block.config['block']}")
    if block.config["image_ch"]:
        raise ValueError(f"no published form has a block whose last {block.config['image_ch']} channels are an image")
    published = published_names(block.state_dict())
    h_dim, num_dg = block.config["h_dim"], block.config["num_dg"]
    like = published["recon_ref.weight"]
    published[f"{UNUSED}weight"] = like.new_zeros(18 * num_dg, h_dim, 3, 3)
    published[f"{UNUSED}bias"] = like.new_zeros(18 * num_dg)
    return published


def published_names(named: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The same tensors (weights, gradients, ...) under the published names of the block's parameters."""
    return {_published(key): value for key, value in named.items()}


def _check(state: Mapping[str, Tensor], expected: Mapping[str, Tensor]) -> None:
    differences = {
        "unknown keys": [key for key in state if key not in expected],
        "missing keys": [key for key in expected if key not in state and not key.startswith(UNUSED)],
        "other shapes": [
            f"{key} {list(state[key].shape)} instead of {list(value.shape)}"
            for key, value in expected.items()
            if key in state and state[key].shape != value.shape and not key.startswith(UNUSED)
        ],
    }
    if problems := [f"{what}: {_shorten(keys)}" for what, keys in differences.items() if keys]:
        raise ValueError("not a published Shortcut block; " + "; ".join(problems))


def _shorten(keys: list[str], limit: int = 4) -> str:
    return ", ".join(keys[:limit]) + (f" and {len(keys) - limit} more" if len(keys) > limit else "")


def _strip(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    return {str(key).removeprefix("module."): value for key, value in state.items()}


def _count_layers(state: Mapping[str, Tensor], prefix: str) -> int:
    return sum(key.startswith(prefix) and key.endswith(".conv3x3.weight") for key in state)


def _ours(key: str) -> str:
    prefix = next(p for p in PREFIXES if key.startswith(p))
    return PREFIXES[prefix] + key.removeprefix(prefix).replace("conv1x1_.", "conv1x1_group.")


def _published(key: str) -> str:
    # The longest match first: `alignment.weight` belongs to another prefix than `alignment.layers.`.
    prefix = max((p for p in PREFIXES if key.startswith(PREFIXES[p])), key=lambda p: len(PREFIXES[p]))
    return prefix + key.removeprefix(PREFIXES[prefix]).replace("conv1x1_group.", "conv1x1_.")
