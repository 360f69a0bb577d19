"""Small random networks of every local layer there is: parts give what the model gives."""

from typing import Any

import keras
import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from keras import layers

from gridexplainer_widget import as_classifier
from gridexplainer_widget.classifiers.log_odds import split
from gridexplainer_widget.core.fills import parse_fill
from gridexplainer_widget.core.grid import Grid
from gridexplainer_widget.core.masking import Masker
from gridexplainer_widget.incremental.boxes import as_boxes
from gridexplainer_widget.incremental.costs import changed_boxes, changing_little
from gridexplainer_widget.incremental.plan import PatchPlan, reachable
from gridexplainer_widget.inference.incremental import IncrementalStrategy
from gridexplainer_widget.inference.strategy import CellSetBatch, FullStrategy
from tests.support.networks import picture
from tests.support.sizes import RANDOM_NETWORKS
from tests.support.tiled import tiled_and_whole


def windowed(draw: Any, x: Any) -> Any:
    """A layer with windows of any size, stride, padding and dilation."""
    size = draw(st.tuples(st.integers(1, 5), st.integers(1, 5)))
    padding = draw(st.sampled_from(["same", "valid"]))
    dilation = draw(st.sampled_from([1, 1, 1, 2, 3]))
    stride = 1 if dilation > 1 else draw(st.sampled_from([1, 1, 1, 2, 3]))
    channels = x.shape[-1]
    kind = draw(
        st.sampled_from(["conv", "conv", "depthwise", "separable", "grouped", "max", "mean"])
    )
    reach = [(side - 1) * dilation + 1 for side in size]
    if padding == "valid" and any(r > side for r, side in zip(reach, x.shape[1:3], strict=True)):
        padding = "same"
    options: dict[str, Any] = {"strides": stride, "padding": padding}
    if kind == "max":
        return layers.MaxPooling2D(size, **options)(x)
    if kind == "mean":
        return layers.AveragePooling2D(size, **options)(x)
    options |= {"dilation_rate": dilation, "use_bias": draw(st.booleans())}
    if kind == "depthwise":
        return layers.DepthwiseConv2D(size, depth_multiplier=draw(st.integers(1, 2)), **options)(x)
    if kind == "separable":
        return layers.SeparableConv2D(4, size, **options)(x)
    groups = (
        draw(st.sampled_from([g for g in (2, channels) if channels % g == 0]))
        if kind == "grouped"
        else 1
    )
    if groups > 1:
        options["dilation_rate"] = 1
    filters = channels if groups > 1 else draw(st.integers(2, 5))
    return layers.Conv2D(filters, size, groups=groups, **options)(x)


def moved(draw: Any, x: Any) -> Any:
    kind = draw(st.sampled_from(["pad", "crop", "up", "skip"]))
    if kind == "pad":
        return layers.ZeroPadding2D(
            draw(st.tuples(*[st.tuples(st.integers(0, 2), st.integers(0, 2))] * 2))
        )(x)
    if kind == "up" and max(x.shape[1:3]) <= 20:
        return layers.UpSampling2D(draw(st.tuples(st.integers(1, 2), st.integers(1, 2))))(x)
    if min(x.shape[1:3]) < 4:
        return x
    if kind == "crop":
        return layers.Cropping2D(
            draw(st.tuples(*[st.tuples(st.integers(0, 1), st.integers(0, 1))] * 2))
        )(x)
    step = draw(st.integers(1, 2))
    return x[:, draw(st.integers(0, 1)) :: step, ::step]


def at_each_position(draw: Any, x: Any) -> Any:
    kind = draw(
        st.sampled_from(
            [
                "bn",
                "bn",
                "relu",
                "gelu",
                "swish",
                "hard_swish",
                "prelu",
                "ln",
                "dense",
                "dropout",
                "shift",
                "leaky",
                "softplus",
            ]
        )
    )
    if kind in {"relu", "gelu", "swish", "hard_swish", "softplus"}:
        return layers.Activation(kind)(x)
    plain = {
        "bn": layers.BatchNormalization,
        "ln": layers.LayerNormalization,
        "leaky": layers.LeakyReLU,
    }
    if kind in plain:
        return plain[kind]()(x)
    if kind == "prelu":
        return layers.PReLU(shared_axes=[1, 2])(x)
    if kind == "dense":
        return layers.Dense(draw(st.integers(2, 5)))(x)
    if kind == "dropout":
        return layers.SpatialDropout2D(0.5)(x)
    return 1.5 - x / 2.0


