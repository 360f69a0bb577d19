import subprocess
import sys
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, helper, numpy_helper

from gridexplainer_widget import ClassifierError, GridExplainer, as_classifier
from gridexplainer_widget.classifiers.outputs import to_probabilities
from tests.support.numbers import softmax

RNG = np.random.default_rng(0)
KERNEL = RNG.normal(size=(4, 3, 3, 3)).astype(np.float32)
HEAD = RNG.normal(size=(4, 3)).astype(np.float32)
BIAS = RNG.normal(size=3).astype(np.float32)
BATCH = RNG.uniform(0, 255, (5, 8, 8, 3)).astype(np.float32)


def numpy_logits(batch: np.ndarray) -> np.ndarray:
    """Convolution, maximum with 0, global mean and one dense layer, in float64."""
    windows = np.lib.stride_tricks.sliding_window_view(batch.astype(np.float64), (3, 3), (1, 2))
    convolved = np.einsum("nyxchw,kchw->nyxk", windows, KERNEL)
    return np.maximum(convolved, 0).mean(axis=(1, 2)) @ HEAD + BIAS


def made(
    nodes: list, shape: list | None, outputs: list, dtype: int = TensorProto.FLOAT, **metadata: str
) -> onnx.ModelProto:
    given = helper.make_tensor_value_info("pixels", dtype, shape)
    weights = [
        numpy_helper.from_array(value, name)
        for name, value in [("kernel", KERNEL), ("head", HEAD), ("bias", BIAS)]
    ]
    graph = helper.make_graph(nodes, "small", [given], outputs, weights)
    opsets = [helper.make_opsetid("", 13), helper.make_opsetid("ai.onnx.ml", 1)]
    model = helper.make_model(graph, opset_imports=opsets, ir_version=8)
    helper.set_model_props(model, metadata)
    if shape is not None:  # the runtime takes what the checker refuses
        onnx.checker.check_model(model)
    return model


def small(
    layout: str = "NCHW",
    batch: object = "n",
    size: object = 8,
    answer: str = "logits",
    dtype: int = TensorProto.FLOAT,
    **metadata: str,
) -> onnx.ModelProto:
    shape = [batch, 3, size, size] if layout == "NCHW" else [batch, size, size, 3]
    nodes = [helper.make_node("Cast", ["pixels"], ["x0"], to=TensorProto.FLOAT)]
    if layout == "NHWC":
        nodes.append(helper.make_node("Transpose", ["x0"], ["x"], perm=[0, 3, 1, 2]))
    else:
        nodes.append(helper.make_node("Identity", ["x0"], ["x"]))
    nodes += [
        helper.make_node("Conv", ["x", "kernel"], ["convolved"]),
        helper.make_node("Relu", ["convolved"], ["positive"]),
        helper.make_node("GlobalAveragePool", ["positive"], ["pooled"]),
        helper.make_node("Flatten", ["pooled"], ["flat"]),
        helper.make_node("Gemm", ["flat", "head", "bias"], [answer]),
    ]
    out = helper.make_tensor_value_info(answer, TensorProto.FLOAT, [batch, 3])
    return made(nodes, shape, [out], dtype, **metadata)


@pytest.mark.parametrize(
    ("layout", "scale", "words"),
    [("NCHW", 255, "none found: 0..1"), ("NHWC", 1, "none found: 0..255")],
)
def test_channels_in_front_or_behind_are_read_off_the_graph(
    layout: str, scale: float, words: str
) -> None:
    classifier = as_classifier(small(layout))
    assert classifier.input_shape == (8, 8, 3)
    assert classifier.preprocessing.description.startswith(words)
    assert "preprocess=" in classifier.preprocessing.description
    expected = softmax(numpy_logits(BATCH / scale))
    np.testing.assert_allclose(classifier(BATCH), expected, atol=1e-5)
    assert classifier.output == "logits"


