"""
The fork server: loads everything once, keeps one child forked in advance, gives it one job, passes
on what it answers and kills it. It never reads what belongs to a job: an error in reading could be
turned against all jobs that follow, and what it had read would be in the memory of the next child.

Arguments: `core` or `data`, and a JSON map of settings (python-program.ts writes it).
"""

import os

# What whoever started this had open is nobody's here; frames use standard input and output alone.
os.closerange(3, 1 << 20)

import sys  # noqa: E402

HASH_SEED = "0"

if os.environ.get("PYTHONHASHSEED") != HASH_SEED:
    # The order of sets of text must be the same each time, and is fixed only by the environment.
    os.execve(sys.executable, sys.orig_argv, {"PYTHONHASHSEED": HASH_SEED})

# Libraries of numpy read this when they are loaded: no threads, which a fork would not carry over.
for _name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[_name] = "1"

import json  # noqa: E402
import signal  # noqa: E402

import ceilings  # noqa: E402
import child  # noqa: E402
import frames  # noqa: E402
import frozen  # noqa: E402
import lockdown  # noqa: E402
import modules  # noqa: E402
import preload  # noqa: E402
import tables  # noqa: E402
from conveyor import Conveyor  # noqa: E402
from settings import Settings  # noqa: E402


def main() -> None:
    """Serves until standard input ends."""
    image, settings = sys.argv[1], Settings(**json.loads(sys.argv[2]))
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    preload.load_standard()
    if image == "data":
        preload.find_data(settings.folders)
        preload.load_data()
        tables.learn()
    os.environ.clear()
    filters = lockdown.read_filters() if settings.lock else None
    frozen.freeze()
    modules.copy_early([name for name in preload.STANDARD if "." not in name])
    sys.argv[:] = [""]
    lockdown.hide_memory()
    preload.settle()
    beginning = child.Beginning(settings, filters, ceilings.address_bytes())
    conveyor = Conveyor(settings, lambda read, write: child.live(beginning, read, write))
    conveyor.prepare()
    frames.write_all(1, frames.encode(b'{"kind":"ready"}'))
    try:
        while conveyor.serve_one():
            pass
    except (frames.Broken, OSError) as broken:
        sys.stderr.write(f"the server of Python ends: {broken}\n")
        sys.stderr.flush()
        os._exit(1)
    os._exit(0)


if __name__ == "__main__":
    main()
