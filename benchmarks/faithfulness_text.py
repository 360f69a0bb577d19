"""What stands between the tables of docs/faithfulness.md."""

HEAD = """# Which map tells the truth?

Written by `python -m benchmarks.faithfulness page` from what `benchmarks/real.py` and
`benchmarks/faithfulness.py` measured; every figure in the tables comes from there. Yours is one
call: `explainer.compare(img, …)`.

Two kinds of networks. **Really trained**: EfficientNet-Lite0 with ImageNet's weights, in Keras
and the same in PyTorch (both answer alike to 3e-7), on photographs of ImageNet's and other
packages', asked about the class that the network sees, right or wrong. **Drawn**: the two
embedded classifiers (230,000 weights) and their pictures, of which is known to the pixel where
each object is. What comes out on the drawn ones alone is no conclusion.

How a map is measured, on a grid of 8×8 cells:

* Its cells are hidden, the most important first (**deletion**), or shown, the most important
  first (**insertion**; V. Petsiuk, A. Das, K. Saenko, BMVC 2018). **SRG** is insertion minus
  deletion (S. Blücher, J. Vielhaben, N. Strodthoff, TMLR 2024), from −1 to 1.
* Cells are hidden by **two fills, grey and blur, neither of which the maps are made by**: under
  the fill that it is made by, a method that hides cells is ahead of others for that reason
  alone. Grey takes all colour and shape; blur leaves both in the large.
* **Random**: 16 random orders of the cells and their reverses, hidden in the same way; nine of
  ten reach no more than this. Below it, "by chance" counts a map. It costs 226 calls for each
  fill, once for a picture and class.
* Where the probability with everything hidden stays above 0.9 of what it was, the fill cannot
  tell maps apart and does not count.
* **Foretells**: how well the map foretells the drops of some thirty handfuls of cells that it
  was not fitted to (the number of hidden cells partialled out; after M. Ancona et al., ICLR
  2018). "?" where random maps foretell as much: the map is then said to tell nothing reliable.

How exact that is: a map's curves have 33 points. On the 27 photographs, hidden by grey, their
SRG differs from that of all 65 by 0.004 on average and 0.015 at most (deletion or insertion by
0.012); on the demo's pictures by 0.005 at most. A random order's curves have 9 points: a single
area is then off by 0.05 at most, but the spread of many orders is that of all 65 points within
a tenth. With 16 orders the band's ends are uncertain by a quarter of its width.
"""

EQUAL = """
*Cells alone*: each cell hidden by itself, 65 calls. *Together*: these and handfuls of cells,
200 calls in all, thirty of which tell what the map foretells. SHAP and LIME have 200 for
themselves and thirty more for that. Means over pictures; *worst* is the lowest SRG under either
fill; *by chance* counts pictures where random orders reach the map under a fill, and of these
those of which the map itself is said to tell nothing reliable. Seconds are of all processors
together, medians, on a shared machine.
"""

PAIRS = """
Picture by picture, the mean of both fills: the median difference, and Wilcoxon's signed ranks,
both sides. It carries over where all networks agree at 0.05.
"""

BAND = """
SRG under grey / blur · foretells. Bold: the map that is shown. "?": it foretells no more than
random maps do.
"""

METHODS_HEAD = """
Occlusion is the cells alone here. *− occlusion*: the median difference of SRG, picture by
picture, the mean of grey and blur. *Randomised* (J. Adebayo et al., NeurIPS 2018): mean rank
correlation with the maps of the same network as its weights are randomised; lower is better,
and maps that have nothing in common reach 0.10 at 8×8 cells. *Pointing*: how often the most
important cell touches the object (after J. Zhang et al., IJCV 2018). *Inside* (L. Arras, A.
Osman, W. Samek, Information Fusion 2022): the share of the positive values inside the object;
in the head what a map that is the same everywhere reaches, and what the object itself does,
drawn in these cells. SHAP has 500 evaluations, RISE and LIME 1000 samples.
"""

READING = """
## Reading it

Put together from the tables; a difference counts where Wilcoxon's p is below 0.05.
"""
