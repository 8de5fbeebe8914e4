"""The published form of the Shortcut block: a late feature map from the current frame's early one and a reference."""

from torch import Tensor, nn

from models.ops.warp import warp
from models.shortcut.adabd import AdaBD, OffsetMaskGenerator
from models.shortcut.alignment import GlobalAlignment, last_channels, total_displacement
from models.shortcut.base import Prediction, Shortcut, channels_last, seen


class ShortcutBlock(Shortcut):
    """The published form of the block; see `Shortcut` for its arguments.

        f' = relu(R_f f_ref),  a' = relu(R_a a)                       reduction to h_dim channels
        a'_ref, f'  warped by the global offset of (a_cur, a_ref)     coarse alignment, half resolution
        o, m = generator(a'_cur, a'_ref)                              local offsets and blending mask
        f_cur = R (AdaBD(f', a'_cur, o, m)) (+ warped image)          blend, deform, reconstruct

    An image among the features is warped by the mean of the offsets and then corrected; the paper has no such image.

    Source: Chung et al., Shortcut-V2V (ICCV 2023), the Shortcut block.
    """

    published = True

    def _add_layers(self) -> None:
        c = self.config
        self.alignment = GlobalAlignment(c["feat_ch"], c["h_dim"], c["num_dg"], c["g_layers"], c["offset_g_size"])
        self.generator = OffsetMaskGenerator(c["h_dim"], c["num_dg"], c["l_layers"])
        self.adabd = AdaBD(c["h_dim"], c["num_dg"], c["adabd_dilation"])
        self.reconstruct = nn.Conv2d(c["h_dim"], c["f_ch"], 1)

    def with_pixels(self, a_ref: Tensor, a_cur: Tensor, f_ref: Tensor) -> tuple[Prediction, None]:
        """`Prediction` and None: this form leaves the picture as the teacher's tail makes it."""
        # In this memory format convolutions are faster, and the gather of a CPU needs no transposed copies.
        a_ref, a_cur, f_ref = seen(a_ref, self.config), seen(a_cur, self.config), channels_last(f_ref)
        f_ref_small = self.reduce_f(f_ref).relu()  # [N, h_dim, H, W]
        a_ref_small, a_cur_small = self.reduce_a(a_ref).relu(), self.reduce_a(a_cur).relu()

        a_warped, f_warped, coarse = self.alignment(a_ref, a_cur, a_ref_small, f_ref_small)
        # Detached as in the paper's code: losses through the mask must not shape the global warp.
        offset, mask = self.generator(a_cur_small, a_warped.detach())

        image = last_channels(f_ref, self.config["image_ch"])
        if self.config["image_ch"]:
            image = warp(image, total_displacement(coarse, offset))
        feature = self._late(self.adabd(f_warped, a_cur_small, offset, mask), image)
        aligned = self._late(self.adabd.deformed(f_warped, offset), image) if self.training else None
        return Prediction(feature, mask, aligned), None

    def _late(self, blended: Tensor, image: Tensor) -> Tensor:
        return add_image(self.reconstruct(blended), image)

    def use_backend(self, backend: str) -> None:
        super().use_backend(backend)
        self.alignment.backend = backend


def add_image(feature: Tensor, image: Tensor) -> Tensor:
    """`image` [N, c, H, W] is added to the last channels of `feature` [N, C, H, W], in place."""
    if image.shape[1]:
        last_channels(feature, image.shape[1]).add_(image)
    return feature
