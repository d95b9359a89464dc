"""A release whose readings are worked out on a cluster, from segments, is the one that is worked out here: the same bytes."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

import pyarrow.parquet
import pytest
from command_line import EXAMPLES, environment, refused, run_in
from dask_cluster import Dask, Worker
from exported_research import EVA, SCOPE, exported, exporting_house
from research_house import House
from sent_lines import line

from domain.model.time import DAY
from domain.store.accesses import viewed_by
from domain.store.checks import Unusable
from projections import cluster
from projections.export.research import package
from projections.releasing import HERE
from projections.segments import spread as spreading
from projections.segments.spread import Spread, spread
from projections.segments.tracks import Track
from projections.views.released import Reading, Unread, Where


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with exporting_house(tmp_path_factory.mktemp("house")) as house:
        exported(house, tmp_path_factory.mktemp("out") / "first")
        yield house


@pytest.fixture(scope="module")
def dask() -> Iterator[Dask]:
    with Dask(2, environment()) as dask:
        yield dask


def written(house: House, folder: Path, where: Where, number: int = 1) -> dict[str, bytes]:
    """All files of a release."""
    with viewed_by(EVA):
        package.write(house.organisation.releasing, house.organisation.log, SCOPE, number, folder, "folder", lambda *_: None, where)
    return {file.relative_to(folder).as_posix(): file.read_bytes() for file in sorted(folder.rglob("*")) if file.is_file()}


@pytest.fixture
def shared(tmp_path: Path) -> Path:
    folder = tmp_path / "shared"
    folder.mkdir()
    return folder


@pytest.mark.parametrize("together", [1, 3, 500])
def test_what_a_cluster_reads_is_the_same_to_the_byte(
    house: House, dask: Dask, shared: Path, tmp_path: Path, together: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many relationships are in a segment."""
    monkeypatch.setattr(Spread, "at_once", together)
    here = written(house, tmp_path / "here", HERE)
    with spread(dask.scheduler.address, shared) as place:
        assert written(house, tmp_path / "there", place) == here
    assert list(shared.iterdir()) == []


def test_versions_of_one_lens_are_read_each_by_itself(house: House, dask: Dask, shared: Path, tmp_path: Path) -> None:
    for version, days in (("1", 20.0), ("2", 900.0)):
        house.record(line(f"warm-{version}", "lens_published", "lens/warm", {"version": version, "definition": {"half_life_days": days}}))
    exported(house, tmp_path / "here", lenses=["warm@1", "accounts", "warm@2", "evidence"])
    number = house.organisation.releasing.register.all("study")[-1].number
    with spread(dask.scheduler.address, shared) as where:
        there = written(house, tmp_path / "there", where, number)
    assert {name: (tmp_path / "here" / name).read_bytes() for name in there} == there
    assert there["trajectories.csv"].count(b"warm@1") > 10