def branched(draw: Any, x: Any) -> Any:
    """Two ways that meet again: added, multiplied, or one behind the other."""
    size = draw(st.sampled_from([1, 3, 5]))
    channels = x.shape[-1]
    one = layers.Conv2D(channels, size, padding="same")(x)
    if draw(st.booleans()):
        one = layers.BatchNormalization()(one)
    kind = draw(st.sampled_from(["add", "multiply", "concatenate", "strided", "gate"]))
    if kind == "add":
        return layers.Add()([x, one])
    if kind == "multiply":
        return layers.Multiply()([layers.Activation("sigmoid")(one), x])
    if kind == "concatenate":
        return layers.Concatenate()([one, layers.MaxPooling2D(3, 1, "same")(x), x])
    if kind == "gate":
        gate = layers.GlobalAveragePooling2D(keepdims=True)(one)
        return layers.Multiply()([x, layers.Activation("sigmoid")(gate)])
    apart = layers.Conv2D(channels, 1, strides=2)(layers.Activation("relu")(layers.Add()([x, one])))
    return layers.Add()([apart, layers.Conv2D(channels, 1, strides=2)(x)])


@st.composite
def networks(draw: Any) -> tuple[keras.Model, tuple[int, int]]:
    height, width = draw(st.tuples(st.integers(9, 26), st.integers(9, 26)))
    inputs = x = layers.Input((height, width, 3))
    x = layers.Rescaling(1 / 64, offset=-2.0)(x)
    for part in draw(
        st.lists(
            st.sampled_from([windowed, windowed, branched, at_each_position, moved]),
            min_size=2,
            max_size=6,
        )
    ):
        x = part(draw, x)
    head = draw(st.sampled_from(["mean", "max", "flat"]))
    if head == "flat":
        x = layers.Flatten()(x)
    else:
        pool = layers.GlobalAveragePooling2D if head == "mean" else layers.GlobalMaxPooling2D
        x = pool()(x)
    outputs = layers.Dense(4)(x)
    return keras.Model(inputs, outputs), (height, width)


def alive(model: keras.Model, seed: int) -> None:
    rng = np.random.default_rng(seed)
    for variable in model.weights:
        fan = max(1, int(np.prod(variable.shape[:-1])))
        name = variable.path.rsplit("/", 1)[-1]
        if "variance" in name or "gamma" in name:
            value = rng.uniform(0.5, 1.5, variable.shape)
        elif len(variable.shape) > 1:
            value = rng.normal(0, (1.5 / fan) ** 0.5, variable.shape)
        else:
            value = rng.normal(0, 0.3, variable.shape)
        variable.assign(value.astype(np.float32))


@RANDOM_NETWORKS
@given(
    networks(),
    st.integers(1, 5),
    st.integers(1, 5),
    st.sampled_from([0.4, 0.8, 1.0]),
    st.integers(0, 99),
)
def test_random_networks(
    network: tuple[keras.Model, tuple[int, int]], rows: int, columns: int, ceiling: float, seed: int
) -> None:
    model, (height, width) = network
    alive(model, seed)
    classifier = as_classifier(model, output="logits", preprocess=None)
    grid = Grid(rows, columns, height, width)
    masker = Masker(picture(height, width, seed).astype(np.float32), grid, parse_fill("red"))
    full = FullStrategy(classifier, masker, 16)
    engine = classifier.incremental_engine((height, width))
    graph = engine.executor.graph
    cells = as_boxes(grid.boxes())
    shares = {
        index: float(np.prod(part[:, :, 1] - part[:, :, 0], axis=1).mean()) / graph[index].positions
        for index, part in changed_boxes(graph, cells).items()
    }
    engine._made[grid.shape] = PatchPlan(graph, changing_little(graph, shares, ceiling))
    parts = IncrementalStrategy(full, engine)
    rng = np.random.default_rng(seed)
    sets = [(), *((cell,) for cell in range(len(grid)))]
    sets += [tuple(np.flatnonzero(rng.random(len(grid)) < share)) for share in (0.2, 0.5, 1.0)]
    sets = list(dict.fromkeys(sets))
    engine.refresh()
    raw, expected = [], []
    for batch in parts.batches(sets) if len(sets) > 3 else [CellSetBatch((sets,))]:
        if batch.plan is None:
            continue
        raw.append(answers(parts, batch))
        pictures = np.stack([masker.masked(one) for one in batch.sets])
        expected.append(model(pictures).numpy())
    if raw:
        got, wanted = np.concatenate(raw), np.concatenate(expected)
        scale = max(1.0, float(np.abs(wanted).max()))
        np.testing.assert_allclose(got / scale, wanted / scale, atol=1e-5)
    if seed % 2:  # TensorFlow compiles three more parts for each
        return
    both = tiled_and_whole(engine, grid, lambda pictures: model(pictures).numpy(), seed)
    if both is not None:
        got, wanted = both[0], both[1]
        scale = max(1.0, float(np.abs(wanted).max()))
        np.testing.assert_allclose(got / scale, wanted / scale, atol=1e-5)


