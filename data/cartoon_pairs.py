"""Training pairs for a small VToonify: a small frame, and the cartoon of the large frame it comes from."""

from collections.abc import Sequence

import cv2
import numpy as np
from torch.utils.data import Dataset

from data.cartoon import cartoon
from data.clips import Clip
from data.frames import Size, UnreadableFrame
from data.pairs import ImageFrames
from data.video import VideoFrames
from util.image import to_tensor

SCALE = 4  # pixels of a cartoon per pixel of its frame, along each axis
TRIES = 10  # frames drawn before damage is an error
GAMMA, TINT = 0.3, 0.06  # spread of the logarithm of the exponent, and of the channels' gains
BLUR_PX, NOISE, JPEG_QUALITY = 1.0, 3.0, (75, 99)  # largest spreads, the noise's in levels of 255


class CartoonPairs(Dataset):
    """One pair per clip and epoch, drawn from (seed, epoch, clip) alone: workers and resuming do not change it.

    dataset[epoch, clip] -> {"frame": [3, h, w], "cartoon": [3, 4h, 4w], both in [-1, 1], "skipped": names of unreadable
    frames met on the way}. Size, place, exposure and tint of a pair are random; the small frame alone is then blurred,
    gets noise and JPEG artefacts, so that the network learns to see through those.

    Args:
        clips: of one frame or more.
        load_size: (width, height) that a frame is scaled to cover at most, in pixels of the small frame; at least, it
            covers `fine_size`.
        fine_size: (width, height) of the small frame.
        flip: mirror half of the pairs.
        seed: not negative.

    Raises:
        ValueError: no clip.
        UnreadableFrame: on access, when several frames in a row cannot be read.
    """

    def __init__(
        self,
        clips: Sequence[Clip],
        load_size: Size,
        fine_size: Size,
        flip: bool = False,
        seed: int = 0,
    ):
        if not clips:
            raise ValueError("no clip to draw frames from")
        self._sources = [VideoFrames(clip.video) if clip.video else ImageFrames(clip) for clip in clips]
        self._load_size, self._fine_size, self._flip, self._seed = load_size, fine_size, flip, seed

    def __len__(self) -> int:
        return len(self._sources)

    def __getitem__(self, key: tuple[int, int]) -> dict:
        epoch, index = key
        rng = np.random.default_rng([self._seed, epoch, index])
        frame, skipped = self._read(self._sources[index], rng)
        large = developed(self._cut(frame, rng), rng)
        small = cv2.resize(large, self._fine_size, interpolation=cv2.INTER_AREA)
        return {"frame": to_tensor(worn(small, rng)), "cartoon": to_tensor(cartoon(large)), "skipped": skipped}

    def _read(self, frames: ImageFrames | VideoFrames, rng: np.random.Generator) -> tuple[np.ndarray, list[str]]:
        """A frame of the clip and the names of the unreadable ones met on the way."""
        skipped = []
        for _ in range(TRIES):
            number = int(rng.integers(len(frames)))
            try:
                return frames.read(number), skipped
            except UnreadableFrame:
                skipped.append(frames.name(number))
        raise UnreadableFrame(f"no readable frame in {TRIES} tries, bad are {', '.join(dict.fromkeys(skipped))}")

    def _cut(self, frame: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """A window of 4 times `fine_size`, perhaps mirrored; the frame is scaled first, keeping its shape."""
        width, height = (SCALE * n for n in self._fine_size)
        covers = max(width / frame.shape[1], height / frame.shape[0])
        largest = max(load / fine for load, fine in zip(self._load_size, self._fine_size, strict=True))
        scale = covers * largest ** rng.random()
        size = max(round(frame.shape[1] * scale), width), max(round(frame.shape[0] * scale), height)
        scaled = cv2.resize(frame, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC)
        left, top = rng.integers(size[0] - width, endpoint=True), rng.integers(size[1] - height, endpoint=True)
        window = scaled[top : top + height, left : left + width]
        return np.ascontiguousarray(window[:, ::-1] if self._flip and rng.integers(2) else window)


def developed(picture: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """picture uint8 [H, W, 3] with another exposure and tint."""
    gamma, gains = np.exp(GAMMA * rng.normal()), np.exp(TINT * rng.normal(size=3))
    levels = np.arange(256)[:, None] / 255  # [256, 1]
    table = (255 * levels**gamma * gains).clip(0, 255).astype(np.uint8)
    return cv2.LUT(picture, table[None])


def worn(picture: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """picture uint8 [H, W, 3] as a poor camera and a lossy file would give it."""
    blurred = cv2.GaussianBlur(picture, (0, 0), 0.01 + BLUR_PX * rng.random())
    noisy = blurred + NOISE * rng.random() * rng.standard_normal(picture.shape, np.float32)
    quality = [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(*JPEG_QUALITY))]
    _, encoded = cv2.imencode(".jpg", noisy.round().clip(0, 255).astype(np.uint8), quality)
    return cv2.imdecode(encoded, cv2.IMREAD_COLOR)
