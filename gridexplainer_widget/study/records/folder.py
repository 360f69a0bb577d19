"""A study on disk: ``run.json`` and ``records/part-*.parquet``."""

from __future__ import annotations

import io
import json
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np

from gridexplainer_widget.core.errors import ModelChangedError
from gridexplainer_widget.core.files import write_file
from gridexplainer_widget.core.untrusted.plain_json import read_json

from .identity import Identity
from .journal import SUFFIX, Journal, read_journal
from .schema import FORMAT, arrow, parquet, schema_of

ROWS_IN_A_PART: Final = 2048

TEMPORARY: Final = ".gridexplainer-*.tmp"
"""What a process leaves that is killed while it writes a part."""


@dataclass
class StudyFolder:
    """A folder of one study.

    Parameters
    ----------
    path : Path
    identity : Identity
        The model and the settings that all rows are of.
    about : dict
        The rest of run.json.
    """

    path: Path
    identity: Identity
    about: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def open(cls, path: str | os.PathLike[str]) -> StudyFolder:
        """Open a folder that holds a study.

        Raises
        ------
        FileNotFoundError
            There is none.
        ValueError
            It is damaged, or of another version of this package.
        """
        folder = Path(path).expanduser()
        file = folder / "run.json"
        if not file.is_file():
            raise FileNotFoundError(
                f"There is no study at {os.fspath(path)!r:.200}: it has no run.json. Make one by "
                "explainer.explain_all(pictures, out=…)."
            )
        try:
            about = read_json(file.read_text(encoding="utf-8"))
            known = about.pop("format") == FORMAT
            identity = Identity(**about.pop("identity"))
        except (KeyError, TypeError, AttributeError, UnicodeDecodeError, ValueError) as error:
            raise ValueError(
                f"{os.fspath(file)!r:.200} is no record of a study that can be read: {error}."
            ) from error
        if not known:
            raise ValueError(f"{os.fspath(file)!r:.200} is a study of another version.")
        return cls(folder, identity, about)

    @classmethod
    def begin(
        cls, path: str | os.PathLike[str], identity: Identity, about: dict[str, Any]
    ) -> StudyFolder:
        """Open a folder for more rows of the same model and settings, or make it.

        Raises
        ------
        ValueError
            It holds a study of another model or other settings.
        """
        folder = Path(path).expanduser()
        if (folder / "run.json").is_file():
            study = cls.open(folder)
            if differences := study.identity.differences(identity):
                raise ValueError(
                    f"{os.fspath(path)!r:.200} holds another study, and rows of two never mix: "
                    f"{'; '.join(differences)}. Give another folder as out=, or delete this one."
                )
            return study
        if folder.is_dir() and not all(map(_is_ours, folder.iterdir())):
            raise ValueError(
                f"{os.fspath(path)!r:.200} is a folder with other files. Give a new one as out=."
            )
        study = cls(folder, identity, about)
        (folder / "records").mkdir(parents=True, exist_ok=True)
        study.save()
        return study

    @property
    def grid_size(self) -> tuple[int, int]:
        """Rows and columns of the maps."""
        rows, columns = self.identity.settings["grid_size"]
        return int(rows), int(columns)

    @property
    def schema(self) -> Any:
        """The rows' Arrow schema."""
        return schema_of(self.grid_size)

    @property
    def records(self) -> Path:
        """Where the rows are."""
        return self.path / "records"

    def save(self) -> None:
        """Write run.json."""
        content = {"format": FORMAT, "identity": self.identity.record, **self.about}
        text = json.dumps(content, indent=1, ensure_ascii=False)
        write_file(self.path / "run.json", text.encode("utf-8", "surrogatepass"))

    def table(self, columns: Sequence[str] | None = None) -> Any:
        """Read all rows, those of a journal as well: an Arrow table, one attempt a picture."""
        pa = arrow()
        needed = None if columns is None else list(dict.fromkeys([*columns, *ATTEMPT]))
        journals = self._journals()  # first: one that becomes a part meanwhile is read twice
        parts = [parquet().read_table(part, columns=needed) for part in self._parts()]
        for journal in journals:
            try:
                rows = read_journal(journal, self.schema)
            except FileNotFoundError:  # it became a part just now
                return self.table(columns)
            parts.append(rows if needed is None else rows.select(needed))
        whole = pa.concat_tables(parts) if parts else self.schema.empty_table()
        return _one_attempt(whole, columns)

    def done(self) -> Done:
        """Tell which pictures need no more work."""
        table = self.table(["item", "seen", "retry", "error"])
        failed = table.filter(table["retry"])
        errors = dict(zip(*(failed[name].to_pylist() for name in ("item", "error")), strict=True))
        items = {one for one in table["item"].to_pylist() if one not in errors}
        pairs = zip(table["item"].to_pylist(), table["seen"].to_pylist(), strict=True)
        return Done(items, {seen for item, seen in pairs if seen and item in items}, errors)

    @contextmanager
    def writing(self, before_part: Callable[[], object]) -> Iterator[Callable[[Any], None]]:
        """Yield a function that adds a table's rows; journals become parts now and then.

        `before_part` raises ModelChangedError if what was added must not be kept.

        Raises
        ------
        BlockingIOError
            Another process is writing.
        """
        with _locked(self.records / ".lock"):
            self._recover()
            writer = _Writer(self, before_part)
            try:
                yield writer.add
                writer.finish()
            except ModelChangedError:
                writer.drop()  # nobody knows which rows came before
                raise
            finally:
                writer.close()

    def _recover(self) -> None:
        """Make parts of what a killed process has left."""
        for left in self.records.glob(TEMPORARY):
            left.unlink(missing_ok=True)
        for journal in sorted(self.records.glob(f"part-*{SUFFIX}")):
            part = journal.with_suffix(".parquet")
            if not part.exists():
                self._write_part(part, read_journal(journal, self.schema))
            journal.unlink()

    def _write_part(self, part: Path, table: Any) -> None:
        if table.num_rows:
            sink = io.BytesIO()
            parquet().write_table(table, sink, compression="zstd")
            write_file(part, sink.getvalue())

    def _parts(self) -> list[Path]:
        return sorted(self.records.glob("part-*.parquet"))

    def _journals(self) -> list[Path]:
        return sorted(
            path
            for path in self.records.glob(f"part-*{SUFFIX}")
            if not path.with_suffix(".parquet").exists()
        )

    def _next(self) -> Path:
        known = [int(path.stem.partition("-")[2]) for path in self.records.glob("part-*.*")]
        return self.records / f"part-{max(known, default=-1) + 1:06d}{SUFFIX}"


