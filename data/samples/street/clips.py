"""The clips of the built-in sample: their names, splits and scenes."""

from dataclasses import dataclass, replace

from data.samples.street.appearance import Appearance, game_appearance, real_appearance
from data.samples.street.scene import Scene, random_scene

FRAMES, SEED = 30, 2023
SPLITS = ("train", "val")
DRIVES = {"train": [f"{n:03d}" for n in range(1, 25)], "val": ["025", "065", "066", "067", "068", "069"]}
# In these clips the camera brakes, waits and pulls away.
STOPS = {"train": [f"{n:03d}" for n in range(30, 38)], "val": ["073", "074", "075", "076"]}
HELD = [f"{n:03d}" for n in range(50, 58)]  # training clips with a hand-held camera: it pans, trembles, rolls and zooms
# Frame at which a clip cuts to another scene. The cuts cover all three phases of interval 3, so no phase is favoured.
CUTS = {"040": 13, "041": 15, "042": 17}
CLIPS_A = {"train": DRIVES["train"] + STOPS["train"] + HELD, "val": DRIVES["val"] + STOPS["val"] + [*CUTS]}
CLIPS_B = {
    "train": [f"{city}_{n:06d}" for city in ("aachen", "bremen", "ulm") for n in range(4)],
    "val": [f"frankfurt_{n:06d}" for n in range(2)],
}


@dataclass(frozen=True)
class SampleClip:
    """One clip to draw.

    Args:
        domain: "A" (game) or "B" (real).
        split: "train" or "val".
        name: unique within its split.
        after_cut: this is the second shot of the clip called `name`.
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
        """Whether the camera is hand-held."""
        return self.domain == "A" and self.name in HELD

    @property
    def shots(self) -> list["SampleClip"]:
        """The shots of this clip in order, each as a clip without a cut."""
        cuts = self.domain == "A" and self.name in CUTS and not self.after_cut
        return [self, replace(self, after_cut=True)] if cuts else [self]

    def shot(self, t: int) -> int:
        """Index in `shots` of the shot that frame t belongs to."""
        return int(len(self.shots) > 1 and t >= CUTS[self.name])

    @property
    def seed(self) -> list[int]:
        """Seed of everything random in this clip."""
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
    """The scene of a clip, up to its cut if it has one; the input of `data.samples.street.flow.exact_flow`."""
    return random_scene(clip.seed, frames, clip.stops, clip.held)


def appearance_of(clip: SampleClip) -> Appearance:
    """The appearance that a clip is drawn with."""
    return (game_appearance if clip.domain == "A" else real_appearance)(clip.seed)
