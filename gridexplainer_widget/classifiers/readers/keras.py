"""Read a Keras model."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from functools import cache, lru_cache, partial
from pathlib import Path
from typing import Any, TypeAlias, TypeVar

from numpy.typing import NDArray

from gridexplainer_widget.classifiers.classifier import Classifier, Overrides, Shape
from gridexplainer_widget.classifiers.imports import framework
from gridexplainer_widget.classifiers.keras.applications import (
    find_preprocessing,
    imagenet_labels,
)
from gridexplainer_widget.classifiers.keras.incremental.executor import KerasExecutor
from gridexplainer_widget.classifiers.keras.kept import forget, kept
from gridexplainer_widget.classifiers.keras.kept_tensors import (
    kept_variables,
    with_attributes_kept,
    with_variables_kept,
    written_variables,
)
from gridexplainer_widget.classifiers.keras.layer_calls import layers_within
from gridexplainer_widget.classifiers.keras.logits import with_kept_logits
from gridexplainer_widget.classifiers.keras.mark import mark_of, structure_of
from gridexplainer_widget.classifiers.keras.misfit import batch_misfit
from gridexplainer_widget.classifiers.keras.network import KerasNetwork
from gridexplainer_widget.classifiers.keras.source import Source, is_tf_keras, tensorflow
from gridexplainer_widget.classifiers.keras.tracing import function_of
from gridexplainer_widget.classifiers.layouts import as_dtype, only_input, picture_shape
from gridexplainer_widget.classifiers.model_lock import ModelLock, lock_of
from gridexplainer_widget.classifiers.network import Network
from gridexplainer_widget.classifiers.outputs import OutputKind
from gridexplainer_widget.classifiers.pieces import Pieces, in_working_pieces
from gridexplainer_widget.classifiers.several import OutputIndex
from gridexplainer_widget.core.arrays import PreparedBatch
from gridexplainer_widget.core.errors import MethodError, NotApplicable, UnsupportedGraph
from gridexplainer_widget.incremental.engine import (
    MAX_SIZES,
    Engines,
    IncrementalEngine,
    known_engine,
    read_engine,
)

from .keras_output import output_kind, output_picker

T = TypeVar("T")

Traced: TypeAlias = Callable[["tuple[int | None, ...]"], Any]
"""Shape of a picture → the model as a TensorFlow function of a batch."""


def keras_classifier(model: Any, overrides: Overrides) -> Classifier:
    """Wrap a model of Keras 3 or tf_keras.

    On TensorFlow it runs as one compiled function: `Model.predict` sets up a data pipeline at each
    call and takes twice the time on two cores (benchmarks/README.md).
    """
    found, flat = _input_shape(model)
    shape = overrides.shape(found)
    source = _source(model, shape[:2] if flat else shape, overrides.output_index)
    traced = _traced(source, overrides.output_index)
    picked = output_picker(model, overrides.output_index)
    pieces = Pieces((source.batch,) if source.batch else ())
    lock = lock_of(model, *layers_within(model))
    with lock:
        preprocessing = overrides.preprocessing or find_preprocessing(source)
    return Classifier(
        name=model.name,
        input_shape=shape,
        forward=in_working_pieces(_forward(source, traced, picked), pieces, model.name),
        preprocessing=preprocessing,
        output=overrides.output or output_kind(model, overrides.output_index),
        labels=overrides.labels or imagenet_labels(model),
        open_network=_open_network(source, pieces),
        incremental_engine=_engines(source, traced, lock, overrides.output_index),
        itself=in_working_pieces(_itself(source), pieces, model.name),
        mark=partial(mark_of, model),
        misfit=partial(batch_misfit, source),
        reread=partial(_reread, model, overrides),
        lock=lock,
    )


def keras_file(path: str | Path, overrides: Overrides) -> Classifier:
    """Load and wrap a .keras or .h5 file in safe mode: code such as a Lambda layer is refused."""
    file = Path(path).expanduser()
    keras = framework("keras", file.name, "tensorflow")
    try:
        model = keras.saving.load_model(file, compile=False, safe_mode=True)
    except Exception as error:
        raise ValueError(
            f"{file.name} cannot be loaded in safe mode: {error} If you trust the file, "
            "load it yourself and give the model."
        ) from error
    return keras_classifier(model, overrides)


def _source(model: Any, shape: tuple[int | None, ...], output_index: OutputIndex) -> Source:
    placed, picked = _place(model), output_picker(model, output_index)

    def run(batch: Any) -> Any:
        return picked(model(placed(batch), training=False))

    return Source(model, run, shape, _input_dtype(model), _declared_batch(model))


def _reread(model: Any, overrides: Overrides) -> Classifier:
    forget(model)
    return keras_classifier(model, overrides)


def _traced(source: Source, output_index: OutputIndex) -> Traced:
    def traced(shape: tuple[int | None, ...]) -> Any:
        return _kept(source, "traced", (output_index, shape), lambda: function_of(source, shape))

    return lru_cache(MAX_SIZES)(traced)


def _kept(source: Source, kind: str, key: Hashable, make: Callable[[], T]) -> T:
    """Share what another explainer of this model has made, if its settings say all about it."""
    structure, complete = structure_of(source.model)
    return kept(source.model, kind, (structure, key), make) if complete else make()


def _forward(
    source: Source, traced: Traced, picked: Callable[[Any], Any]
) -> Callable[[PreparedBatch], Any]:
    model, shape, dtype = source.model, source.shape, source.dtype
    placed = _place(model)

    def prepared(batch: PreparedBatch) -> NDArray[Any]:
        return as_dtype(batch[..., 0] if len(shape) == 2 else batch, dtype)

    if _backend(model) != "tensorflow":
        # Compiled by JAX; without gradients in PyTorch.
        return lambda batch: picked(model.predict_on_batch(placed(prepared(batch))))
    tf = tensorflow()
    untraceable = False

    def function() -> Any:
        nonlocal untraceable
        if not untraceable:
            try:
                return traced(shape)
            except Exception:  # noqa: BLE001 - eagerly it answers, or tells what is wrong
                untraceable = True
        return source.run

    written = lru_cache(MAX_SIZES)(lambda ask: written_variables(ask, model))

    def forward(batch: PreparedBatch) -> Any:
        ask, taken = function(), tf.cast(prepared(batch), dtype)
        output = with_variables_kept(written(ask), lambda: ask(taken))
        return tf.nest.map_structure(lambda tensor: tensor.numpy(), with_kept_logits(output))

    return forward


def _itself(source: Source) -> Callable[[PreparedBatch], Any]:
    """Call the model uncompiled, as it is at this moment; a trace, which takes longer, can wait."""

    def itself(batch: PreparedBatch) -> Any:
        given = as_dtype(batch[..., 0] if len(source.shape) == 2 else batch, source.dtype)
        if _backend(source.model) == "tensorflow":
            tf = tensorflow()
            taken = tf.cast(given, source.dtype)
            output = with_variables_kept(
                kept_variables(source.model),
                lambda: with_attributes_kept(source.model, lambda: source.run(taken)),
            )
            return tf.nest.map_structure(lambda tensor: tensor.numpy(), with_kept_logits(output))
        keras = framework("keras", "a Keras model", "tensorflow")
        output = source.run(keras.ops.convert_to_tensor(given))
        return keras.tree.map_structure(keras.ops.convert_to_numpy, output)

    return itself


def _open_network(source: Source, pieces: Pieces) -> Callable[[OutputKind], Network]:
    @cache
    def open_network(output: OutputKind) -> Network:
        backend = _backend(source.model)
        if backend != "tensorflow":
            raise MethodError(
                f"{source.model.name} runs on Keras's backend {backend!r}, and a Keras model is a "
                "white box on TensorFlow only. Set KERAS_BACKEND=tensorflow before Keras is "
                "imported, or choose a black-box method, such as occlusion."
            )
        return KerasNetwork(source, output, pieces)

    return open_network


def _engines(source: Source, traced: Traced, lock: ModelLock, output_index: OutputIndex) -> Engines:
    def locked(shape: tuple[int | None, ...]) -> Any:
        with lock:  # tracing runs the model
            return traced(shape)

    @lru_cache(MAX_SIZES)
    def read(size: tuple[int, int]) -> IncrementalEngine | UnsupportedGraph:
        if _backend(source.model) != "tensorflow":
            return NotApplicable("it does not run on TensorFlow")
        if len(source.shape) != 3 or source.dtype != "float32":
            return NotApplicable("it takes pictures without channels, or not in float32")
        shape = (*size, source.shape[2])
        key = (output_index, shape)
        return _kept(
            source, "engine", key, lambda: read_engine(lambda: KerasExecutor(locked(shape)))
        )

    return Engines(lambda size: known_engine(read(size)))


def _backend(model: Any) -> str:
    if is_tf_keras(model):
        return "tensorflow"
    keras = framework("keras", "a Keras model", "tensorflow")
    return str(keras.backend.backend())


def _place(model: Any) -> Callable[[Any], Any]:
    """Return a function that passes a batch as the model takes it: bare, listed or named."""
    taken = getattr(model, "input", None)  # None if built but never called
    if isinstance(taken, Mapping):
        return lambda batch: {next(iter(taken)): batch}
    if isinstance(taken, (list, tuple)):
        return lambda batch: [batch]
    return lambda batch: batch


def _input_dtype(model: Any) -> str:
    inputs = getattr(model, "inputs", None)
    return str(getattr(inputs[0].dtype, "name", inputs[0].dtype)) if inputs else "float32"


def _declared_batch(model: Any) -> int | None:
    """Return the number of pictures that a model takes or answers, where it is but one."""
    ends = (*(getattr(model, "inputs", None) or ()), *(getattr(model, "outputs", None) or ()))
    return next((count for end in ends for count in end.shape[:1] if count is not None), None)


def _input_shape(model: Any) -> tuple[Shape, bool]:
    inputs = getattr(model, "inputs", None)
    if not inputs:  # a subclassed model
        return (None, None, 3), False
    taken = only_input(inputs, (each.name for each in inputs), model.name)
    return picture_shape(tuple(taken.shape), model.name)