def test_a_leaky_relu_after_a_sum_keeps_its_slope() -> None:
    inputs = layers.Input((9, 9, 3))
    x = layers.DepthwiseConv2D(3, padding="same")(inputs)
    x = layers.LeakyReLU(0.3)(layers.Add()([x, layers.Conv2D(3, 1)(x)]))
    model = keras.Model(inputs, layers.Flatten()(x))
    alive(model, 0)
    classifier = as_classifier(model, output="logits", preprocess=None)
    pixels = picture(9, 9, 0).astype(np.float32)
    masker = Masker(pixels, Grid(3, 3, 9, 9), parse_fill("red"))
    engine = classifier.incremental_engine((9, 9))
    engine.refresh()
    parts = IncrementalStrategy(FullStrategy(classifier, masker, 16), engine)
    got = answers(parts, CellSetBatch(([()],), engine.full_plan))
    np.testing.assert_allclose(got, model(pixels[np.newaxis]).numpy(), atol=1e-3)


def test_a_summand_that_is_used_again_is_not_freed() -> None:
    inputs = layers.Input((13, 19, 3))
    x = layers.Conv2D(3, 5, padding="same")(layers.Rescaling(1 / 64, offset=-2.0)(inputs))
    x = layers.Multiply()([layers.Activation("sigmoid")(x), x])
    x = layers.DepthwiseConv2D((2, 3), padding="same", dilation_rate=2)(x)
    x = layers.ZeroPadding2D(((2, 2), (0, 1)))(x)
    x = layers.Add()([x, layers.Conv2D(3, 1)(x)])
    model = keras.Model(inputs, layers.GlobalAveragePooling2D()(x))
    alive(model, 69)
    classifier = as_classifier(model, output="logits", preprocess=None)
    pixels = picture(13, 19, 69).astype(np.float32)
    grid = Grid(5, 4, 13, 19)
    masker = Masker(pixels, grid, parse_fill("red"))
    engine = classifier.incremental_engine((13, 19))
    engine._made[grid.shape] = PatchPlan(engine.executor.graph, reachable(engine.executor.graph))
    engine.refresh()
    parts = IncrementalStrategy(FullStrategy(classifier, masker, 16), engine)
    sets = [(), *((cell,) for cell in range(len(grid)))]
    got = np.concatenate([answers(parts, batch) for batch in parts.batches(sets)])
    wanted = [
        model(np.stack([masker.masked(one) for one in batch.sets])).numpy()
        for batch in parts.batches(sets)
    ]
    np.testing.assert_allclose(got, np.concatenate(wanted), atol=1e-4)


def test_a_cell_that_is_cropped_away_changes_nothing() -> None:
    inputs = layers.Input((9, 9, 3))
    x = layers.Cropping2D(((0, 0), (3, 0)))(inputs)
    x = layers.Conv2D(5, 1)(layers.Conv2D(3, 1)(x))
    x = layers.BatchNormalization()(layers.ReLU()(x))
    model = keras.Model(inputs, layers.GlobalAveragePooling2D()(layers.Conv2D(4, 3)(x)))
    alive(model, 0)
    classifier = as_classifier(model, output="logits", preprocess=None)
    pixels = picture(9, 9, 0).astype(np.float32)
    masker = Masker(pixels, Grid(1, 3, 9, 9), parse_fill("red"))
    engine = classifier.incremental_engine((9, 9))
    plan = PatchPlan(engine.executor.graph, reachable(engine.executor.graph))
    engine.refresh()
    parts = IncrementalStrategy(FullStrategy(classifier, masker, 16), engine)
    got = answers(parts, CellSetBatch(([(0,)],), plan))
    np.testing.assert_allclose(got, model(pixels[np.newaxis]).numpy(), atol=1e-4, rtol=1e-4)


def answers(parts: IncrementalStrategy, batch: CellSetBatch) -> np.ndarray:
    """What the network returns, before it becomes probabilities."""
    seen = []
    read = parts.classifier.read
    parts.classifier.read = lambda raw, n: seen.append(raw) or read(raw, n)
    try:
        parts._incremental(batch, batch.plan)
    finally:
        del parts.classifier.read
    return np.asarray(split(seen[0])[0])
