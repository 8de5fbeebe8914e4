"""What surfaces exist, and the VIPER label colour of each."""

from enum import IntEnum

import numpy as np


class Material(IntEnum):
    SKY = 0
    SKYLINE = 1
    GROUND = 2
    FACADE = 3
    GABLE = 4
    ROOF = 5
    PAINT = 6
    GLASS = 7
    CAR_SIDE = 8
    CAR_FRONT = 9
    CAR_REAR = 10
    CABIN_SIDE = 11
    VAN_SIDE = 12
    LEAVES = 13
    TRUNK = 14
    POLE = 15
    SIGN = 16
    HEDGE = 17
    CLOTHES = 18
    SKIN = 19


VIPER = {
    "unlabeled": (0, 0, 0),
    "ambiguous": (111, 74, 0),
    "sky": (70, 130, 180),
    "road": (128, 64, 128),
    "sidewalk": (244, 35, 232),
    "railtrack": (230, 150, 140),
    "terrain": (152, 251, 152),
    "tree": (87, 182, 35),
    "vegetation": (35, 142, 35),
    "building": (70, 70, 70),
    "infrastructure": (153, 153, 153),
    "fence": (190, 153, 153),
    "billboard": (150, 20, 20),
    "traffic light": (250, 170, 30),
    "traffic sign": (220, 220, 0),
    "mobilebarrier": (180, 180, 100),
    "firehydrant": (173, 153, 153),
    "chair": (168, 153, 153),
    "trash": (81, 0, 21),
    "trashcan": (81, 0, 81),
    "person": (220, 20, 60),
    "animal": (255, 0, 0),
    "bicycle": (119, 11, 32),
    "motorcycle": (0, 0, 230),
    "car": (0, 0, 142),
    "van": (0, 80, 100),
    "bus": (0, 60, 100),
    "truck": (0, 0, 70),
    "trailer": (0, 0, 90),
    "plane": (0, 100, 100),
    "boat": (50, 0, 90),
}

_CLASS = {
    Material.SKY: "sky",
    Material.SKYLINE: "tree",
    Material.GROUND: "sidewalk",
    Material.FACADE: "building",
    Material.GABLE: "building",
    Material.ROOF: "building",
    Material.PAINT: "car",
    Material.GLASS: "car",
    Material.CAR_SIDE: "car",
    Material.CAR_FRONT: "car",
    Material.CAR_REAR: "car",
    Material.CABIN_SIDE: "car",
    Material.VAN_SIDE: "car",
    Material.LEAVES: "tree",
    Material.TRUNK: "tree",
    Material.POLE: "infrastructure",
    Material.SIGN: "traffic sign",
    Material.HEDGE: "vegetation",
    Material.CLOTHES: "person",
    Material.SKIN: "person",
}

LABEL_OF_MATERIAL = np.array([VIPER[_CLASS[m]] for m in Material], np.uint8)  # [materials, 3]
