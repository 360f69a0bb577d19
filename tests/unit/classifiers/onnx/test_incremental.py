"""ONNX models calculated on patches: what is read, and what is run in full, and why."""

import sys
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, helper

from gridexplainer_widget import GridExplainer, as_classifier
from gridexplainer_widget.classifiers.onnx.incremental import executor
from gridexplainer_widget.classifiers.onnx.incremental.calculation import write_patch_maps
from gridexplainer_widget.classifiers.onnx.source import read_source
from gridexplainer_widget.core.errors import NotApplicable, UnsupportedGraph
from gridexplainer_widget.incremental.plan import PatchPlan, reachable
from tests.support.onnx_graphs import Drawing, executor_of, in_parts_and_whole

PICTURE = np.random.default_rng(5).integers(0, 256, (24, 22, 3), np.uint8)
OPSETS = [7, 8, 9, 10, 11, 12, 13, 17, 18, 21, 23]


def small(opset: int, shape: tuple = ("n", 3, 24, 22)) -> onnx.ModelProto:
    """Convolution, clip, pooling, padding, another convolution, a reshape by calculated sizes."""
    model = Drawing(opset)
    x = model.add("Conv", "pixels", model.weights(4, 3, 3, 3), pads=[1, 1, 1, 1])
    if opset < 11:
        x = model.add("Clip", x, min=0.0, max=6.0)
        x = model.add("Pad", model.add("MaxPool", x, kernel_shape=[2, 2], strides=[2, 2]),
                      pads=[0, 0, 1, 0, 0, 0, 0, 1])  # fmt: skip
    else:
        x = model.add("Clip", x, model.constant(0.0), model.constant(6.0))
        x = model.add("MaxPool", x, kernel_shape=[2, 2], strides=[2, 2])
        x = model.add("Pad", x, model.constant([0, 0, 1, 0, 0, 0, 0, 1], np.int64))
    x = model.add("Relu", model.add("Conv", x, model.weights(6, 4, 3, 3), model.weights(6)))
    x = model.add("GlobalAveragePool", x)
    count = model.add("Gather", model.add("Shape", x), model.constant(0, np.int64), axis=0)
    if opset < 13:
        first = model.add("Unsqueeze", count, axes=[0])
    else:
        first = model.add("Unsqueeze", count, model.constant([0], np.int64))
    sides = model.add("Concat", first, model.constant([6], np.int64), axis=0)
    x = model.add("Reshape", x, sides)
    answer = model.add("Gemm", x, model.weights(5, 6), model.weights(5), transB=1)
    return model.model(answer, shape)


def wide() -> onnx.ModelProto:
    """A model in which patches pay."""
    model, x, channels = Drawing(13), "pixels", 3
    for _ in range(3):
        x = model.add("Relu", model.add("Conv", x, model.weights(48, channels, 3, 3)))
        channels = 48
    x = model.add("Flatten", model.add("GlobalMaxPool", x))
    return model.model(model.add("MatMul", x, model.weights(48, 5)), ("n", 3, 96, 96))


@pytest.mark.parametrize("opset", OPSETS)
def test_each_version_is_read(opset: int) -> None:
    found, expected, plan = in_parts_and_whole(small(opset), (24, 22))
    kinds = [node.kind for node in plan.graph.nodes]
    assert kinds[:6] == ["input", "convolution", "pointwise", "pool", "convolution", "pointwise"]
    assert set(kinds[6:]) == {"other"}
    assert len(plan.patched) == 6
    np.testing.assert_allclose(found, expected, atol=1e-5 * np.abs(expected).max())


def test_what_comes_after_patches_runs_in_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    """Six pictures' maps of 6 × 11 × 10 numbers, four at once."""
    monkeypatch.setattr(executor, "AT_ONCE_BYTES", 4 * 6 * 11 * 10 * 4)
    found, expected, plan = in_parts_and_whole(small(13), (24, 22))
    assert [plan.graph[index].size for index in plan.cut] == [(11, 10)]
    assert len(found) == 6
    np.testing.assert_allclose(found, expected, atol=1e-5 * np.abs(expected).max())


