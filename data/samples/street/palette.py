"""The materials of surfaces, and the VIPER label colour of each."""

from enum import IntEnum

import numpy as np

from util.viper import VIPER


class Material(IntEnum):
    """What a surface is made of, which selects the function that paints it."""

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