@pytest.mark.parametrize("layout", ["NCHW", "NHWC"])
def test_drops_equal_a_loop_on_the_runtime(layout: str, tmp_path: Path) -> None:
    path = tmp_path / "small.onnx"
    onnx.save(small(layout), path)
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])

    def probabilities(picture: np.ndarray) -> np.ndarray:
        batch = picture[np.newaxis] / np.float32(127.5) - 1
        given = batch.transpose(0, 3, 1, 2) if layout == "NCHW" else batch
        return softmax(session.run(None, {"pixels": given})[0])[0]

    explainer = GridExplainer(path, 4, fill="cell-mean", preprocess="-1..1")
    explanation = explainer.explain(BATCH[0])
    assert explanation.model == "small.onnx"
    before = probabilities(BATCH[0])
    target = int(before.argmax())
    assert explanation.target == target
    for row in range(4):
        for column in range(4):
            hidden = BATCH[0].copy()
            cell = hidden[2 * row : 2 * row + 2, 2 * column : 2 * column + 2]
            cell[:] = cell.mean(axis=(0, 1))
            drop = before[target] - probabilities(hidden)[target]
            assert abs(explanation.drops[row, column] - drop) < 1e-5


def test_a_session_is_used_as_it_is() -> None:
    session = onnxruntime.InferenceSession(
        small().SerializeToString(), providers=["CPUExecutionProvider"]
    )
    classifier = as_classifier(session)
    assert classifier.name == "small"
    np.testing.assert_array_equal(classifier(BATCH), as_classifier(small())(BATCH))


@pytest.mark.parametrize("batch", [1, 2, 4])
def test_a_fixed_batch_is_run_in_pieces(batch: int) -> None:
    np.testing.assert_allclose(
        as_classifier(small(batch=batch))(BATCH), as_classifier(small())(BATCH), atol=1e-6
    )


@pytest.mark.parametrize(
    ("dtype", "rounded", "tolerance"),
    [
        (TensorProto.UINT8, True, 1e-5),
        (TensorProto.FLOAT16, False, 2e-3),
        (TensorProto.DOUBLE, False, 1e-5),
    ],
)
def test_other_types_of_pixels(dtype: int, rounded: bool, tolerance: float) -> None:
    classifier = as_classifier(small(dtype=dtype), output="logits")
    given = np.rint(BATCH) if rounded else BATCH / 255
    assert ("0..255" in classifier.preprocessing.description) == rounded
    raw, _ = classifier.ask(BATCH)
    np.testing.assert_allclose(raw, numpy_logits(given), rtol=tolerance, atol=tolerance)


def test_a_graph_without_fixed_sizes_takes_the_pictures_own() -> None:
    classifier = as_classifier(small(size=None))
    assert classifier.input_shape == (None, None, 3)
    behind = as_classifier(small("NHWC", size="side"))
    assert behind.input_shape == (None, None, 3)
    np.testing.assert_allclose(
        behind(BATCH[:, :5, :7]), softmax(numpy_logits(BATCH[:, :5, :7])), atol=1e-5
    )


def averaged(
    shape: list | None, axes: list[int], answer: object = ("n", "classes")
) -> onnx.ModelProto:
    nodes = [helper.make_node("ReduceMean", ["pixels"], ["mean"], axes=axes, keepdims=0)]
    out = helper.make_tensor_value_info("mean", TensorProto.FLOAT, answer)
    return made(nodes, shape, [out])


def test_a_graph_that_tells_nothing_has_channels_in_front() -> None:
    for shape in (["a", "b", "c", "d"], None):
        classifier = as_classifier(averaged(shape, [2, 3]), output="sigmoids")
        assert classifier.input_shape == (None, None, 3)
        np.testing.assert_allclose(classifier(BATCH), BATCH.mean(axis=(1, 2)) / 255, rtol=1e-5)