def test_channels_may_come_last() -> None:
    model = Drawing(13)
    x = model.add("Transpose", "pixels", perm=[0, 3, 1, 2])
    x = model.add("Relu", model.add("Conv", x, model.weights(4, 3, 3, 3)))
    x = model.add("Transpose", x, perm=[0, 2, 3, 1])
    x = model.add("Add", model.add("MatMul", x, model.weights(4, 5)), model.weights(5))
    x = model.add("Mul", x, model.weights(1, 14, 13, 5))
    x = model.add("Concat", x, x, axis=-1)
    drawn = model.model(model.add("ReduceMean", x, axes=[1, 2], keepdims=0), ("n", 16, 15, 3))
    found, expected, plan = in_parts_and_whole(drawn, (16, 15), channels_last=True)
    assert [node.kind for node in plan.graph.nodes] == [
        *("input", "convolution", "pointwise", "convolution", "pointwise"),
        *("constant", "pointwise", "pointwise", "other"),
    ]
    np.testing.assert_allclose(found, expected, atol=1e-5)


def test_numbers_that_hang_on_how_many_pictures_there_are() -> None:
    model = Drawing(13)
    x = model.add("Conv", "pixels", model.weights(4, 3, 2, 2))
    count = model.add("Gather", model.add("Shape", x), model.constant([0], np.int64))
    shape = model.add("Concat", count, model.constant([1, 1, 1], np.int64), axis=0)
    gain = model.add("Expand", model.weights(1, 1, 1, 1), shape)  # one for each picture
    x = model.add("GlobalMaxPool", model.add("Mul", x, gain))
    drawn = model.model(model.add("Flatten", x))
    found, expected, _ = in_parts_and_whole(drawn, (12, 13))
    np.testing.assert_allclose(found, expected, atol=1e-5)


def test_a_function_of_the_models_own_is_read() -> None:
    model = Drawing(17)
    x = model.add("Conv", "pixels", model.weights(4, 3, 3, 3))
    model.nodes.append(helper.make_node("Double", [x], ["doubled"], domain="own"))
    drawn = model.model(model.add("Flatten", model.add("GlobalMaxPool", "doubled")))
    body = [helper.make_node("Add", ["a", "a"], ["b"])]
    opsets = [helper.make_opsetid("", 17)]
    drawn.functions.append(helper.make_function("own", "Double", ["a"], ["b"], body, opsets))
    drawn.opset_import.append(helper.make_opsetid("own", 1))
    found, expected, plan = in_parts_and_whole(drawn, (12, 13))
    assert len(plan.patched) == 3
    np.testing.assert_allclose(found, expected, atol=1e-5)


def with_one(operation: str, opset: int = 13, **settings: object) -> onnx.ModelProto:
    model = Drawing(opset)
    x = model.add(operation, model.add("Relu", "pixels"), **settings)
    return model.model(model.add("Flatten", model.add("GlobalMaxPool", x)))


def quantised() -> onnx.ModelProto:
    model = Drawing(13)
    scale, zero = model.constant(0.1), model.constant(0, np.uint8)
    x = model.add("QuantizeLinear", "pixels", scale, zero)
    x = model.add("DequantizeLinear", x, scale, zero)
    return model.model(model.add("Flatten", model.add("GlobalMaxPool", x)))


@pytest.mark.parametrize(
    ("model", "kind", "words"),
    [
        (lambda: with_one("RandomNormalLike"), UnsupportedGraph, "leaves something to chance"),
        (lambda: with_one("Odd", domain="own"), UnsupportedGraph, r"it has a own\.Odd"),
        (quantised, NotApplicable, "it is quantised"),
        (lambda: with_one("Relu", opset=6), UnsupportedGraph, "of a version before 7"),
    ],
)
def test_what_cannot_be_read_is_said(model, kind: type, words: str) -> None:
    with pytest.raises(kind, match=words):
        executor_of(model(), (12, 12))


def test_a_file_is_run_on_patches_and_says_so(tmp_path: Path) -> None:
    path = tmp_path / "wide.onnx"
    onnx.save(wide(), path)
    explanations = [
        GridExplainer(path, 4, engine=engine, output="logits", joint=False).explain(PICTURE)
        for engine in ("full", "incremental")
    ]
    full, parts = explanations
    assert parts.settings["engine"] == "incremental: 7 of 10 operations on patches"
    largest = np.abs(full.vectors - full.baseline_vector).max()
    np.testing.assert_allclose(parts.vectors, full.vectors, atol=1e-5 * largest, rtol=0)


