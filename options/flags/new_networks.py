"""The flags of train.py that give the size and the first weights of new networks other than the Shortcut block."""

import argparse

from options.parser import PATH, choice, switch, value, whole


def add_recycle_gan(group: argparse._ArgumentGroup) -> None:
    networks = choice(["resnet_6blocks", "resnet_9blocks"])
    value(group, "--which_model_netG", networks, "resnet_6blocks", "generators")
    value(group, "--ngf", whole(1), 64, "channels of the generators' first layer")
    value(group, "--ngf_B", whole(1), None, "the same of G_B (B -> A) alone; not given: --ngf")
    for name in ("G_A", "G_B"):
        weights = f"file of weights that {name} starts from; a narrower network is widened; not given: random weights"
        value(group, f"--init_{name}", PATH, None, weights)
    value(group, "--which_model_netD", choice(["basic"]), "basic", "discriminators")


def add_cartoon(group: argparse._ArgumentGroup) -> None:
    width = "channels at its low resolutions, a multiple of 16; the published network has 512"
    value(group, "--width", whole(16), 64, width)
    switch(group, "--photographs", True, "also train on the photographs that scikit-image contains")


def add_segmenter(group: argparse._ArgumentGroup) -> None:
    value(group, "--fcn_width", whole(1), 64, "channels of the first layers")
    value(group, "--fcn_hidden", whole(1), 4096, "channels of the last layers before the scores")
