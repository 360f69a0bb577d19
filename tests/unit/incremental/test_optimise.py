"""What the planner reads of a step, and how it rewrites a network by that; no framework."""

from dataclasses import dataclass, replace

import numpy as np
import pytest

from gridexplainer_widget.incremental.channel_affine import fold
from gridexplainer_widget.incremental.graph import Graph, Node
from gridexplainer_widget.incremental.optimise import optimised
from gridexplainer_widget.incremental.step import Step, StepInputs
from gridexplainer_widget.incremental.steps import Convolution, Moving, PlainStep, Pooling
from gridexplainer_widget.incremental.window import NO_PADS, POINT, Pair, Window


class Calculated:
    """Nothing is calculated here."""

    def calculate(self, _: object, inputs: StepInputs, /) -> object:
        return inputs.maps[0]


class Relu(Calculated, PlainStep):
    pass


class Move(Calculated, Moving):
    pass


@dataclass(frozen=True)
class Convolve(Calculated, Convolution):
    @property
    def size(self) -> Pair:
        return self.shape[0], self.shape[1]


class Mean(Calculated, Pooling):
    averages = True


def skip(stride: Pair) -> Step:
    return Move(stride=stride)


PICTURE = Node("picture", (), (), (8, 8), 16, "input")
PRODUCT = Convolve("kernel", (1, 1, 16, 8), (1, 1), NO_PADS, (1, 1))
HALVES = Window((2, 2), (2, 2))


def product(source: int, size: Pair, stride: Pair = (1, 1), **changed: object) -> Node:
    step = replace(PRODUCT, stride=stride, **changed)
    window = Window(stride=stride)
    return Node("product", (source,), (window,), size, 8, "convolution", 128.0, step)


def test_a_mean_goes_before_a_product_where_that_is_less_work() -> None:
    mean = Node(
        "mean", (1,), (HALVES,), (4, 4), 8, "pool", 32.0, Mean(False, (2, 2), (2, 2), NO_PADS)
    )
    graph, lighter = optimised(Graph((PICTURE, product(0, (8, 8)), mean), (2,)), skip)
    assert [(node.name, node.size, node.channels, node.work) for node in graph.nodes[1:]] == [
        ("mean", (4, 4), 16, 64.0),
        ("product", (4, 4), 8, 128.0),
    ]
    assert lighter


def test_what_is_not_looked_at_is_not_calculated() -> None:
    relu = Node("relu", (1,), (POINT,), (8, 8), 8, "pointwise", step=Relu())
    nodes = (PICTURE, product(0, (8, 8)), relu, replace(product(2, (4, 4), (2, 2)), name="last"))
    graph, lighter = optimised(Graph(nodes, (3,)), skip)
    assert [(node.name, node.size, node.windows) for node in graph.nodes[1:]] == [
        ("product", (4, 4), (Window(stride=(2, 2)),)),
        ("relu", (4, 4), (POINT,)),
        ("last", (4, 4), (POINT,)),
    ]
    assert [node.step.stride for node in (graph[1], graph[3])] == [(2, 2), (1, 1)]
    assert lighter


def test_what_does_not_skip_itself_gets_a_node_that_does() -> None:
    relu = Node("relu", (0,), (Window(stride=(2, 2)),), (4, 4), 16, "pointwise", step=Relu())
    graph, _ = optimised(Graph((PICTURE, relu), (1,)), skip)
    assert [(node.name, node.windows) for node in graph.nodes[1:]] == [
        ("picture, in part", (Window(stride=(2, 2)),)),
        ("relu", (POINT,)),
    ]
    assert graph[1].step == Move(stride=(2, 2))


@pytest.mark.parametrize(("operation", "lighter"), [("add", False), ("multiply", True)])
def test_a_factor_that_was_folded_in_saves_work(operation: str, lighter: bool) -> None:
    node = product(0, (8, 8), changes=((operation, ("numbers",), 0.0),))
    graph = Graph((PICTURE, node), (1,))
    assert optimised(graph, skip) == (graph, lighter)


def test_changes_fold_into_a_factor_and_an_offset() -> None:
    rng = np.random.default_rng(0)
    numbers = {key: rng.uniform(0.5, 2, 3) for key in "abcdefgh"}
    changes = [
        ("add", ("a",), 0.0),
        ("multiply", ("b",), 0.0),
        ("normalise", ("c", "d", "e", "f"), 1e-3),
        ("subtract", ("g",), 0.0),
        ("divide", ("h",), 0.0),
    ]
    scale, offset = fold(changes, numbers.__getitem__, 3)
    x = rng.normal(size=(5, 3))
    a, b, gain, shift, mean, variance, g, h = numbers.values()
    y = (x + a) * b
    y = ((y - mean) / np.sqrt(variance + 1e-3) * gain + shift - g) / h
    np.testing.assert_allclose(x * scale + offset, y)
