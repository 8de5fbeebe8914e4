import torch

from models.training.image_pool import ImagePool


def images(*values):
    return torch.tensor(values, dtype=torch.float32).view(-1, 1, 1, 1)


def test_without_size_images_come_straight_back_detached():
    x = images(1, 2).requires_grad_()
    shown = ImagePool(0).query(x)
    assert torch.equal(shown, x) and not shown.requires_grad


def test_a_full_pool_shows_old_images_about_half_of_the_time():
    pool = ImagePool(10, seed=0)
    pool.query(images(*range(10)))
    new = range(10, 210)
    shown = [pool.query(images(n)).item() for n in new]
    old = sum(value != n for value, n in zip(shown, new, strict=True))
    assert 70 < old < 130 and len(pool.images) == 10


def test_the_history_survives_saving_and_loading():
    first, second = ImagePool(2, seed=1), ImagePool(2, seed=2)
    first.query(images(*range(20)))
    second.load_state_dict(first.state_dict())
    following = images(*range(20, 40))
    assert torch.equal(first.query(following), second.query(following))


def test_images_come_back_on_the_device_of_those_given():
    pool = ImagePool(1, seed=0)
    pool.load_state_dict({"images": [torch.zeros(1, 1, 1)], "generator": pool.generator.get_state()})
    new = torch.zeros(20, 1, 1, 1, device="meta")  # a second device that every machine has
    assert pool.query(new).device == new.device
