"""Training pairs for a small VToonify: a small frame and the cartoon of its large version."""

from collections.abc import Sequence

import cv2
import numpy as np
from torch.utils.data import Dataset

from data.cartoon import draw_cartoon
from data.clips import Clip
from data.frames import Size, UnreadableFrame
from data.pairs import ImageFrames
from data.video import VideoFrames
from util.image import to_tensor

SCALE = 4  # side of a cartoon divided by the side of its frame
TRIES = 10  # unreadable frames drawn in a row before it is an error
GAMMA_SIGMA, TINT_SIGMA = 0.3, 0.06  # of log(gamma), and of log(gain) of each channel
BLUR_PX, NOISE_LEVELS, JPEG_QUALITY = 1.0, 3.0, (75, 99)  # largest sigma of blur and of noise (of 255 levels)


class CartoonPairs(Dataset):
    """One random pair per clip and epoch.

    dataset[epoch, clip] -> {"frame": [3, h, w], "cartoon": [3, 4h, 4w], both in [-1, 1], "skipped": names of unreadable
    frames that were drawn}. A pair depends on (seed, epoch, clip) alone: the number of workers and resuming do not
    change it. Scale, position, exposure and tint of a pair are random. The small frame alone then gets blur, noise and
    JPEG artefacts, so that the network learns to ignore them.

    Args:
        clips: of one frame or more.
        load_size: (width, height) in pixels of the small frame: the largest size that a frame is scaled to cover; the
            smallest is `fine_size`.
        fine_size: (width, height) of the small frame.
        flip: mirror a pair with probability 1/2.
        seed: at least 0.

    Raises:
        ValueError: `clips` is empty.
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
        large = vary_exposure(self._random_window(frame, rng), rng)
        small = cv2.resize(large, self._fine_size, interpolation=cv2.INTER_AREA)
        return {"frame": to_tensor(degrade(small, rng)), "cartoon": to_tensor(draw_cartoon(large)), "skipped": skipped}

    def _read(self, frames: ImageFrames | VideoFrames, rng: np.random.Generator) -> tuple[np.ndarray, list[str]]:
        """A random readable frame, and the names of the unreadable frames drawn before it."""
        skipped = []
        for _ in range(TRIES):
            number = int(rng.integers(len(frames)))
            try:
                return frames.read(number), skipped
            except UnreadableFrame:
                skipped.append(frames.name(number))
        raise UnreadableFrame(f"no readable frame in {TRIES} tries, bad are {', '.join(dict.fromkeys(skipped))}")

    def _random_window(self, frame: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """A window of 4 times `fine_size` in the frame, which is first scaled with its aspect ratio kept."""
        width, height = (SCALE * n for n in self._fine_size)
        cover = max(width / frame.shape[1], height / frame.shape[0])
        largest = max(load / fine for load, fine in zip(self._load_size, self._fine_size, strict=True))
        scale = cover * largest ** rng.random()
        size = max(round(frame.shape[1] * scale), width), max(round(frame.shape[0] * scale), height)
        scaled = cv2.resize(frame, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC)
        left, top = rng.integers(size[0] - width, endpoint=True), rng.integers(size[1] - height, endpoint=True)
        window = scaled[top : top + height, left : left + width]
        return np.ascontiguousarray(window[:, ::-1] if self._flip and rng.integers(2) else window)


def vary_exposure(picture: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Change exposure and tint of `picture`, uint8 [H, W, 3]."""
    gamma, gains = np.exp(GAMMA_SIGMA * rng.normal()), np.exp(TINT_SIGMA * rng.normal(size=3))
    levels = np.arange(256)[:, None] / 255  # [256, 1]
    table = (255 * levels**gamma * gains).clip(0, 255).astype(np.uint8)
    return cv2.LUT(picture, table[None])


def degrade(picture: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Add the blur, noise and JPEG artefacts of a poor camera to `picture`, uint8 [H, W, 3]."""
    blurred = cv2.GaussianBlur(picture, (0, 0), 0.01 + BLUR_PX * rng.random())
    noisy = blurred + NOISE_LEVELS * rng.random() * rng.standard_normal(picture.shape, np.float32)
    quality = [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(*JPEG_QUALITY))]
    _, encoded = cv2.imencode(".jpg", noisy.round().clip(0, 255).astype(np.uint8), quality)
    return np.asarray(cv2.imdecode(encoded, cv2.IMREAD_COLOR))
