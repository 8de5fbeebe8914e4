import torch
from torch import fx, nn

from models.evaluation.cost import count_macs
from models.teachers.any_generator.fusing import fuse_graph
from models.teachers.fused_layers import ConvNormRelu


class Branches(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv, self.norm, self.relu = nn.Conv2d(3, 4, 3, padding=1), nn.InstanceNorm2d(4), nn.ReLU()
        self.other, self.batch = nn.Conv2d(4, 4, 3, padding=1), nn.BatchNorm2d(4)

    def forward(self, x):
        a = self.relu(self.norm(self.conv(x)))
        return a + self.batch(self.other(a))


@torch.no_grad()
def test_rows_of_layers_are_fused_and_a_layer_that_two_read_ends_a_row():
    traced, x = fx.symbolic_trace(Branches().eval()), torch.rand(2, 3, 8, 8)
    fused = fuse_graph(traced)
    calls = [fused.get_submodule(n.target) for n in fused.graph.nodes if n.op == "call_module"]
    assert [[type(layer) for layer in row] for row in calls] == [[ConvNormRelu], [nn.Conv2d]]
    torch.testing.assert_close(fused(x), traced(x), atol=1e-5, rtol=0)
    assert count_macs(fused, x) == count_macs(traced, x)
