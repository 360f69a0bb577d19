"""What a case cannot say, and where a person signs."""

from __future__ import annotations

from typing import Final

CERTIFIES_NOTHING: Final = (
    "This page certifies nothing. It records what one model answered about one picture, and what "
    "happened to the answer when parts were hidden. It does not show that the model is right, "
    "safe, fair or fit for a purpose, nor that a law or a standard is met."
)

REVIEW: Final = """<section><h2>Reviewed by a person</h2>
<p class="quiet screen">What is written here is printed with the page; the file does not change.</p>
<div class="review">
<label>Name<input type="text" autocomplete="off"></label>
<label>Date<input type="text" autocomplete="off"></label>
<fieldset><legend>Decision</legend>
<label><input type="radio" name="decision"> the evidence is plausible</label>
<label><input type="radio" name="decision"> it is doubtful</label>
<label><input type="radio" name="decision"> it must not be relied on</label></fieldset>
<label class="long">Note<textarea rows="4"></textarea></label>
</div></section>"""
"""Inputs that print as lines; nothing is sent anywhere."""


def limits_of(shape: tuple[int, int]) -> tuple[str, ...]:
    """Say what a map of cells leaves open."""
    rows, columns = shape
    return (
        "One model, one picture, one question: many pictures show more (docs/studies.md).",
        f"{ABOUT_CELLS} There are {rows}×{columns} of them: what is finer is not seen.",
        ABOUT_FILLS,
        ABOUT_PEOPLE,
        "How often the model is right, and for whom, is not on this page: labelled pictures tell.",
    )


ABOUT_CELLS: Final = (
    "A cell's number is how this model's answer changes when the cell is hidden, and no more: it "
    "is no cause in the world, and no measure of whether the answer is right."
)

ABOUT_FILLS: Final = (
    "Pictures with hidden parts are unlike those that a model was trained with. Another fill may "
    "give another map; where the ways to hide disagree, only what they share is known."
)

ABOUT_PEOPLE: Final = (
    "A map that agrees with what a person expects is no proof that the model is right, and one "
    "that does not is no proof that it is wrong."
)
