"""A module's mark tells each change that an answer may depend on."""

import pickle
from collections.abc import Callable, Iterator
from itertools import pairwise
from types import MethodType
from typing import Any

import numpy as np
import pytest
import torch
from torch.nn.utils import parametrizations

from gridexplainer_widget import GridExplainer
from gridexplainer_widget.classifiers.mark import Mark
from gridexplainer_widget.classifiers.torch.mark import mark_of
from gridexplainer_widget.classifiers.torch.structure import StructureReader
from tests.support.pytorch import timm

PIXELS = np.random.default_rng(0).integers(0, 256, (24, 24, 3)).astype(np.uint8)
OPTIONS = {
    "preprocess": "0..1",
    "input_shape": (24, 24),
    "output": "logits",
    "engine": "incremental",
}


def network() -> torch.nn.Sequential:
    """Nothing but PyTorch's own layers, the last two with one weight."""
    torch.manual_seed(1)
    net = torch.nn.Sequential(
        torch.nn.Conv2d(3, 8, 3),
        torch.nn.BatchNorm2d(8),
        torch.nn.ReLU(),
        torch.nn.Conv2d(8, 8, 3),
        torch.nn.LeakyReLU(0.1),
        torch.nn.AdaptiveAvgPool2d(1),
        torch.nn.Flatten(),
        torch.nn.Linear(8, 8),
        torch.nn.Linear(8, 8),
        torch.nn.Linear(8, 8),
    )
    net[8].weight = net[7].weight
    return net.eval()


def written(net: Any) -> None:
    net[9].weight.data[0, 0] += 3


def written_by_numpy(net: Any) -> None:
    net[9].weight.detach().numpy()[0, 0] += 3


def tied_to_another(net: Any) -> None:
    net[8].weight = net[9].weight


def turned(net: Any) -> None:
    net[9].weight.data = net[9].weight.data.flip(0)


CHANGES: dict[str, Callable[[Any], Any]] = {
    "a weight": written,
    "a weight, by NumPy": written_by_numpy,
    "the order of rows": turned,
    "which weights are one": tied_to_another,
    "a statistic": lambda net: net[1].running_mean.add_(1),
    "an epsilon": lambda net: setattr(net[1], "eps", 3.0),
    "a slope": lambda net: setattr(net[4], "negative_slope", -2.0),
    "a stride": lambda net: setattr(net[3], "stride", (2, 2)),
    "an activation": lambda net: net.__setitem__(2, torch.nn.Tanh()),
    "a head": lambda net: net.__setitem__(9, torch.nn.Linear(8, 8)),
    "a larger head": lambda net: net.__setitem__(9, torch.nn.Linear(8, 9)),
    "a layer less": lambda net: net.__delitem__(8),
    "a layer of another place": lambda net: net.__setitem__(8, net[9]),
    "a class": lambda net: setattr(net[2], "__class__", torch.nn.Tanh),
    "a parametrization": lambda net: parametrizations.weight_norm(net[9]).parametrizations.weight[
        0
    ],
    "a hook": lambda net: net[2].register_forward_hook(lambda _, __, y: y * 2),
    "a method": lambda net: setattr(
        net[2], "forward", MethodType(lambda _, x: torch.tanh(x), net[2])
    ),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_of_a_network_of_known_layers_is_noticed(change: str) -> None:
    net = network()
    reader = StructureReader(net)
    before = mark_of(reader)
    assert before.complete
    assert mark_of(reader) == before
    CHANGES[change](net)
    after = mark_of(reader)
    assert after != before
    assert after == mark_of(StructureReader(net))  # as read from the start


@pytest.mark.filterwarnings("ignore:.*it has forward hooks")
@pytest.mark.parametrize("change", CHANGES)
def test_a_network_of_known_layers_that_was_changed_is_asked_as_it_is(change: str) -> None:
    net = network()
    explainer = GridExplainer(net, 4, **OPTIONS)
    explainer.explain(PIXELS, 0)
    CHANGES[change](net)
    found = explainer.explain(PIXELS, 0)
    wanted = GridExplainer(net, 4, **OPTIONS).explain(PIXELS, 0)
    np.testing.assert_allclose(found.vectors, wanted.vectors, atol=1e-6)


@pytest.fixture
def put_in_place() -> Iterator[pytest.MonkeyPatch]:
    with pytest.MonkeyPatch.context() as patch:
        yield patch


def test_code_put_into_a_library_is_noticed(put_in_place: pytest.MonkeyPatch) -> None:
    reader = StructureReader(network())
    marks = [mark_of(reader)]
    for holder, name in (
        (torch.nn.ReLU, "forward"),
        (torch.nn.Module, "__call__"),
        (torch.nn.functional, "leaky_relu"),
        (torch, "flatten"),
    ):
        put_in_place.setattr(holder, name, lambda *_: None)
        marks.append(mark_of(reader))
    assert all(one != other for one, other in pairwise(marks))
    put_in_place.undo()
    assert mark_of(reader) == marks[0]


# --- What leaves a mark incomplete


class Own(torch.nn.ReLU):
    """Code of the user's own."""


class Settings:
    scale = 1.0


INCOMPLETE: dict[str, Callable[[Any], Any]] = {
    "a class of the user's own": lambda net: net.__setitem__(2, Own()),
    "a function of the user's own": lambda net: setattr(net[2], "act", lambda x: x),
    "settings of the user's own": lambda net: setattr(net[2], "settings", Settings()),
    "a hook": CHANGES["a hook"],
    "a layer that is not registered": lambda net: setattr(net[2], "held", [torch.nn.ReLU()]),
    "something without attributes": lambda net: setattr(net[2], "source", iter([1])),
    "what is nested too deep": lambda net: setattr(net[2], "nested", [[[[[1]]]]]),
    "a generator": lambda net: setattr(net[2], "source", torch.Generator()),
}


@pytest.mark.parametrize("what", INCOMPLETE)
def test_what_may_read_anything_leaves_the_mark_incomplete(what: str) -> None:
    net = network()
    reader = StructureReader(net)
    assert mark_of(reader).complete
    INCOMPLETE[what](net)
    assert not mark_of(reader).complete


def test_names_around_a_class_of_the_users_own_are_no_change() -> None:
    net = network()
    net[2] = Own()
    reader = StructureReader(net)
    before = mark_of(reader)
    globals()["a_new_name"] = lambda: None
    after = mark_of(reader)
    del globals()["a_new_name"]
    assert after == before


def test_autocast_and_hooks_on_all_modules_leave_the_mark_incomplete() -> None:
    reader = StructureReader(network())
    with torch.autocast("cpu", torch.bfloat16):
        assert not mark_of(reader).complete
    with torch.device("cpu"):
        assert not mark_of(reader).complete
    handle = torch.nn.modules.module.register_module_forward_hook(lambda *_: None)
    assert not mark_of(reader).complete
    handle.remove()
    assert mark_of(reader).complete


# --- Settings wherever they stand


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (1, True),
        (1, 1.0),
        (0.0, -0.0),
        ([1, 2], [2, 1]),
        ({"a": [1]}, {"a": [2]}),
        ({"a": 1}, {"b": 1}),
        ((torch.float32,), (torch.float64,)),
        (torch.zeros(2), torch.ones(2)),
        (np.zeros(2), np.ones(2)),
        (torch.relu, torch.tanh),
        (torch.nn.ReLU, torch.nn.Tanh),
    ],
)
def test_settings_are_told_apart(before: Any, after: Any) -> None:
    net = network()
    reader = StructureReader(net)
    net[2].setting = before
    first = mark_of(reader)
    assert first.complete
    net[2].setting = after
    assert mark_of(reader) != first