@pytest.mark.parametrize(
    ("model", "reason"),
    [
        (lambda: small(13, (1, 3, 24, 22)), "it takes batches of one size only"),
        (wide, "incremental: 7 of 10 operations on patches"),
        (
            lambda: onnxruntime.InferenceSession(small(13).SerializeToString()),
            "a session does not tell what it runs: hand over the file or the ModelProto",
        ),
    ],
)
def test_what_is_done_is_told(model, reason: str) -> None:
    explainer = GridExplainer(model(), 4, output="logits", engine="auto")
    run = explainer.start_run(PICTURE)
    list(run.steps())
    assert reason in run.strategy.description


def test_a_file_that_was_written_anew_is_run_in_full(tmp_path: Path) -> None:
    path = tmp_path / "small.onnx"
    onnx.save(small(13), path)
    classifier = as_classifier(path, output="logits")
    onnx.save(small(17), path)
    with pytest.raises(UnsupportedGraph, match="has changed since it was opened"):
        classifier.incremental_engine((24, 22))
    assert not classifier.mark().complete


def test_without_the_package_a_sentence_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "small.onnx"
    onnx.save(small(13), path)
    monkeypatch.setitem(sys.modules, "onnx", None)
    with pytest.warns(UserWarning, match=r"needs onnx: pip install 'gridexplainer-widget\[onnx\]'"):
        explanation = GridExplainer(path, 4, output="logits", joint=False).explain(PICTURE)
    assert explanation.settings["engine"].startswith("full")


def test_a_model_keeps_its_mark() -> None:
    one, other = (as_classifier(small(opset), output="logits") for opset in (13, 13))
    assert one.mark().complete
    assert one.mark() == one.mark() == other.mark()
    changed = small(13)
    changed.graph.initializer[0].raw_data = changed.graph.initializer[0].raw_data[::-1]
    assert as_classifier(changed, output="logits").mark() != one.mark()


def test_a_mean_changes_places_with_a_product() -> None:
    model = Drawing(13)
    x = model.add("Relu", model.add("Conv", "pixels", model.weights(8, 3, 3, 3)))
    x = model.add("Conv", x, model.weights(8, 8, 1, 1), model.weights(8))
    x = model.add("AveragePool", x, kernel_shape=[2, 2], strides=[2, 2])
    drawn = model.model(model.add("Flatten", model.add("GlobalMaxPool", model.add("Relu", x))))
    executor = executor_of(drawn, (20, 20))
    assert executor.lighter
    assert [node.kind for node in executor.graph.nodes][2:5] == ["pointwise", "pool", "convolution"]
    found, expected, _ = in_parts_and_whole(drawn, (20, 20))
    np.testing.assert_allclose(found, expected, atol=1e-5)


def test_types_that_are_not_read_are_run_in_full() -> None:
    model = Drawing(13)
    x = model.add("Cast", "pixels", to=TensorProto.FLOAT)
    half = model.model(model.add("Flatten", model.add("GlobalMaxPool", x)))
    half.graph.input[0].type.tensor_type.elem_type = TensorProto.FLOAT16
    with pytest.raises(NotApplicable, match="calculates in float16"):
        as_classifier(half, output="logits").incremental_engine((24, 22))


def test_windows_become_maps_for_convolutions_alone() -> None:
    """A block: its sum and activation take rows as gathers give them.

    There is a transpose after each convolution, whose patches are gathered, added to a window or
    pasted, before the second and the third, and at the cut.
    """
    drawing = Drawing(17)
    x = drawing.add("Conv", "pixels", drawing.weights(4, 3, 1, 1))
    y = drawing.add("Conv", x, drawing.weights(4, 4, 3, 3), pads=[1, 1, 1, 1])
    x = drawing.add("Relu", drawing.add("Add", y, x))
    x = drawing.add("Conv", x, drawing.weights(4, 4, 1, 1))
    answer = drawing.add("Flatten", drawing.add("GlobalMaxPool", x))
    model = drawing.model(answer, ("n", 3, 24, 22))
    graph = executor_of(model, (24, 22)).graph
    plan = PatchPlan(graph, reachable(graph))
    source = read_source(model, "pixels", model.graph.output[0].name)
    nodes = onnx.load_from_string(write_patch_maps(source, plan).model).graph.node
    assert [node.op_type for node in nodes if node.op_type in {"Conv", "Transpose", "Add"}] == [
        "Conv", "Transpose", "Transpose", "Conv", "Transpose", "Add", "Transpose", "Conv",
        "Transpose", "Transpose",
    ]  # fmt: skip
