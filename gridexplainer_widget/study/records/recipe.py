"""How an explainer gets into another process."""

from __future__ import annotations

import pickle
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gridexplainer_widget.analysis.setup import Setup

from .identity import Identity, check_answers
from .plan import Plan
from .rows import Asked


@dataclass(frozen=True)
class Recipe:
    """What another process makes the same explainer of.

    Parameters
    ----------
    given : mapping of str to bytes
        The explainer's parameters, pickled.
    """

    given: Mapping[str, bytes]
    plan: Plan
    identity: Identity

    @classmethod
    def of(cls, setup: Setup, plan: Plan, identity: Identity, what: str) -> Recipe:
        """Pickle a model and its settings.

        Raises
        ------
        TypeError
            One of them cannot be pickled.
        """
        pickled = {name: _pickled(name, value, what) for name, value in setup.given.items()}
        return cls(pickled, plan, identity)

    def setup(self) -> Setup:
        """Make the explainer, and check that it answers as the one it was made of.

        Raises
        ------
        ModelChangedError
            It does not.
        """
        given = {name: pickle.loads(value) for name, value in self.given.items()}  # noqa: S301 - our own
        setup = Setup(**given)
        check_answers(setup, self.identity)
        return setup

    @property
    def asked(self) -> Asked:
        """What rows tell of it."""
        return Asked(self.identity.weights, self.identity.configuration)


def _pickled(name: str, value: Any, what: str) -> bytes:
    try:
        return pickle.dumps(value)
    except Exception as error:
        raise TypeError(
            f"{what} gives each process a copy of {name}=, and {type(value).__name__} cannot be "
            f"copied ({error!s:.200}). Give GridExplainer the path of a model's file, or what "
            "pickle takes: a Keras model, a PyTorch module, a function of a module."
        ) from error