def test_what_is_written_into_a_setting_is_noticed() -> None:
    net = network()
    net[2].listed, net[2].tensor, net[2].array = [[1.0]], torch.zeros(2), np.zeros(2)
    reader = StructureReader(net)
    marks = [mark_of(reader)]
    net[2].listed[0].append(2.0)
    marks.append(mark_of(reader))
    net[2].tensor.data[0] = 1
    marks.append(mark_of(reader))
    net[2].array[0] = 1
    marks.append(mark_of(reader))
    assert len({mark.structure for mark in marks}) == len(marks)
    assert all(mark.complete for mark in marks)


def test_a_configuration_is_read() -> None:
    from transformers import ResNetConfig, ResNetForImageClassification

    settings = {"depths": [1], "hidden_sizes": [8], "embedding_size": 8}
    net = ResNetForImageClassification(ResNetConfig(**settings)).eval()
    reader = StructureReader(net)
    before = mark_of(reader)
    assert before.complete
    net.config.hidden_act = "tanh"
    assert mark_of(reader) != before


def test_a_mark_of_a_network_of_timm_is_complete() -> None:
    assert mark_of(StructureReader(timm.create_model("test_resnet").eval())).complete


def test_weights_of_any_dtype_can_be_digested() -> None:
    def of(net: Any) -> Mark:
        return mark_of(StructureReader(net))

    net = network()
    marks = [of(net), of(net.double()), of(net.half()), of(net.bfloat16())]
    written(net)
    marks.append(of(net))
    assert len({mark.weights for mark in marks}) == len(marks)
    net[9].weight = torch.nn.Parameter(torch.zeros(8, 8, device="meta"))
    assert not of(net).complete  # its bytes are nowhere


# --- What a mark saves


def test_a_network_of_known_layers_is_not_asked_again_while_nothing_changes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    net = network()
    explainer = GridExplainer(net, 4, **OPTIONS)
    first = explainer.explain(PIXELS, 0)
    asked = []
    ask = explainer.classifier.ask_itself
    monkeypatch.setattr(
        explainer.classifier, "ask_itself", lambda batch: asked.append(1) or ask(batch)
    )
    second = explainer.explain(PIXELS, 0)
    assert not asked
    np.testing.assert_array_equal(first.vectors, second.vectors)
    written(net)
    explainer.explain(PIXELS, 0)
    assert len(asked) == 1  # other weights
    explainer.explain(PIXELS, 0)
    assert len(asked) == 1


def test_under_autocast_the_module_itself_is_asked() -> None:
    net = network()
    explainer = GridExplainer(net, 4, **(OPTIONS | {"engine": "auto"}))
    before = explainer.explain(PIXELS, 0)
    with torch.autocast("cpu", torch.bfloat16):
        found = explainer.explain(PIXELS, 0)
        wanted = GridExplainer(net, 4, **(OPTIONS | {"engine": "full"})).explain(PIXELS, 0)
    np.testing.assert_array_equal(found.vectors, wanted.vectors)
    assert "autocast" in found.settings["engine"]
    after = explainer.explain(PIXELS, 0)
    np.testing.assert_array_equal(after.vectors, before.vectors)
    assert after.settings["engine"] == before.settings["engine"]


def test_a_module_is_left_as_it_was() -> None:
    net = network()
    before = pickle.dumps(net)
    mark_of(StructureReader(net))
    assert pickle.dumps(net) == before
