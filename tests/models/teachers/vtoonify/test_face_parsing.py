import pytest
import torch

from models.teachers.vtoonify.face_parsing import BasicBlock, BiSeNet, ResNet18, from_published


@pytest.fixture(scope="module")
def network():
    torch.manual_seed(0)
    return BiSeNet().eval()


def test_it_has_the_published_entries_and_parameters(network):
    assert len(network.state_dict()) == 191
    assert sum(p.numel() for p in network.parameters()) == 13_300_416


@torch.no_grad()
@pytest.mark.parametrize("size", [(32, 64), (37, 50), (1, 1)])
def test_the_logits_have_the_size_of_the_image(network, size):
    assert network(torch.randn(1, 3, *size)).shape == (1, 19, *size)


@torch.no_grad()
def test_a_frame_is_parsed_at_twice_its_size(network):
    frame = torch.full((1, 3, 16, 24), 0.25)
    assert torch.equal(network.parse(frame), network(torch.full((1, 3, 32, 48), 0.5))[:, :, ::2, ::2])


@torch.no_grad()
def test_a_published_file_is_loaded_strictly(network):
    x = torch.randn(1, 3, 32, 32)
    loaded = from_published(network.state_dict())
    assert not loaded.training and torch.equal(loaded(x), network(x))


def test_another_file_is_refused(network):
    state = {f"module.{key}": value for key, value in network.state_dict().items()}
    with pytest.raises(ValueError, match="do not fit a BiSeNet .* 191 missing: .* 191 unexpected: module") as told:
        from_published(state)
    assert len(str(told.value)) < 1000


@torch.no_grad()
def test_features_are_an_eighth_to_a_thirty_second_of_the_size_rounded_up():
    shapes = [tuple(f.shape[1:]) for f in ResNet18().eval()(torch.randn(1, 3, 40, 70))]
    assert shapes == [(128, 5, 9), (256, 3, 5), (512, 2, 3)]


def test_only_a_strided_block_has_weights_in_its_shortcut():
    assert BasicBlock(4, 4, 1).downsample is None and BasicBlock(4, 8, 2).downsample is not None


@torch.no_grad()
def test_a_block_adds_its_input():
    block, x = BasicBlock(4, 4, 1).eval(), torch.randn(1, 4, 5, 6)
    torch.nn.init.zeros_(block.bn2.weight)
    assert torch.equal(block(x), x.relu())
