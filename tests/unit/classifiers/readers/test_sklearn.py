import warnings

import numpy as np
import pandas as pd
import pytest
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.multioutput import MultiOutputClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler
from sklearn.svm import SVC, LinearSVC

from gridexplainer_widget import ClassifierError, GridExplainer, as_classifier
from tests.support.fresh import printed
from tests.support.numbers import softmax

RNG = np.random.default_rng(0)
GREY = RNG.uniform(0, 255, (40, 8, 8, 1)).astype(np.float32)
COLOUR = RNG.uniform(0, 255, (40, 5, 5, 3)).astype(np.float32)
CLASSES = np.array(["cat", "dog", "eel", "fox"])[np.arange(40) % 4]


def rows(batch: np.ndarray) -> np.ndarray:
    return batch.reshape(len(batch), -1)


def forest(batch: np.ndarray) -> RandomForestClassifier:
    return RandomForestClassifier(20, random_state=0).fit(rows(batch), CLASSES)


@pytest.mark.parametrize("batch", [GREY, COLOUR], ids=["grey", "colour"])
def test_a_square_in_grey_or_colour_is_read_off_the_features(batch: np.ndarray) -> None:
    model = forest(batch)
    classifier = as_classifier(model)
    assert classifier.input_shape == batch.shape[1:]
    np.testing.assert_allclose(classifier(batch), model.predict_proba(rows(batch)), rtol=1e-6)
    assert classifier.names(4) == ("cat", "dog", "eel", "fox")
    assert classifier.name == "RandomForestClassifier"
    assert classifier.preprocessing.description.startswith("none found: 0..255")


def test_where_four_channels_fit_as_well_the_words_say_so() -> None:
    doubtful = as_classifier(forest(GREY)).preprocessing.description
    assert doubtful.endswith("64 numbers are taken for 8×8 in grey (input_shape=…)")
    assert as_classifier(forest(GREY), preprocess="0..1").preprocessing.description.endswith("=…)")
    assert "taken for" not in as_classifier(forest(COLOUR)).preprocessing.description
    assert "taken for" not in as_classifier(forest(GREY[:, :7, :7])).preprocessing.description
    overridden = as_classifier(forest(GREY), input_shape=(4, 4, 4))
    assert overridden.input_shape == (4, 4, 4)
    assert "taken for" not in overridden.preprocessing.description


def test_the_size_may_be_given() -> None:
    model = forest(GREY[:, :, :6])
    with pytest.raises(ClassifierError, match=r"rows of 40 numbers.*input_shape=\(height"):
        as_classifier(forest(GREY[:, :, :5]))
    assert as_classifier(model).input_shape == (4, 4, 3)
    assert as_classifier(model, input_shape=(8, 6)).input_shape == (8, 6, 1)
    assert as_classifier(model, input_shape=(2, 6)).input_shape == (2, 6, 4)
    assert as_classifier(model, input_shape=(None, None, 3)).input_shape == (4, 4, 3)
    with pytest.raises(ClassifierError, match=r"input_shape=\(5, 5, 3\) has 75.*of 48 numbers"):
        as_classifier(model, input_shape=(5, 5))


def test_features_of_your_own() -> None:
    def means(batch: np.ndarray) -> np.ndarray:
        return batch.mean(axis=2).reshape(len(batch), -1)

    model = LogisticRegression().fit(means(COLOUR / 255), CLASSES)
    classifier = as_classifier(model, input_shape=(5, 5), preprocess=lambda b: means(b / 255))
    np.testing.assert_allclose(
        classifier(COLOUR), model.predict_proba(means(COLOUR / 255)), rtol=1e-5
    )


@pytest.mark.parametrize("classes", [2, 4])
def test_without_probabilities_the_decision_function_gives_logits(classes: int) -> None:
    labels = np.array([3, 5, 7, 9])[np.arange(40) % classes]
    for model in (SVC(), LinearSVC()):
        model.fit(rows(COLOUR / 255), labels)
        classifier = as_classifier(model, preprocess="0..1")
        raw = model.decision_function(rows(COLOUR / 255))
        logits = np.stack([np.zeros(40), raw], axis=1) if classes == 2 else raw
        np.testing.assert_allclose(classifier(COLOUR), softmax(logits), atol=1e-4)
        assert classifier.output == "logits"
        assert classifier.names(classes) == ("3", "5", "7", "9")[:classes]


