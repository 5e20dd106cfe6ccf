"""Measures what is promised of portfolios, prints it and writes docs/performance.md.

`make bench-portfolio`; ARGS="--quick" for a short run, ARGS="race table" for some parts.
"""

import argparse
import sys
import tempfile
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

from benchmarks import pkcs12
from benchmarks.measure import Figure, duration
from benchmarks.portfolio import commands, dask, race, report
from benchmarks.portfolio.commands import Against, Grown, Start
from benchmarks.portfolio.cores import cores
from benchmarks.portfolio.corpus import portfolio
from benchmarks.portfolio.dask import Scaled
from benchmarks.portfolio.race import Race, Sizes

PAGE = Path(__file__).parents[2] / "docs" / "performance.md"
PARTS = ("race", "start", "table", "folder", "growth", "dask", "pkcs12")
PEERS = {race.GO: 10, race.JAVA: 10, race.CRYPTOGRAPHY: 50, race.OPENSSL: 80}
"""How many times faster ours is to be."""


def options(arguments: list[str]) -> argparse.Namespace:
    """What was asked for; sizes that were not given are those of the promise, or short ones."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"some of {', '.join(PARTS)}")
    parser.add_argument("--quick", action="store_true", help="small sizes: under two minutes")
    parser.add_argument("--certificates", type=int, help="in memory")
    parser.add_argument("--seconds", type=float, help="a round of a slow way lasts no longer")
    parser.add_argument("--rounds", type=int)
    parser.add_argument("--table", type=int, help="rows of the Parquet file")
    parser.add_argument("--files", type=int, help="of the folder")
    parser.add_argument("--growth", type=int, nargs="*", help="certificates, a run each")
    parser.add_argument("--cluster", type=int, help="certificates for the workers of a cluster")
    parser.add_argument("--out", type=Path, default=PAGE, help="default: docs/performance.md")
    parser.add_argument("--folder", type=Path, help="for what is written meanwhile; room for 20 GB")
    chosen = parser.parse_args(arguments)
    if unknown := set(chosen.parts) - set(PARTS):
        parser.error(f"not among {', '.join(PARTS)}: {', '.join(sorted(unknown))}")
    usual = {
        "certificates": 1_000_000, "seconds": 6.0, "rounds": 5, "table": 1_000_000,
        "files": 100_000, "cluster": 400_000, "growth": [10_000, 100_000, 1_000_000, 10_000_000],
    }  # fmt: skip
    short = {
        "certificates": 20_000, "seconds": 0.3, "rounds": 3, "table": 2_000,
        "files": 2_500, "cluster": 40_000, "growth": [1_000, 2_000, 3_000],
    }  # fmt: skip
    for name, value in (short if chosen.quick else usual).items():
        if getattr(chosen, name) is None:
            setattr(chosen, name, value)
    chosen.parts = chosen.parts or PARTS
    return chosen


def main(arguments: list[str]) -> int:
    """1 where a figure was missed, or where a peer reads otherwise than we do."""
    asked = options(arguments)
    with tempfile.TemporaryDirectory(dir=asked.folder) as name:
        measured = measure(asked, Path(name))
    report.write(measured, asked.out)
    print(f"written: {asked.out}")
    return int(any(figure.reached is False for figure in measured.figures))


def measure(asked: argparse.Namespace, folder: Path) -> report.Measured:
    """All the parts that were asked for."""
    ran: Race | None = None
    starts: dict[str, Start] = {}
    growth: list[Grown] = []
    figures: list[Figure] = []

    def tell(found: Iterator[Figure]) -> None:
        for figure in found:
            figures.append(figure)
            mark = {True: "ok", False: "MISSED", None: "not measured"}[figure.reached]
            print(
                f"{figure.name}\n    target: {figure.target}; {figure.result}  [{mark}]",
                flush=True,
            )

    if "race" in asked.parts:
        ran = race.race(sizes(asked), folder)
        tell(of_race(ran))
    if "start" in asked.parts:
        one = next(portfolio(1)).column("der")[0].as_py()
        starts = commands.starts(one, folder)
    with cores(2):
        if "table" in asked.parts:
            tell(of_table(commands.table(asked.table, asked.rounds, folder)))
        if "folder" in asked.parts:
            tell(of_folder(commands.files(asked.files, asked.rounds, folder)))
        if "growth" in asked.parts:
            growth = commands.growth(tuple(asked.growth), folder)
            tell(of_growth(growth))
        if "dask" in asked.parts:
            tell(of_dask(dask.scaled(asked.cluster, asked.rounds, folder)))
    if "pkcs12" in asked.parts:
        with cores(1):
            tell(iter([pkcs12.figure("RC2-40", pkcs12.times(pkcs12.RC2_40), 6)]))
    return report.Measured(report.command_line(), asked.quick, figures, ran, starts, growth)


def sizes(asked: argparse.Namespace) -> Sizes:
    """Of the race. Slow peers read fewer in a round, so fewer are given to them."""
    return Sizes(
        certificates=asked.certificates,
        dumped=min(asked.certificates, 300_000),
        sample=min(asked.certificates, 500 if asked.quick else 2_000),
        seconds=asked.seconds,
        warm_up=asked.seconds,
        rounds=asked.rounds,
    )


def of_race(ran: Race) -> Iterator[Figure]:
    """Ours against each peer, and whether all agree."""
    ours = ran.results[race.OURS].median
    walk = ran.results.get(race.WALK)
    if walk:
        ratio = ours / walk.median
        yield Figure(
            "`inspect_batch`, Arrow in memory, one core, against a C walk",
            "within 2.5x",
            f"{ratio:.2f}x: {duration(ours)} against {duration(walk.median)} a certificate",
            ratio <= 2.5,
        )
    for name, target in PEERS.items():
        if result := ran.results.get(name):
            ratio = result.median / ours
            told = f"{ratio:.1f}x: {duration(ours)} against {duration(result.median)}"
            told += f"; the C walk: {result.median / walk.median:.1f}x" if walk else ""
            yield Figure(f"the same against {name}", f"{target}x faster", told, ratio >= target)
        else:
            why = ran.missing[name]
            yield Figure(f"the same against {name}", f"{target}x faster", why, None)
    differing = {r.name: r.differing for r in ran.results.values() if r.differing}
    yield Figure(
        f"all read {ran.sample:,} certificates as `guiche.icpbrasil.inspect` does",
        "every column that they make",
        ", ".join(f"{name}: {count} rows differ" for name, count in differing.items()) or "alike",
        not differing,
    )


def of_table(found: Against) -> Iterator[Figure]:
    """The whole command."""
    yield _at_most(
        f"Parquet (zstd) in, Parquet out, two cores, {found.certificates:,} certificates, "
        "whole command",
        1.5,
        "reading and re-writing that file with `pyarrow` alone",
        found,
    )


def of_folder(found: Against) -> Iterator[Figure]:
    """Without the start."""
    yield _at_most(
        f"folder of {found.certificates:,} `.cer`, warm cache, start-up excluded",
        2,
        "reading the files, one thread",
        found,
    )


def of_dask(found: Scaled) -> Iterator[Figure]:
    """Where the machine has no two cores that are free, two workers share what one has."""
    yield Figure(
        f"two Dask workers against one, a core and a thread each, {found.certificates:,} "
        "certificates in the same batches, start-up excluded",
        "1.8x",
        f"{found.ratio:.2f}x: {duration(found.two)} against {duration(found.one)}; two processes "
        f"without Dask against one {found.ratio_alone:.2f}x: {duration(found.two_alone)} against "
        f"{duration(found.one_alone)}",
        found.ratio >= 1.8,
    )


def _at_most(name: str, target: float, peer: str, found: Against) -> Figure:
    ratio = found.ours / found.other
    told = f"{ratio:.2f}x: {duration(found.ours)} against {duration(found.other)}"
    if found.ours <= 0:
        return Figure(name, f"at most {target}x {peer}", "too few to be told from the start", None)
    return Figure(name, f"at most {target}x {peer}", told, ratio <= target)


def of_growth(grown: list[Grown]) -> Iterator[Figure]:
    """Memory and time by size. Linear: what each certificate more costs is the same throughout,
    within a quarter; flat: the largest holds at most a tenth more than the one before."""
    slopes = [
        (after.seconds - before.seconds) / (after.certificates - before.certificates)
        for before, after in pairwise(grown)
    ]
    is_linear = len(slopes) > 1 and max(slopes) <= 1.25 * min(slopes)
    most = max(each.megabytes for each in grown)
    is_flat = len(grown) > 1 and grown[-1].megabytes <= 1.1 * grown[-2].megabytes
    each = ", ".join(duration(slope) for slope in slopes)
    yield Figure(
        f"{grown[-1].certificates:,} certificates",
        "under 1 GB, flat, linear",
        f"{most:.0f} MB{'' if is_flat else ', not flat'}; each more costs {each}",
        most < 1000 and is_flat and is_linear,
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