def test_what_the_user_says_of_the_shape_tells_one_reading_from_the_other() -> None:
    model = averaged(["n", 4, 4, 3], [1, 2], ["n", 3])
    assert as_classifier(model).input_shape == (4, 3, 4)
    assert as_classifier(model, input_shape=(4, 4)).input_shape == (4, 4, 3)
    grey = averaged(["n", "c", "h", "w"], [2, 3])
    assert as_classifier(grey, input_shape=(6, 7, 1)).input_shape == (6, 7, 1)


def test_grey_pictures_without_channels_and_pictures_as_rows() -> None:
    without = as_classifier(averaged(["n", 6, 5], [2], ["n", 6]), preprocess="0..1")
    assert without.input_shape == (6, 5, 1)
    grey = BATCH[:, :6, :5, :1]
    np.testing.assert_allclose(without(grey), grey.mean(axis=(2, 3)) / 255, rtol=1e-5)
    nodes = [
        helper.make_node("Split", ["pixels"], ["first", "rest"], axis=1),
        helper.make_node("Identity", ["first"], ["half"]),
    ]
    out = helper.make_tensor_value_info("half", TensorProto.FLOAT, ["n", 54])
    rows = as_classifier(made(nodes, ["n", 108], [out]), preprocess="0..1")
    assert rows.input_shape == (6, 6, 3)
    pixels = BATCH[:, :6, :6]
    np.testing.assert_allclose(rows(pixels), pixels.reshape(5, 108)[:, :54] / 255, rtol=1e-6)


@pytest.mark.parametrize(
    ("shape", "answer", "words"),
    [
        (["n", 5, 8, 7], None, r"shape \(None, 5, 8, 7\).*1, 3 or 4 channels"),
        (["n", 3, 8, 8, 8], None, r"shape \(None, 3, 8, 8, 8\)"),
        (["n", 50], None, "50 numbers.*input_shape="),
        (["n", 3, 8, 8], ["n", 84, 100], r"no classifier.*mean \('n', 84, 100\)"),
        (["n", 3, 8, 8], ["n"], "no classifier"),
        (["n", 3, 8, 8], ["n", 100, 4], "finds boxes"),
    ],
)
def test_graphs_of_something_else(shape: list, answer: list | None, words: str) -> None:
    nodes = [helper.make_node("Identity", ["pixels"], ["mean"])]
    out = helper.make_tensor_value_info("mean", TensorProto.FLOAT, answer)
    given = helper.make_tensor_value_info("pixels", TensorProto.FLOAT, shape)
    model = helper.make_model(
        helper.make_graph(nodes, "odd", [given], [out]),
        opset_imports=[helper.make_opsetid("", 13)],
        ir_version=8,
    )
    session = Declared(model)
    with pytest.raises(ClassifierError, match=words):
        as_classifier(session)


class Declared(onnxruntime.InferenceSession):
    """A session that tells the shapes of a graph and cannot run: some do not fit their nodes."""

    def __init__(self, model: onnx.ModelProto) -> None:
        self.graph = model.graph

    def get_inputs(self) -> list:
        return [Port(value) for value in self.graph.input]

    def get_outputs(self) -> list:
        return [Port(value) for value in self.graph.output]

    def get_modelmeta(self) -> object:
        return type("Meta", (), {"graph_name": self.graph.name, "custom_metadata_map": {}})


class Port:
    def __init__(self, value: onnx.ValueInfoProto) -> None:
        tensor = value.type.tensor_type
        self.name = value.name
        self.type = "tensor(float)" if tensor.elem_type == TensorProto.FLOAT else "tensor(int64)"
        self.shape = [side.dim_param or side.dim_value for side in tensor.shape.dim]


def test_boxes_by_name_are_no_classes() -> None:
    nodes = [
        helper.make_node("GlobalAveragePool", ["pixels"], ["pooled"]),
        helper.make_node("Flatten", ["pooled"], ["boxes"]),
    ]
    out = helper.make_tensor_value_info("boxes", TensorProto.FLOAT, ["found", 3])
    with pytest.raises(ClassifierError, match=r"small finds boxes.*boxes \('found', 3\)"):
        as_classifier(made(nodes, ["n", 3, 8, 8], [out]))