def test_small_values_of_a_decision_function_are_logits_all_the_same() -> None:
    class Unsure:
        n_features_in_ = 64

        def decision_function(self, X: np.ndarray) -> np.ndarray:
            return np.stack([X.mean(axis=1) / 255, 1 - X.mean(axis=1) / 255], axis=1)

    expected = softmax(Unsure().decision_function(rows(GREY)))
    np.testing.assert_allclose(as_classifier(Unsure())(GREY), expected, rtol=1e-5)


def test_pairs_of_classes_and_several_answers_are_refused() -> None:
    pairs = SVC(decision_function_shape="ovo").fit(rows(GREY), CLASSES)
    with pytest.raises(ClassifierError, match=r"6 numbers for 4 classes.*'ovr'"):
        as_classifier(pairs)(GREY)
    both = MultiOutputClassifier(LogisticRegression())
    both.fit(rows(GREY) / 255, np.stack([CLASSES, CLASSES], axis=1))
    with pytest.raises(ClassifierError, match=r"returns 2 outputs"):
        as_classifier(both)(GREY)


def test_a_model_that_takes_pictures_needs_their_size() -> None:
    def flattened(batch: np.ndarray) -> np.ndarray:
        return np.asarray(batch).reshape(len(batch), -1)

    inner = forest(COLOUR)

    class Wrapper:
        classes_ = inner.classes_

        def predict_proba(self, X: np.ndarray) -> np.ndarray:
            assert X.shape[1:] == (5, 5, 3)
            return inner.predict_proba(flattened(X))

    with pytest.raises(ClassifierError, match=r"Wrapper.*n_features_in_.*input_shape="):
        as_classifier(Wrapper())
    with pytest.raises(ClassifierError, match="fit it first"):
        as_classifier(make_pipeline(StandardScaler(), LogisticRegression()))
    classifier = as_classifier(Wrapper(), input_shape=(5, 5))
    np.testing.assert_allclose(classifier(COLOUR), inner.predict_proba(flattened(COLOUR)))
    assert classifier.names(4) == ("cat", "dog", "eel", "fox")


def test_drops_of_a_pipeline_equal_a_loop() -> None:
    pipeline = make_pipeline(
        FunctionTransformer(np.square), StandardScaler(), LogisticRegression(C=0.1)
    ).fit(rows(COLOUR), CLASSES)
    picture = COLOUR[3]
    explanation = GridExplainer(pipeline, 5, fill="black").explain(picture, "dog")
    before = pipeline.predict_proba(rows(picture[np.newaxis]))[0, 1]
    for row in range(5):
        for column in range(5):
            hidden = picture.copy()
            hidden[row, column] = 0
            drop = before - pipeline.predict_proba(rows(hidden[np.newaxis]))[0, 1]
            assert abs(explanation.drops[row, column] - drop) < 1e-5


def test_a_model_fitted_to_a_table_does_not_warn_at_every_batch() -> None:
    table = pd.DataFrame(rows(GREY)).rename(columns=str)
    model = RandomForestClassifier(5, random_state=0).fit(table, CLASSES)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        answer = as_classifier(model)(GREY)
    np.testing.assert_allclose(answer, model.predict_proba(table), rtol=1e-6)


def test_a_scikit_learn_model_loads_no_other_framework() -> None:
    code = (
        "import sys, numpy as np; from sklearn.naive_bayes import GaussianNB; "
        "from gridexplainer_widget import GridExplainer; "
        "x = np.random.default_rng(0).uniform(0, 255, (20, 64)); "
        "GridExplainer(GaussianNB().fit(x, np.arange(20) % 2), 2).explain(np.zeros((8, 8, 3))); "
        "print([name for name in ('tensorflow', 'keras', 'torch', 'onnxruntime') "
        "if name in sys.modules])"
    )
    assert printed(code) == "[]"


def test_what_only_behaves_alike_needs_no_scikit_learn() -> None:
    code = (
        "import sys, numpy as np; sys.modules['sklearn'] = None; "
        "from gridexplainer_widget import GridExplainer\n"
        "class Alike:\n"
        "    n_features_in_ = 16\n"
        "    def predict_proba(self, X): return np.stack([1 - X[:, 0] / 255, X[:, 0] / 255], 1)\n"
        "e = GridExplainer(Alike(), 2, fill='black').explain(np.full((4, 4, 3), 255.0), 1)\n"
        "print(e.drops.tolist())"
    )
    assert printed(code) == "[[1.0, 0.0], [0.0, 0.0]]"
