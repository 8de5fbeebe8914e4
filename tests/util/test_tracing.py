import json

import pytest
import torch

from util.tracing import WARMUP, traced


@pytest.mark.parametrize(("batches", "steps", "recorded"), [(9, 2, 2), (WARMUP + 1, 2, 1), (WARMUP, 2, None)])
def test_a_few_steps_after_the_first_ones_are_recorded_and_no_batch_is_lost(tmp_path, batches, steps, recorded):
    path, seen = tmp_path / "trace.json", []
    for x in traced(iter(range(batches)), steps, path):
        seen.append(x)
        torch.ones(2, 2) @ torch.ones(2, 2)
    assert seen == list(range(batches)) and path.exists() == (recorded is not None)
    if recorded:
        events = json.loads(path.read_text())["traceEvents"]
        assert sum(event.get("name") == "aten::mm" for event in events) == recorded