def test_two_inputs_and_other_types_are_refused() -> None:
    model = small()
    extra = helper.make_tensor_value_info("question", TensorProto.FLOAT, ["n", 2])
    model.graph.input.append(extra)
    with pytest.raises(ClassifierError, match=r"takes 2 inputs \(pixels, question\)"):
        as_classifier(model)
    with pytest.raises(ClassifierError, match=r"takes tensor\(int64\)"):
        as_classifier(small(dtype=TensorProto.INT64))


def test_numbers_of_classes_are_refused() -> None:
    nodes = [
        helper.make_node("GlobalAveragePool", ["pixels"], ["pooled"]),
        helper.make_node("ArgMax", ["pooled"], ["best"], axis=1),
    ]
    out = helper.make_tensor_value_info("best", TensorProto.INT64, ["n", 1, 1, 1])
    words = r"best of tensor\(int64\): numbers of classes.*without its last step"
    with pytest.raises(ClassifierError, match=words):
        as_classifier(made(nodes, ["n", 3, 8, 8], [out]))


@pytest.mark.parametrize(
    ("batch", "channels", "shape"), [("n", 3, []), (1, 3, [3]), ("n", 1, ["n"]), (1, 1, [])]
)
def test_an_answer_that_lost_its_axes(batch: object, channels: int, shape: list) -> None:
    nodes = [
        helper.make_node("GlobalAveragePool", ["pixels"], ["pooled"]),
        helper.make_node("Squeeze", ["pooled"], ["answer"]),
    ]
    out = helper.make_tensor_value_info("answer", TensorProto.FLOAT, shape)
    classifier = as_classifier(made(nodes, [batch, channels, 8, 8], [out]), output="logits")
    rng = np.random.default_rng(0)
    pixels = rng.uniform(0, 255, (3, 8, 8, channels)).astype(np.float32)
    for count in (1, 3):
        wanted = to_probabilities(pixels[:count].mean(axis=(1, 2)) / 255, "logits")
        np.testing.assert_allclose(classifier(pixels[:count]), wanted, rtol=1e-4)


def test_the_output_named_like_an_answer_is_taken() -> None:
    nodes = [
        helper.make_node("GlobalAveragePool", ["pixels"], ["pooled"]),
        helper.make_node("Flatten", ["pooled"], ["features"]),
        helper.make_node("Softmax", ["features"], ["my_probabilities"], axis=1),
    ]
    outputs = [
        helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
        for name, shape in [
            ("features", ["n", 3]),
            ("pooled", ["n", 3, 1, 1]),
            ("my_probabilities", ["n", 3]),
        ]
    ]
    expected = BATCH.mean(axis=(1, 2)) / 255
    model = made(nodes, ["n", 3, 8, 8], outputs)
    np.testing.assert_allclose(as_classifier(model)(BATCH), softmax(expected), rtol=1e-5)
    pooled = made(nodes, ["n", 3, 8, 8], outputs[1:2])
    raw, logits = as_classifier(pooled).ask(BATCH)
    np.testing.assert_allclose(raw, expected, rtol=1e-5)
    assert not logits


def test_small_logits_are_known_by_their_name() -> None:
    nodes = [
        helper.make_node("GlobalAveragePool", ["pixels"], ["pooled"]),
        helper.make_node("Flatten", ["pooled"], ["class_logits"]),
    ]
    out = helper.make_tensor_value_info("class_logits", TensorProto.FLOAT, ["n", 3])
    classifier = as_classifier(made(nodes, ["n", 3, 8, 8], [out]))
    expected = softmax(BATCH.mean(axis=(1, 2), dtype=np.float64) / 255)
    np.testing.assert_allclose(classifier(BATCH), expected, rtol=1e-5)


