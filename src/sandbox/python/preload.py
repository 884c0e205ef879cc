"""What the server loads before its first fork, so that no call has to; see python-modules.ts."""

import gc
import importlib
import sys
import types

# All that code may import of the standard library, and what those modules load only when used.
STANDARD = (
    "_strptime abc array ast base64 binascii bisect calendar cmath collections collections.abc "
    "colorsys contextlib copy csv dataclasses datetime decimal difflib encodings.ascii "
    "encodings.idna encodings.latin_1 encodings.utf_16 encodings.utf_32 encodings.utf_8_sig enum "
    "fnmatch fractions functools graphlib hashlib heapq hmac html html.entities html.parser "
    "io ipaddress itertools json keyword linecache locale math numbers operator pprint "
    "quopri random re reprlib sched secrets statistics string stringprep struct textwrap time "
    "traceback types typing unicodedata urllib.parse uuid warnings xml.etree.ElementTree "
    "xml.sax.saxutils zlib zoneinfo"
).split()


# Named by xml.sax.saxutils for a function that modules.py hides, it would load sockets, TLS and
# mail, an eighth of all that is loaded.
NEEDLESS = "urllib.request"


def load_standard() -> None:
    """Loads the standard library's modules."""
    is_in_place = NEEDLESS in sys.modules
    sys.modules.setdefault(NEEDLESS, types.ModuleType(NEEDLESS))
    for name in STANDARD:
        importlib.import_module(name)
    if not is_in_place:
        del sys.modules[NEEDLESS]


def load_data() -> None:
    """Loads numpy and pandas, and by using them what they load only then."""
    import numpy
    import pandas

    numpy.random.default_rng(1).normal(size=4)
    numpy.linalg.inv(numpy.eye(2))
    columns = {"key": ["a", "b", "a"], "count": [1, 2, 3], "share": [0.5, 1.5, None]}
    frame = pandas.DataFrame(columns)
    frame["at"] = pandas.to_datetime(["2024-01-01", "2024-01-02", "2024-01-03"])
    frame.groupby("key").agg({"count": "sum", "share": "mean"}).reset_index().to_dict("records")
    frame.merge(frame, on="key").sort_values("count_x").describe()
    frame.pivot_table(index="key", values="count", aggfunc="sum")
    frame.set_index("at").resample("D").sum(numeric_only=True).rolling(2).mean()
    frame["key"].str.upper().value_counts().to_json()
    frame.to_csv(index=False)
    str(frame)


def warm_data() -> None:
    """Uses pandas a little, where it is loaded, so that a child has memory of its own for it."""
    pandas = sys.modules.get("pandas")
    if pandas is not None:
        frame = pandas.DataFrame([{"a": 1, "b": "c"}, {"a": 2, "b": "d"}])
        frame.groupby("b")["a"].sum().to_dict()
        frame[frame["a"] > 1].sort_values("a").to_dict("records")


def find_data(folders: "list[str]") -> None:
    """Makes the folders of numpy and pandas importable; the standard library stays first."""
    sys.path.extend(folder for folder in folders if folder not in sys.path)


def settle() -> None:
    """Forgets what loading left behind and keeps the collector's hands off what children share."""
    gc.collect()
    gc.freeze()
