"""The kernel of `models.ops.triton`. This file needs Triton, whose interpreter runs it with TRITON_INTERPRET=1."""

import triton
import triton.language as tl


@triton.jit
def blended_deform_conv(
    out,
    feature,
    current,
    offset,
    mask,
    shift,
    weight,
    n_pixels,
    height,
    width,
    offset_image,
    offset_group,
    offset_tap,
    offset_axis,
    offset_pixel,
    mask_image,
    mask_group,
    mask_tap,
    mask_pixel,
    shift_image,
    shift_axis,
    shift_pixel,
    GROUPS: tl.constexpr,
    CHANNELS: tl.constexpr,
    OUT: tl.constexpr,
    KERNEL: tl.constexpr,
    DILATION: tl.constexpr,
    BLEND: tl.constexpr,
    SHIFT: tl.constexpr,
    PRECISION: tl.constexpr,
    BLOCK_PIXELS: tl.constexpr,
    BLOCK_CHANNELS: tl.constexpr,
    BLOCK_OUT: tl.constexpr,
):
    """A tile of BLOCK_PIXELS pixels and BLOCK_OUT channels of the output, the columns of one tap and block at a time.

    Maps lie channels-last: feature and current [n_pixels, GROUPS * CHANNELS], weight [KERNEL**2, GROUPS * CHANNELS,
    OUT], out [n_pixels, OUT], where n_pixels counts those of all images. offset [N, GROUPS, KERNEL**2, 2, H * W], mask
    [N, GROUPS, KERNEL**2, H * W] and shift [N, 2, H * W], which is (dx, dy), lie as their strides say.
    """
    # Lanes beyond the last pixel compute it again and store the same numbers: no read needs a mask for them.
    pixel = tl.minimum(tl.program_id(0).to(tl.int64) * BLOCK_PIXELS + tl.arange(0, BLOCK_PIXELS), n_pixels - 1)
    image, place = pixel // (height * width), pixel % (height * width)
    row, column = (place // width).to(tl.int32), (place % width).to(tl.int32)
    to = tl.program_id(1) * BLOCK_OUT + tl.arange(0, BLOCK_OUT)
    offset += image * offset_image + place * offset_pixel
    mask += image * mask_image + place * mask_pixel
    by_x, by_y = 0.0, 0.0
    if SHIFT:
        shift += image * shift_image + place * shift_pixel
        by_x, by_y = tl.load(shift).to(tl.float32), tl.load(shift + shift_axis).to(tl.float32)

    total = tl.full((BLOCK_PIXELS, BLOCK_OUT), 0, tl.float32)
    for step in range(GROUPS * KERNEL * KERNEL):
        group = step // (KERNEL * KERNEL)
        tap = step % (KERNEL * KERNEL)  # pyright: ignore[reportOperatorIssue]  # a constexpr lacks the reflected "%"
        still_y = row + (tap // KERNEL - KERNEL // 2) * DILATION
        still_x = column + (tap % KERNEL - KERNEL // 2) * DILATION
        pair = offset + group * offset_group + tap * offset_tap
        y = _near(still_y + (tl.load(pair).to(tl.float32) + by_y), height)
        x = _near(still_x + (tl.load(pair + offset_axis).to(tl.float32) + by_x), width)
        top, left = tl.floor(y), tl.floor(x)
        down, right = y - top, x - left
        first_y, first_x = top.to(tl.int32), left.to(tl.int32)
        up_share, down_share = 1 - down, down
        if BLEND:
            share = tl.load(mask + group * mask_group + tap * mask_tap).to(tl.float32)
            up_share, down_share = up_share * (1 - share), down_share * (1 - share)
        for start in range(0, CHANNELS, BLOCK_CHANNELS):
            lane = start + tl.arange(0, BLOCK_CHANNELS)
            known, channel = lane < CHANNELS, group * CHANNELS + lane
            at = (channel, known, image, height, width, GROUPS * CHANNELS)
            columns = _share(feature, first_y, first_x, up_share * (1 - right), at)
            columns += _share(feature, first_y, first_x + 1, up_share * right, at)
            columns += _share(feature, first_y + 1, first_x, down_share * (1 - right), at)
            columns += _share(feature, first_y + 1, first_x + 1, down_share * right, at)
            if BLEND:
                columns += _share(current, still_y, still_x, share, at)
            at_weight = (tap * GROUPS * CHANNELS + channel)[:, None] * OUT + to[None, :]
            kernel = tl.load(weight + at_weight, mask=known[:, None] & (to < OUT)[None, :], other=0)
            total = tl.dot(columns.to(kernel.dtype), kernel, total, input_precision=PRECISION)
    tl.store(out + pixel[:, None] * OUT + to[None, :], total.to(out.dtype.element_ty), mask=(to < OUT)[None, :])


@triton.jit
def _near(position, size):
    """Positions that read only zeros are moved next to the map, where an integer can hold them; NaN stays NaN."""
    return tl.where((position < -1) | (position > size), -1.0, position)


@triton.jit
def _share(table, y, x, share, at):
    """share * table[y, x]: [pixels, channels], zero outside the map, so that no position can read out of bounds."""
    channel, known, image, height, width, row_length = at
    inside = (y >= 0) & (y < height) & (x >= 0) & (x < width)
    start = ((image * height + y) * width + x) * row_length
    values = tl.load(table + start[:, None] + channel[None, :], mask=inside[:, None] & known[None, :], other=0)
    return values.to(tl.float32) * share[:, None]