@pytest.mark.parametrize("names", ["int64s", "strings"])
def test_a_list_of_dictionaries_from_scikit_learn(names: str) -> None:
    classes = {"int64s": [0, 1, 2], "strings": ["cat", "dog", "eel"]}[names]
    key = TensorProto.INT64 if names == "int64s" else TensorProto.STRING
    nodes = [
        helper.make_node("GlobalAveragePool", ["pixels"], ["pooled"]),
        helper.make_node("Flatten", ["pooled"], ["flat"]),
        helper.make_node("Softmax", ["flat"], ["soft"], axis=1),
        helper.make_node(
            "ZipMap",
            ["soft"],
            ["output_probability"],
            domain="ai.onnx.ml",
            **{f"classlabels_{names}": classes},
        ),
        helper.make_node("ArgMax", ["soft"], ["output_label"], axis=1, keepdims=0),
    ]
    zipped = helper.make_sequence_type_proto(
        helper.make_map_type_proto(key, helper.make_tensor_type_proto(TensorProto.FLOAT, None))
    )
    outputs = [
        helper.make_tensor_value_info("output_label", TensorProto.INT64, ["n"]),
        helper.make_value_info("output_probability", zipped),
    ]
    classifier = as_classifier(made(nodes, ["n", 3, 8, 8], outputs))
    expected = softmax(BATCH.mean(axis=(1, 2)) / 255)
    np.testing.assert_allclose(classifier(BATCH), expected, rtol=1e-5)
    assert classifier.names(3) == tuple(map(str, classes))


@pytest.mark.parametrize(
    ("key", "text", "labels"),
    [
        ("names", "{0: 'cat', 1: 'dog', 2: \"eel's\"}", ("cat", "dog", "eel's")),
        ("id2label", '{"0": "cat", "1": "dog", "2": "eel"}', ("cat", "dog", "eel")),
        ("classes", '["cat", "dog", "eel"]', ("cat", "dog", "eel")),
        ("labels", '["cat", "dog"]', None),
        ("names", "__import__('os').getcwd()", None),
        ("names", "{0: 'cat'", None),
        ("labels", '"cat"', None),
        ("labels", "[" * 100_000, None),
        ("author", '["cat", "dog", "eel"]', None),
    ],
)
def test_labels_are_read_off_the_metadata(key: str, text: str, labels: object) -> None:
    classifier = as_classifier(small(**{key: text}))
    assert classifier.names(3) == (labels or ("class 0", "class 1", "class 2"))
    overridden = as_classifier(small(**{key: text}), labels=["a", "b", "c"])
    assert overridden.names(3) == ("a", "b", "c")


@pytest.mark.parametrize("kind", ["text", "truncated", "empty"])
def test_a_file_that_is_no_model(kind: str, tmp_path: Path) -> None:
    whole = small().SerializeToString()
    path = tmp_path / "odd.onnx"
    path.write_bytes({"text": b"hello", "truncated": whole[: len(whole) // 2], "empty": b""}[kind])
    with pytest.raises(ValueError, match=r"odd\.onnx cannot be read by ONNX Runtime"):
        as_classifier(path)


def run(code: str, *arguments: str) -> str:
    result = subprocess.run(
        [sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=True
    )
    return result.stdout.strip()


def test_an_onnx_model_loads_no_other_framework(tmp_path: Path) -> None:
    onnx.save(small(), tmp_path / "small.onnx")
    code = (
        "import sys, numpy as np; from gridexplainer_widget import GridExplainer; "
        "GridExplainer(sys.argv[1], 2).explain(np.zeros((8, 8, 3))); "
        "print([name for name in ('tensorflow', 'keras', 'torch', 'sklearn') "
        "if name in sys.modules])"
    )
    assert run(code, str(tmp_path / "small.onnx")) == "[]"


def test_where_the_runtime_is_missing_the_extra_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    onnx.save(small(), tmp_path / "small.onnx")
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    with pytest.raises(ImportError, match=r"small\.onnx.*'gridexplainer-widget\[onnx\]'"):
        as_classifier(tmp_path / "small.onnx")
