"""The clips of the built-in sample: their names, their splits, and the scenes they show."""

from dataclasses import dataclass, replace

from data.samples.street import looks
from data.samples.street.scene import Scene, random_scene

FRAMES, SEED = 30, 2023
SPLITS = ("train", "val")
DRIVES = {"train": [f"{n:03d}" for n in range(1, 25)], "val": ["025", "065", "066", "067", "068", "069"]}
STOPS = {"train": [f"{n:03d}" for n in range(30, 38)], "val": ["073", "074", "075", "076"]}  # brake, wait, pull away
HELD = [f"{n:03d}" for n in range(50, 58)]  # training clips whose camera a hand holds: pan, tremble, roll and zoom
# Where a clip cuts to another scene. All three phases of interval 3 occur, so that it is neither lucky nor unlucky.
CUTS = {"040": 13, "041": 15, "042": 17}
CLIPS_A = {"train": DRIVES["train"] + STOPS["train"] + HELD, "val": DRIVES["val"] + STOPS["val"] + [*CUTS]}
CLIPS_B = {
    "train": [f"{city}_{n:06d}" for city in ("aachen", "bremen", "ulm") for n in range(4)],
    "val": [f"frankfurt_{n:06d}" for n in range(2)],
}


@dataclass(frozen=True)
class SampleClip:
    """One clip to be made: domain "A" (game) or "B" (real), split "train" or "val".

    after_cut: it is what another clip of this name shows after its cut.
    """

    domain: str
    split: str
    name: str
    after_cut: bool = False

    @property
    def stops(self) -> bool:
        """Whether the camera brakes, waits and pulls away again."""
        return self.domain == "A" and self.name in STOPS[self.split]

    @property
    def held(self) -> bool:
        """Whether a hand holds the camera."""
        return self.domain == "A" and self.name in HELD

    @property
    def shots(self) -> list["SampleClip"]:
        """What it shows one after the other, each a clip without cuts."""
        cuts = self.domain == "A" and self.name in CUTS and not self.after_cut
        return [self, replace(self, after_cut=True)] if cuts else [self]

    def shot(self, t: int) -> int:
        """Which of `shots` frame t belongs to."""
        return int(len(self.shots) > 1 and t >= CUTS[self.name])

    @property
    def seed(self) -> list[int]:
        return [SEED, ord(self.domain), *self.split.encode(), *self.name.encode(), *([2] if self.after_cut else [])]


def clips() -> list[SampleClip]:
    """Every clip of the sample, in order."""
    return [
        SampleClip(domain, split, name)
        for domain, splits in (("A", CLIPS_A), ("B", CLIPS_B))
        for split, names in splits.items()
        for name in names
    ]


def scene_of(clip: SampleClip, frames: int = FRAMES) -> Scene:
    """The scene a clip shows, up to its cut if it has one; `data.samples.street.flow.exact_flow` takes it."""
    return random_scene(clip.seed, frames, clip.stops, clip.held)


def look_of(clip: SampleClip) -> looks.Look:
    """The look a clip is drawn in."""
    return (looks.game if clip.domain == "A" else looks.real)(clip.seed)