@dataclass(frozen=True)
class Done:
    """Pictures that need no more work, by item and by what was seen of their files.

    `errors` are of those that failed, and are tried again.
    """

    items: set[str]
    seen: set[str]
    errors: dict[str, str]

    def tells(self, table: Any) -> bool:
        """Whether a picture has failed again as before, so that nothing is new."""
        items, errors = table["item"].to_pylist(), table["error"].to_pylist()
        return len(items) == 1 and errors[0] is not None and self.errors.get(items[0]) == errors[0]


class _Writer:
    """Adds rows to a journal, and makes a part of it once it is long."""

    def __init__(self, folder: StudyFolder, before_part: Callable[[], object]) -> None:
        self._folder, self._before_part = folder, before_part
        self._journal: Journal | None = None

    def add(self, table: Any) -> None:
        if self._journal is None:
            self._journal = Journal(self._folder._next(), self._folder.schema)  # noqa: SLF001 - its own writer
        self._journal.add(table)
        if self._journal.rows >= ROWS_IN_A_PART:
            self.finish()

    def finish(self) -> None:
        if self._journal is None:
            return
        self._before_part()
        self.close()
        self._folder._recover()  # noqa: SLF001 - its own writer
        self._journal = None

    def drop(self) -> None:
        if self._journal is not None:
            self.close()
            self._journal.path.unlink()

    def close(self) -> None:
        if self._journal is not None:
            self._journal.close()


ATTEMPT: Final = ("item", "retry", "written")
"""Columns that tell attempts at a picture apart."""


def _one_attempt(table: Any, columns: Sequence[str] | None) -> Any:
    """Keep one attempt at each picture: the latest that did not fail."""
    pa = arrow()
    items = table["item"].combine_chunks().dictionary_encode()
    codes = np.asarray((items.indices if len(items) else items).to_numpy(zero_copy_only=False))
    written = table["written"].to_numpy()
    failed = table["retry"].to_numpy()
    order = np.lexsort((written, ~failed))  # the last of each picture is the best
    best = dict(zip(codes[order].tolist(), written[order].tolist(), strict=True))
    wanted = np.fromiter((best[code] for code in codes.tolist()), np.int64, len(codes))
    kept = table.filter(pa.array(wanted == written))
    return kept if columns is None else kept.select(list(columns))


def _is_ours(path: Path) -> bool:
    """Whether a process left this that was killed before there was a run.json."""
    return path.match(TEMPORARY) or (path.name == "records" and path.is_dir())


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Hold a lock that goes with its process, where the system has such."""
    try:
        import fcntl  # noqa: PLC0415 - Windows has none
    except ImportError:
        yield
        return
    with path.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise BlockingIOError(
                error.errno,
                f"Another process is writing to {os.fspath(path.parent.parent)!r}. Wait for its "
                "end, or give another folder as out=",
            ) from error
        yield
