"""Files as strangers make them: other formats, bombs, damage."""

import io
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, features

from gridexplainer_widget.core import picture_file
from gridexplainer_widget.core.picture import read_picture
from tests.support.sizes import MANY

EPS = (
    b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n%%EndComments\n"
    b"(/etc/passwd) (r) file pop\nshowpage\n%%EOF\n"
)

pytestmark = [
    pytest.mark.filterwarnings(f"ignore:{words}")  # Pillow's, of files damaged here
    for words in ("Corrupt EXIF", "Truncated File", "Tag data larger", "Metadata Warning")
]

STEPS = np.arange(24, dtype=np.uint8).reshape(2, 4, 3) * 10


def encoded(image: Image.Image, kind: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def chunk(kind: bytes, data: bytes) -> bytes:
    checksum = zlib.crc32(kind + data) & 0xFFFFFFFF
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", checksum)


def png_of(width: int, height: int, *chunks: bytes) -> bytes:
    """A PNG that promises black grey pixels and holds none."""
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    pixels = chunk(b"IDAT", zlib.compress(b""))
    return b"\x89PNG\r\n\x1a\n" + header + b"".join(chunks) + pixels + chunk(b"IEND", b"")


def bmp_of_runs(width: int, height: int) -> bytes:
    header = struct.pack("<IiiHHIIiiII", 40, width, height, 1, 8, 1, 2, 0, 0, 256, 256)
    return b"BM" + struct.pack("<IHHI", 0, 0, 0, 54 + 1024) + header + bytes(1024) + b"\0\1"


def jpeg_header(
    width: int, height: int, *, progressive: bool = False, together: int = 1, scans: int = 1
) -> bytes:
    """A grey JPEG of any size; its scans are of `together` colours."""
    frame = struct.pack(">BHHBBBB", 8, height, width, 1, 1, 0x11, 0)
    scan = bytes([together]) + b"\1\0" * together + b"\0\x3f\0"
    segments = (
        (b"\xdb", bytes(range(65))),
        (b"\xc2" if progressive else b"\xc0", frame),
        *[(b"\xda", scan)] * scans,
    )
    body = b"".join(b"\xff" + code + struct.pack(">H", len(d) + 2) + d for code, d in segments)
    return b"\xff\xd8" + body + bytes(16) + b"\xff\xd9"


FILES = {
    "PNG": encoded(Image.fromarray(STEPS), "PNG"),
    "PNG, 16 bits": encoded(Image.fromarray(STEPS[..., 0].astype(np.uint16) * 257), "PNG"),
    "PNG, palette": encoded(Image.fromarray(STEPS).convert("P"), "PNG", transparency=3),
    "APNG": encoded(
        Image.fromarray(STEPS), "PNG", save_all=True, append_images=[Image.fromarray(255 - STEPS)]
    ),
    "JPEG": encoded(Image.fromarray(STEPS), "JPEG"),
    "JPEG, CMYK": encoded(Image.fromarray(STEPS).convert("CMYK"), "JPEG"),
    "JPEG, progressive": encoded(Image.fromarray(STEPS), "JPEG", progressive=True),
    "MPO": encoded(
        Image.fromarray(STEPS), "MPO", save_all=True, append_images=[Image.fromarray(STEPS)]
    ),
    "GIF": encoded(
        Image.fromarray(STEPS), "GIF", save_all=True, append_images=[Image.fromarray(255 - STEPS)]
    ),
    "BMP": encoded(Image.fromarray(STEPS), "BMP"),
    "TIFF": encoded(Image.fromarray(STEPS), "TIFF"),
    "TIFF, LZW": encoded(Image.fromarray(STEPS), "TIFF", compression="tiff_lzw"),
    "TIFF, float": encoded(Image.fromarray(STEPS[..., 0].astype(np.float32)), "TIFF"),
    "PPM": encoded(Image.fromarray(STEPS), "PPM"),
    "WebP": encoded(Image.fromarray(STEPS), "WEBP", lossless=True),
}
if features.check("avif"):
    FILES["AVIF"] = encoded(Image.fromarray(STEPS), "AVIF")


@pytest.mark.parametrize("kind", FILES)
def test_each_format_is_read(kind: str) -> None:
    assert read_picture(FILES[kind]).size == (2, 4)


@pytest.mark.parametrize("kind", ["PNG", "APNG", "BMP", "TIFF", "TIFF, LZW", "PPM", "WebP"])
def test_formats_without_loss_give_the_same_pixels(kind: str) -> None:
    np.testing.assert_array_equal(read_picture(FILES[kind]).pixels, STEPS)


@pytest.fixture
def ghostscript(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A Ghostscript that leaves a file where it was started."""
    program, called = tmp_path / "gs", tmp_path / "called"
    program.write_text(f"#!/bin/sh\ntouch {called}\necho 10.0\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("PIL.EpsImagePlugin.gs_binary", None, raising=False)
    return called


def test_postscript_is_refused_whatever_its_name(ghostscript: Path, tmp_path: Path) -> None:
    path = tmp_path / "cat.png"
    path.write_bytes(EPS)
    with_preview = b"\xc5\xd0\xd3\xc6" + struct.pack("<II", 30, len(EPS)) + bytes(18) + EPS
    for source in (path, EPS, with_preview):
        with pytest.raises(ValueError, match=r"PostScript is a program, and is not run"):
            read_picture(source)
    assert not ghostscript.exists()


def test_postscript_opened_by_pil_is_not_run_either(ghostscript: Path) -> None:
    with pytest.raises(ValueError, match=r"EPS\) is read by another program.*call its load\(\)"):
        read_picture(Image.open(io.BytesIO(EPS)))
    assert not ghostscript.exists()


def test_what_pil_has_read_is_taken_in_any_format() -> None:
    image = Image.open(io.BytesIO(encoded(Image.fromarray(STEPS), "TGA")))
    np.testing.assert_array_equal(read_picture(image).pixels, STEPS)
    with pytest.raises(ValueError, match=r"no format that is read here.*PIL\.Image\.open\(path\)"):
        read_picture(encoded(Image.fromarray(STEPS), "TGA"))


@pytest.mark.parametrize(
    ("start", "advice"),
    [(b"%PDF-1.7\n", "Save the page as PNG"), (b"\0\0\0\x18ftypheic\0\0\0\0", "save it as JPEG")],
)
def test_formats_that_people_try_have_a_way_out(start: bytes, advice: str) -> None:
    with pytest.raises(ValueError, match=advice):
        read_picture(start + bytes(100))


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(
    "file",
    [
        png_of(50_000, 50_000),
        png_of(40_000_001, 1),
        png_of(1, 65_536),
        b"GIF89a" + struct.pack("<HH", 65_535, 65_535) + b"\0\0\0\x2c" + bytes(20),
        jpeg_header(40_000, 40_000),
        jpeg_header(9_000, 9_000, progressive=True),
        jpeg_header(9_000, 9_000, together=2),
    ],
)
def test_what_decoding_would_make_is_bounded(file: bytes) -> None:
    with pytest.raises(ValueError, match=r"pixels; at most 40,000,000 are decoded"):
        read_picture(file)


def test_a_bound_of_the_users_own_is_not_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 2)
    np.testing.assert_array_equal(read_picture(FILES["PNG"]).pixels, STEPS)


@pytest.mark.parametrize(
    ("file", "words"),
    [
        (png_of(8, 8, *[chunk(b"zTXt", b"a\0\0" + zlib.compress(bytes(900_000)))] * 80), "text"),
        (png_of(8, 8, chunk(b"iCCP", b"a\0\0" + zlib.compress(bytes(9_000_000)))), "decompressed"),
        (jpeg_header(5_000, 8_000, progressive=True, scans=21), "8000 pixels 21 times"),
        (jpeg_header(50_000, 800, together=2, scans=21), "800 pixels 21 times"),
        (b"P6 10000 1001 1000 ", "10000×1001 pixels; at most 10,000,000 of its kind of PPM"),
        (bmp_of_runs(10_000, 1_001), "10000×1001 pixels; at most 10,000,000 of its kind of BMP"),
    ],
)
def test_what_lies_beside_the_pixels_is_bounded(file: bytes, words: str) -> None:
    with pytest.raises(ValueError, match=rf"(?i){words}"):
        read_picture(file)


@pytest.mark.parametrize(
    ("side", "kind", "words"),
    [
        (2**15, 4, "its tiles have 1,073,741,824 pixels each"),
        (0x8000_0001, 9, "its tiles have 4,611,686,014,132,420,609 pixels each"),  # signed
        (0x41424344, 2, "cannot be decoded: invalid literal"),  # a text
    ],
)
def test_a_tile_is_bounded_as_well(side: int, kind: int, words: str) -> None:
    """It is decoded whole, even where the picture is a corner of it."""
    entries = [
        (256, 4, 8), (257, 4, 8), (258, 3, 8), (259, 3, 8), (262, 3, 1), (277, 3, 1),
        (322, kind, side), (323, kind, side), (324, 4, 200), (325, 4, 40),
    ]  # fmt: skip
    tags = b"".join(
        struct.pack("<HHII", tag, type_, 4 if type_ == 2 else 1, value)
        for tag, type_, value in entries
    )
    file = b"II*\0" + struct.pack("<IH", 8, len(entries)) + tags + bytes(200)
    with pytest.raises(ValueError, match=words):
        read_picture(file)


@pytest.fixture
def small_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if a file of more than 64 pixels were large."""
    monkeypatch.setattr(picture_file, "MAX_PIXELS", 64)
    monkeypatch.setattr(picture_file, "MAX_PHOTO_PIXELS", 64 * 64)


@pytest.mark.usefixtures("small_bounds")
@pytest.mark.parametrize(("side", "fraction"), [(8, 1), (10, 2), (16, 2), (32, 4), (64, 8)])
@pytest.mark.parametrize("as_image", [True, False])
@pytest.mark.parametrize("kind", ["JPEG", "MPO"])
def test_a_large_photo_is_decoded_smaller(
    side: int, fraction: int, kind: str, *, as_image: bool
) -> None:
    plain = Image.new("RGB", (side, side), (40, 90, 200))
    file = encoded(plain, kind, quality=95)
    image = Image.open(io.BytesIO(file))
    picture = read_picture(image if as_image else file)
    assert picture.size == (side // fraction, side // fraction)
    np.testing.assert_allclose(
        picture.pixels, np.broadcast_to([40, 90, 200], picture.pixels.shape), atol=3
    )
    assert image.size == (side, side)  # PIL's own is as it was
    assert np.asarray(image).shape == (side, side, 3)


def test_a_photos_notes_may_look_like_scans() -> None:
    """A camera's notes and thumbnail stand before the first scan, and may hold any bytes."""
    notes = b"\xff\xe1" + struct.pack(">H", 60_002) + b"\xff\xda" * 30_000
    for kind in ("JPEG", "JPEG, progressive"):
        file = FILES[kind]
        with_notes = file[:2] + notes + file[2:]
        np.testing.assert_array_equal(read_picture(with_notes).pixels, read_picture(file).pixels)


@pytest.mark.usefixtures("small_bounds")
def test_a_photo_that_cannot_be_decoded_in_rows_is_refused() -> None:
    for size, options in ((16, {"progressive": True}), (65, {})):
        file = encoded(Image.new("RGB", (size, size)), "JPEG", **options)
        for source in (file, Image.open(io.BytesIO(file))):
            with pytest.raises(ValueError, match=rf"{size}×{size} pixels; at most 64 are decoded"):
                read_picture(source)


@pytest.mark.usefixtures("small_bounds")
@pytest.mark.parametrize("kind", ["PNG", "GIF", "BMP", "TIFF", "PPM", "WEBP", "AVIF"])
def test_files_that_pil_has_opened_are_bounded_as_well(kind: str) -> None:
    if kind not in Image.SAVE:
        pytest.skip("this Pillow cannot write it")
    file = encoded(Image.new("RGB", (9, 8)), kind)
    for source in (file, Image.open(io.BytesIO(file))):
        with pytest.raises(ValueError, match="9×8 pixels; at most 64 are decoded"):
            read_picture(source)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_pictures_are_turned_upright(orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    turned = {
        1: STEPS, 2: STEPS[:, ::-1], 3: STEPS[::-1, ::-1], 4: STEPS[::-1],
        5: STEPS.swapaxes(0, 1), 6: np.rot90(STEPS, -1), 7: STEPS[::-1, ::-1].swapaxes(0, 1),
        8: np.rot90(STEPS),
    }  # fmt: skip
    file = encoded(Image.fromarray(STEPS), "PNG", exif=exif)
    np.testing.assert_array_equal(read_picture(file).pixels, turned[orientation])


def test_a_dark_file_of_16_bits_stays_dark() -> None:
    file = encoded(Image.fromarray(np.full((2, 2), 200, np.uint16)), "PNG")
    np.testing.assert_allclose(read_picture(file).pixels, 200 / 257, rtol=1e-6)


@pytest.mark.parametrize("kind", FILES)
def test_a_file_cut_anywhere_is_a_picture_or_refused(kind: str) -> None:
    file = FILES[kind]
    for length in range(0, len(file), max(1, len(file) // 60)):
        read_or_refused(file[:length])


@MANY
@given(
    kind=st.sampled_from(sorted(FILES)),
    flips=st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), max_size=6),
)
def test_a_damaged_file_is_a_picture_or_refused(kind: str, flips: list[tuple[float, int]]) -> None:
    file = bytearray(FILES[kind])
    for place, value in flips:
        file[int(place * len(file))] = value
    read_or_refused(bytes(file))


def read_or_refused(file: bytes) -> None:
    """Read a file; anything but a ValueError fails the test."""
    try:
        pixels = read_picture(file).pixels
    except ValueError:
        return
    assert pixels.dtype == np.float32
    assert np.isfinite(pixels).all()
    assert pixels.min() >= 0
    assert pixels.max() <= 255