def test_a_segment_holds_numbers_alone(house: House, dask: Dask, shared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No text, by which somebody could be called, and no instant that is not counted from week 0 of a relationship."""
    kinds: set[str] = set()
    instants: list[int] = []
    write = spreading.files.write

    def written_and_looked_at(path: Path, tracks: Sequence[Track]) -> None:
        write(path, tracks)
        table = pyarrow.parquet.read_table(path)
        kinds.update(str(getattr(kind, "value_type", kind)) for kind in table.schema.types)
        instants.extend([*table["upto"].to_pylist(), *(at for ats in table["at"].to_pylist() for at in ats)])

    monkeypatch.setattr(spreading.files, "write", written_and_looked_at)
    with spread(dask.scheduler.address, shared) as place:
        written(house, tmp_path / "there", place)
    assert kinds == {"int64", "double", "int8"}
    assert 0 <= min(instants) < max(instants) < 10 * 365 * DAY


def test_what_a_worker_was_at_when_it_died_is_read_by_another(
    house: House, shared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Spread, "at_once", 1)
    here = written(house, tmp_path / "here", HERE)
    with Dask(2, environment()) as own, spread(own.scheduler.address, shared) as place:
        begin, doomed = place.begin, own.workers[:1]

        def dying(unread: Sequence[Unread]) -> Callable[[], Iterator[list[Reading]]]:
            begun = begin(unread)
            if doomed:
                doomed.pop().kill()
            return begun

        monkeypatch.setattr(place, "begin", dying)
        assert written(house, tmp_path / "there", place) == here


def test_a_cluster_whose_last_worker_died_is_waited_for_and_it_is_said(
    house: House, shared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(cluster, "LOOK_SECONDS", 0.5)
    here = written(house, tmp_path / "here", HERE)
    with Dask(1, environment()) as own, ExitStack() as later, spread(own.scheduler.address, shared) as place:
        begin, warn = place.begin, cluster.warn

        def deserted(unread: Sequence[Unread]) -> Callable[[], Iterator[list[Reading]]]:
            own.workers.pop().kill()
            return begin(unread)

        def said(text: str) -> None:
            warn(text)
            later.enter_context(Worker(own.scheduler, environment()))

        monkeypatch.setattr(place, "begin", deserted)
        monkeypatch.setattr(cluster, "warn", said)
        assert written(house, tmp_path / "there", place) == here
    address = own.scheduler.address
    assert capsys.readouterr().err == (
        f"The cluster of {address} has no workers any more. It goes on when there are some: dask worker {address}\n"
    )


def test_a_folder_that_workers_do_not_see_is_told_and_nothing_is_left(
    house: House, dask: Dask, shared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spreading.files, "write", lambda path, tracks: None)
    with spread(dask.scheduler.address, shared) as place, pytest.raises(Unusable, match=f"{shared}.* must see too. FileNotFoundError"):
        written(house, tmp_path / "there", place)
    assert list(shared.iterdir()) == []
    assert [path.name for path in tmp_path.iterdir()] == ["shared"]


def test_a_scheduler_that_is_lost_is_told_and_nothing_is_left(
    house: House, shared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Dask(1, environment()) as own, spread(own.scheduler.address, shared) as place:
        begin = place.begin

        def ending(unread: Sequence[Unread]) -> Callable[[], Iterator[list[Reading]]]:
            own.workers[0].kill()
            begun = begin(unread)
            own.scheduler.kill()
            return begun

        monkeypatch.setattr(place, "begin", ending)
        with pytest.raises(Unusable, match="The cluster was lost"):
            written(house, tmp_path / "there", place)
    assert list(shared.iterdir()) == []
    assert not (tmp_path / "there").exists()


def test_a_cluster_without_workers_is_told(shared: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "CONNECT_SECONDS", 2)
    with Dask(0, environment()) as idle, pytest.raises(Unusable, match="has no workers"), spread(idle.scheduler.address, shared):
        pass


@pytest.mark.parametrize(
    ("said", "code", "told"),
    [
        (["--scheduler", "tcp://127.0.0.1:1"], 2, "go together"),
        (["--segments", "."], 2, "go together"),
        (["--scheduler", "tcp://127.0.0.1:1", "--segments", "nowhere"], 1, "nowhere is no folder"),
        (["--scheduler", "tcp://127.0.0.1:1", "--segments", "."], 1, "tcp://127.0.0.1:1"),
        (["--scheduler", "http://127.0.0.1:1", "--segments", "."], 1, "no address of a scheduler"),
        (["--scheduler", "garbage", "--segments", "."], 1, "garbage"),
    ],
)
def test_what_cannot_be_shared_out_is_told(tmp_path: Path, said: list[str], code: int, told: str) -> None:
    run = run_in(tmp_path)
    assert run("import", *EXAMPLES).code == 0
    assert told in refused(run("project", "release", "study", *said, DASK_DISTRIBUTED__COMM__TIMEOUTS__CONNECT="1s"), code)
