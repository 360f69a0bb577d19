import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from gridexplainer_widget.core import picture as picture_module
from gridexplainer_widget.core.picture import Picture, png_bytes, read_picture, to_uint8


def encoded(image: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


RGB = np.array([[[10, 20, 30], [40, 50, 60]], [[70, 80, 90], [100, 110, 120]]], np.uint8)


@pytest.mark.parametrize(
    "kind", ["path", "string", "bytes", "pil", "array", "float", "unit", "list"]
)
def test_every_kind_of_source_gives_the_same_pixels(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "picture.png"
    Image.fromarray(RGB).save(path)
    sources = {
        "path": path,
        "string": str(path),
        "bytes": path.read_bytes(),
        "pil": Image.fromarray(RGB),
        "array": RGB,
        "float": RGB.astype(np.float64),
        "unit": RGB / 255,
        "list": RGB.tolist(),
    }
    pixels = read_picture(sources[kind]).pixels
    assert pixels.dtype == np.float32
    np.testing.assert_allclose(pixels, RGB, atol=1e-4)


@pytest.mark.parametrize("shape", [(2, 3), (2, 3, 1)])
def test_grey_becomes_three_equal_channels(shape: tuple[int, ...]) -> None:
    grey = np.arange(6, dtype=np.uint8).reshape(shape)
    pixels = read_picture(grey).pixels
    assert pixels.shape == (2, 3, 3)
    for channel in range(3):
        np.testing.assert_array_equal(pixels[..., channel], grey.reshape(2, 3))


@pytest.mark.parametrize("as_image", [True, False])
def test_alpha_is_laid_over_white(as_image: bool) -> None:
    rgba = np.array([[[0, 100, 255, 0], [0, 100, 255, 255], [0, 100, 255, 51]]], np.uint8)
    pixels = read_picture(Image.fromarray(rgba) if as_image else rgba).pixels
    np.testing.assert_allclose(pixels[0], [[255] * 3, [0, 100, 255], [204, 224, 255]], atol=1e-3)


def test_exif_rotation_is_honoured() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was held upright: turn by 90° clockwise
    data = encoded(Image.fromarray(RGB), "PNG", exif=exif)
    np.testing.assert_array_equal(read_picture(data).pixels, np.rot90(RGB, -1))


def test_16_bit_grey_keeps_its_range() -> None:
    grey = np.array([[0, 257, 65535]], np.uint16)
    pixels = read_picture(encoded(Image.fromarray(grey))).pixels
    np.testing.assert_allclose(pixels[0, :, 0], [0, 1, 255])
    np.testing.assert_allclose(read_picture(grey).pixels, pixels)


@pytest.mark.parametrize("deep", [1023, 4095])
def test_what_may_be_12_bits_deep_is_not_guessed(deep: int) -> None:
    array = np.full((2, 2), deep, np.uint16)
    for source in (array, encoded(Image.fromarray(array)), np.stack([array] * 3, axis=-1)):
        with pytest.raises(ValueError, match=rf"end at {deep}.*pixels / 4095 for 12 bits"):
            read_picture(source)
    np.testing.assert_allclose(read_picture(array / 4095).pixels, 255 * deep / 4095, rtol=1e-5)


def test_float_alpha_may_be_a_share_of_one() -> None:
    colours = np.full((2, 2, 4), 200.0)
    colours[..., 3] = [[1, 1], [0.5, 0]]
    pixels = read_picture(colours).pixels[..., 0]
    np.testing.assert_allclose(pixels, [[200, 200], [227.5, 255]])


def test_a_folder_is_no_picture(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="is a folder"):
        read_picture(tmp_path)
    with pytest.raises(FileNotFoundError, match="No picture at ''"):
        read_picture("")


def test_a_palette_with_transparency_is_read() -> None:
    image = Image.fromarray(RGB).convert("P", palette=Image.Palette.ADAPTIVE)
    np.testing.assert_allclose(read_picture(encoded(image)).pixels, RGB, atol=4)


def test_a_black_float_picture_stays_black() -> None:
    assert read_picture(np.zeros((2, 2, 3))).pixels.max() == 0


@pytest.mark.parametrize(("top", "past"), [(1, 1.0000002), (255, 255.0008), (255, 255.02)])
def test_rounding_may_leave_the_range(top: float, past: float) -> None:
    given = np.full((2, 2, 3), top / 2)
    given[0, 0], given[1, 1] = past, -1e-5 * top
    pixels = read_picture(given).pixels
    assert pixels[0, 0].tolist() == [255] * 3
    assert pixels[1, 1].tolist() == [0] * 3
    np.testing.assert_allclose(pixels[0, 1], 127.5, rtol=1e-6)


def test_rounding_of_colours_and_alpha_changes_neither_scale() -> None:
    clear = np.full((2, 2, 4), 1.0000002)
    clear[..., 3] = 0
    clear[0, 0] = 1.0000002
    np.testing.assert_allclose(read_picture(clear).pixels, 255)
    deep = np.full((2, 2, 4), 200.0)
    deep[..., 3] = 1.0000002
    np.testing.assert_allclose(read_picture(deep).pixels, 200, rtol=1e-5)


@pytest.mark.parametrize(
    ("source", "words"),
    [
        (np.full((2, 2), np.nan), ["NaN or infinity in 4 of 4", "nan_to_num"]),
        (np.zeros((0, 4, 3)), ["no pixels", "(0, 4, 3)"]),
        (np.zeros((1, 4, 4, 3)), ["(1, 4, 4, 3)", "img[0]"]),
        (np.zeros((3, 8, 8)), ["(3, 8, 8)", "channels first", "moveaxis"]),
        (np.zeros((8, 8, 7)), ["(8, 8, 7)", "(H, W, 3)"]),
        (np.full((2, 2, 3), -3.5), ["-3.5", "0..255", "raw picture"]),
        (np.full((2, 2, 3), 700), ["700", "0..255"]),
        (np.full((2, 2, 3), 1.001), ["1.001", "np.clip"]),
        (np.full((2, 2, 3), 255.1), ["255.1", "0..255"]),
        (np.full((2, 2, 3), -0.01), ["-0.01", "0..255"]),
        (np.array([["a"]]), ["dtype", "no picture"]),
        (object(), ["object", "no picture"]),
        (None, ["NoneType", "no picture"]),
        (b"not a picture", ["13 bytes", "cannot be decoded", "PNG, JPEG"]),
        (encoded(Image.fromarray(np.tile(RGB, (40, 40, 1))), "JPEG")[:700], ["cannot be decoded"]),
    ],
)
def test_bad_pictures_are_refused_with_a_way_out(source: object, words: list[str]) -> None:
    with pytest.raises(ValueError) as caught:
        read_picture(source)
    for word in words:
        assert word in str(caught.value)


def test_a_missing_file_is_named() -> None:
    with pytest.raises(FileNotFoundError, match="nowhere.png"):
        read_picture("nowhere.png")


@pytest.mark.parametrize("text", ["x" * 200_000, "~nobody-of-this-name/cat.png", "data:image\0"])
def test_texts_that_are_no_path_are_told_shortly(text: str) -> None:
    with pytest.raises(FileNotFoundError, match="No picture at '") as caught:
        read_picture(text)
    assert len(str(caught.value)) < 400


def test_a_file_of_a_gigabyte_is_not_read(tmp_path: Path) -> None:
    with (tmp_path / "stack.tif").open("wb") as file:
        file.truncate(2**30)  # of holes
    with pytest.raises(ValueError, match="1,073,741,824 bytes; files of up to 268,435,456"):
        read_picture(tmp_path / "stack.tif")


def test_fitting_resizes_in_float_and_without_changing_a_constant() -> None:
    picture = Picture(np.full((5, 7, 3), 33.3, np.float32))
    fitted = picture.fitted(11, 4)
    assert fitted.shape == (11, 4, 3)
    np.testing.assert_allclose(fitted, 33.3, atol=1e-4)


def test_fitting_halves_by_averaging() -> None:
    board = np.indices((8, 8)).sum(axis=0) % 2 * 200
    fitted = read_picture(board).fitted(4, 4)
    np.testing.assert_allclose(fitted[1:3, 1:3], 100, atol=15)


def test_fitting_to_one_and_four_channels() -> None:
    picture = read_picture(RGB)
    grey = picture.fitted(None, None, 1)
    np.testing.assert_allclose(grey[0, 0, 0], 0.299 * 10 + 0.587 * 20 + 0.114 * 30, rtol=1e-6)
    four = picture.fitted(None, None, 4)
    assert four.shape == (2, 2, 4)
    assert (four[..., 3] == 255).all()


def test_fitting_is_done_once_and_cannot_be_written_to() -> None:
    picture = read_picture(RGB)
    fitted = picture.fitted(4, 4)
    assert picture.fitted(4, 4) is fitted
    for pixels in (fitted, picture.fitted(None, None)):
        with pytest.raises(ValueError, match="read-only"):
            pixels[:] = 0
    picture.pixels[0, 0] = 7  # the picture's own array is another one
    assert picture.fitted(None, None)[0, 0, 0] == 10


def test_the_copy_for_the_screen_is_bounded_and_keeps_its_shape() -> None:
    displayed = Picture(np.zeros((1500, 3000, 3), np.float32)).displayed
    assert displayed.shape == (picture_module.DISPLAY_SIDE // 2, picture_module.DISPLAY_SIDE, 3)
    assert read_picture(RGB).displayed.shape == RGB.shape


def test_png_round_trip() -> None:
    np.testing.assert_array_equal(np.asarray(Image.open(io.BytesIO(png_bytes(RGB)))), RGB)


def test_to_uint8_rounds_and_shows_grey_as_rgb() -> None:
    assert to_uint8(np.float32([[[1.6], [300]]])).tolist() == [[[2, 2, 2], [255, 255, 255]]]
