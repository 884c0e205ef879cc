"""
Run once on the machine itself, outside of any jail and before any job: tells which files this
Python needs for an image (`core` or `data`), so that the jail has those and nothing else.
"""

import json
import os
import platform
import re
import sys
import sysconfig

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
for _name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[_name] = "1"

# What the start itself loads, such as packages that hook into every start, is not needed.
BEFORE = frozenset(sys.modules)

import lockdown  # noqa: E402, F401  (its libraries are needed as well)
import preload  # noqa: E402

LOADERS = (
    "/lib64/ld-linux-x86-64.so.2",
    "/lib/ld-linux-aarch64.so.1",
    "/lib/ld-musl-x86_64.so.1",
    "/lib/ld-musl-aarch64.so.1",
)
ZONES = "/usr/share/zoneinfo"
# A package says its version in the name of a folder or file beside it.
TABLES = re.compile(r"(numpy|pandas)-([\w.]+?)(?:-py[\d.]+)?\.(?:dist|egg)-info")


def main(image: str) -> None:
    """Writes one JSON map to standard output."""
    preload.load_standard()
    if image == "data":
        preload.load_data()
    library = _real([sysconfig.get_path("stdlib"), sysconfig.get_path("platstdlib")])
    folders, packages = _packages(library)
    mapped = _mapped([*library, *packages])
    print(
        json.dumps(
            {
                "implementation": sys.implementation.name,
                "version": platform.python_version(),
                "executable": os.path.realpath(sys.executable),
                "reads": sorted({*library, *packages, *_names_of(mapped), *_existing()}),
                "folders": folders,
                "modules": _tables(),
            }
        )
    )


def _tables() -> "dict[str, str]":
    """
    Both packages with their versions, found by name: to load them takes half a second. What the
    module site loads is not needed, so that it comes after all else was looked at.
    """
    import site

    if sys.flags.no_site:
        site.main()
    found: "dict[str, str]" = {}
    for folder in sys.path:
        names = os.listdir(folder) if os.path.isdir(folder) else []
        for match in filter(None, map(TABLES.fullmatch, names)):
            if os.path.isdir(os.path.join(folder, match[1])):
                found.setdefault(match[1], match[2])
    return found if len(found) == 2 else {}


def _real(paths: "list[str]") -> "list[str]":
    return list(dict.fromkeys(os.path.realpath(path) for path in paths))


def _existing() -> "list[str]":
    return [path for path in (*LOADERS, ZONES) if os.path.exists(path)]


def _packages(library: "list[str]") -> "tuple[list[str], list[str]]":
    """The folders with packages that were loaded, and of these folders only those packages."""
    ours = os.path.dirname(os.path.abspath(__file__))
    folders, packages = {}, set()
    for name, module in sorted(sys.modules.items()):
        path = getattr(module, "__file__", None)
        if path is None or "." in name or name in BEFORE:
            continue
        path = os.path.abspath(path)
        if os.path.basename(path).startswith("__init__."):
            path = os.path.dirname(path)
        folder = os.path.dirname(path)
        is_package = os.path.basename(folder) in ("site-packages", "dist-packages")
        if is_package and folder != ours:
            folders[folder] = True
            packages.add(path)
    return list(folders), sorted(packages)


def _mapped(covered: "list[str]") -> "set[str]":
    """Shared libraries in this process outside of what is covered."""
    paths = set()
    with open("/proc/self/maps", encoding="utf-8") as maps:
        for line in maps:
            fields = line.split(None, 5)
            path = fields[5].strip() if len(fields) == 6 else ""
            if ".so" in path and not any(path.startswith(outer + "/") for outer in covered):
                paths.add(path)
    return {path for path in paths if os.path.isabs(path) and os.path.isfile(path)}


def _names_of(libraries: "set[str]") -> "set[str]":
    """Every name by which the loader may look for the libraries: links lead to the files."""
    folders = {os.path.dirname(path) for path in libraries}
    folders |= {os.path.dirname(folder) for folder in folders}
    names = set(libraries)
    for folder in folders:
        if folder == "/":
            continue
        for name in os.listdir(folder):
            path = os.path.join(folder, name)
            is_link = ".so" in name and os.path.islink(path)
            if is_link and os.path.realpath(path) in libraries:
                names.add(path)
    return names


if __name__ == "__main__":
    main(sys.argv[1])
