import pytest
import torch

from models.training.losses import GANLoss, discriminator_loss


def test_lsgan_is_the_squared_distance_to_one_or_zero():
    gan, prediction = GANLoss("lsgan"), torch.tensor([0.0, 0.5, 2.0])
    assert gan(prediction, True).item() == pytest.approx((1 + 0.25 + 1) / 3)
    assert gan(prediction, False).item() == pytest.approx((0 + 0.25 + 4) / 3)


def test_vanilla_is_binary_cross_entropy_on_logits():
    logit = torch.tensor([0.3])
    real = torch.sigmoid(logit)
    assert GANLoss("vanilla")(logit, True).item() == pytest.approx(-real.log().item())
    assert GANLoss("vanilla")(logit, False).item() == pytest.approx(-(1 - real).log().item())


def test_hinge_has_a_side_for_the_discriminator_and_one_for_the_generator():
    gan, prediction = GANLoss("hinge"), torch.tensor([-2.0, 0.5])
    assert gan(prediction, True).item() == pytest.approx((3 + 0.5) / 2)
    assert gan(prediction, False).item() == pytest.approx((0 + 1.5) / 2)
    assert gan.generator(prediction).item() == pytest.approx(0.75)


@pytest.mark.parametrize("mode", ["lsgan", "vanilla", "hinge"])
def test_a_generator_lowers_its_loss_by_looking_more_real(mode):
    gan = GANLoss(mode)
    assert gan.generator(torch.tensor([0.9])) < gan.generator(torch.tensor([0.1]))


def test_a_discriminator_that_is_right_has_no_lsgan_loss():
    assert discriminator_loss(GANLoss("lsgan"), torch.ones(3), torch.zeros(3)).item() == 0


def test_an_unknown_mode_is_refused():
    with pytest.raises(ValueError, match="lsgan.*wgangp"):
        GANLoss("wgangp")
