"""CAM: a network's last maps, weighted by its dense layer."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gridexplainer_widget.attribution.context import MethodContext, Steps


def cam(context: MethodContext) -> Steps:
    """Explain by class activation mapping.

    ``M(x, y) = Σ_k w_k A_k(x, y)``, where A are the maps before global average pooling and w the
    target's weights in the dense layer after it (B. Zhou et al., "Learning Deep Features for
    Discriminative Localization", CVPR 2016); a contrast's weights are taken off. Values below 0
    speak against the class; the map's mean plus the layer's bias is the logit. For a single
    sigmoid, class 0 takes class 1's weights negated. Other heads raise MethodError.
    """
    yield 0, 1
    layer, weights = context.head()
    maps = context.maps([layer])[0][0]
    return context.layer_attribution([maps @ _class_weights(weights, context)], names=[layer])


def _class_weights(weights: NDArray[np.float32], context: MethodContext) -> NDArray[np.float32]:
    """Select the target's (channels,) from (channels, classes or 1)."""
    if weights.shape[1] > 1 or context.run.classifier.quantity.is_value:
        own = weights[:, context.target]
        return own if context.contrast is None else own - weights[:, context.contrast]
    return weights[:, 0] if context.target == 1 else -weights[:, 0]
