import type { AttackSet, Payload } from '../attack.ts';

const DATA = [
  'import numpy as np\nresult = np.load("@FILE@", allow_pickle=True)',
  'import numpy as np\nresult = np.fromfile("/etc/passwd", dtype="S1").tobytes().decode()',
  'import numpy as np\nresult = np.loadtxt("/etc/passwd", dtype=str, delimiter="\\n").tolist()',
  'import numpy as np\nresult = np.genfromtxt("http://127.0.0.1:@PORT@/x")',
  'import numpy as np\nresult = np.memmap("@FILE@", mode="r+")',
  'import numpy as np\nnp.save("@FOLDER@/x", np.zeros(1))',
  'import numpy as np\nnp.zeros(1).tofile("@FOLDER@/x")',
  'import numpy as np\nnp.zeros(1).dump("@FOLDER@/x")',
  'import numpy as np\nresult = np.ctypeslib.load_library("libc", "/usr/lib")',
  'import numpy as np\nresult = np.ctypeslib.ctypes.CDLL(None).getpid()',
  'import numpy as np\nresult = np.os.environ.copy()',
  'import numpy as np\nresult = np.sys.modules["os"].environ.copy()',
  'import numpy as np\nresult = np.core.os.listdir("@FOLDER@")',
  'import numpy as np\nresult = np.testing.rundocs("@FILE@")',
  'import numpy as np\nresult = np.testing.runstring("import os; x = os.environ", {})',
  'import numpy as np\nresult = np.f2py.compile("end")',
  'import numpy as np\nresult = np.distutils.exec_command.exec_command("id")',
  'import numpy as np\nresult = np.lib.npyio.DataSource().open("file://@FILE@").read()',
  'import numpy as np\nresult = np.vectorize(open)("@FILE@")',
  'import numpy as np\nresult = np.lib.stride_tricks.as_strided(np.zeros(1), (10**9,)).sum()',
  'import numpy as np\nresult = np.ndarray((10**6,), buffer=b"x")',
  'import numpy as np\nresult = np.ones(10**12)',
  'import numpy as np\nresult = np.ones((10**4, 10**4)) @ np.ones((10**4, 10**4))',
  'import pandas as pd\nresult = pd.read_csv("/etc/passwd", sep=":").to_dict()',
  'import pandas as pd\nresult = pd.read_csv("file://@FILE@").to_dict()',
  'import pandas as pd\nresult = pd.read_csv("http://127.0.0.1:@PORT@/").to_dict()',
  'import pandas as pd\nresult = pd.read_json("@FILE@")',
  'import pandas as pd\nresult = pd.read_html("http://127.0.0.1:@PORT@/")',
  'import pandas as pd\nresult = pd.read_xml("@FILE@")',
  'import pandas as pd\nresult = pd.read_pickle("@FILE@")',
  'import pandas as pd\nresult = pd.read_sql("select 1", "sqlite:///@FOLDER@/x")',
  'import pandas as pd\nresult = pd.read_clipboard()',
  'import pandas as pd\nresult = pd.HDFStore("@FOLDER@/x")',
  'import pandas as pd\npd.DataFrame({"a": [1]}).to_csv("@FOLDER@/x")',
  'import pandas as pd\npd.DataFrame({"a": [1]}).to_pickle("@FOLDER@/x")',
  'import pandas as pd\npd.DataFrame({"a": [1]}).to_json("@FOLDER@/x")',
  'import pandas as pd\nresult = pd.eval("__import__(\'os\').environ", engine="python")',
  'import pandas as pd\nresult = pd.eval("@x.__class__", local_dict={"x": 1}, engine="python")',
  'import pandas as pd\nresult = pd.DataFrame({"a": [1]}).query("@pd.io.common.os.system(\'id\') == 0")',
  'import pandas as pd\nresult = pd.DataFrame({"a": [1]}).eval("b = @pd.compat.os.listdir(\'/\')")',
  'import pandas as pd\nresult = pd.io.common.os.environ.copy()',
  'import pandas as pd\nresult = pd.compat.sys.modules["os"].environ.copy()',
  'import pandas as pd\nresult = pd.Series([1]).map(open)',
  'import pandas as pd\nresult = pd.util.testing.os.environ',
  'import pandas as pd\npd.show_versions()',
  'import pandas as pd\nresult = pd.test()',
];

const TIME = [
  'while True: pass',
  'while True:\n    try:\n        while True: pass\n    except BaseException: pass',
  'import re\nresult = re.match("(a+)+$", "a" * 60 + "!")',
  'import re\nresult = re.match("(a|aa)+$", "a" * 60 + "!")',
  'result = sum(x for x in range(10**12))',
  'result = 10 ** 10 ** 9',
  'result = "x" in "y" * 10**6 * 10**6',
  'class A:\n    def __iter__(self): return self\n    def __next__(self): return 1\nresult = list(A())',
  'import itertools\nresult = list(itertools.repeat(1))',
  'import time\ntime.sleep(1000)',
  'class A:\n    def __del__(self):\n        while True: pass\nA()',
  'class D(dict):\n    def items(self):\n        while True: yield 1, 1\nresult = D(a=1)',
];

const MEMORY = [
  'a = []\nwhile True: a.append("x" * 10**6 + str(len(a)))',
  'a = []\nwhile True: a.append([1, 2, 3])',
  'a = "x"\nwhile True: a += a',
  'result = [0] * 10**10',
  'result = bytearray(10**11)',
  'a = {}\nfor i in range(10**9): a[i] = i',
  'result = 1 << 10**10',
  'result = "%1000000000000d" % 1',
  'result = "x".ljust(10**11)',
];

const DEEP = [
  'def f(): f()\nf()',
  'def f():\n    try: f()\n    finally: f()\nf()',
  'import json\nresult = json.loads("[" * 10**6)',
  'a = []\nfor i in range(10**6): a = [a]\nresult = a',
  'a = []\na.append(a)\nresult = a',
  `result = ${'('.repeat(5_000)}1${')'.repeat(5_000)}`,
  `result = ${'['.repeat(2_000)}${']'.repeat(2_000)}`,
  `result = ${'-'.repeat(50_000)}1`,
  `result = ${'1+'.repeat(50_000)}1`,
  `result = x${'.a'.repeat(50_000)}`,
  `${'if 1:\n '.repeat(200)}pass`,
  'import copy\na = []\nfor i in range(10**6): a = [a]\nresult = len(copy.deepcopy(a))',
  'a = ()\nfor i in range(10**6): a = (a,)\nresult = hash(a)',
];

const OUTPUT = [
  'result = "x" * 2 * 1024 * 1024',
  'result = list(range(10**6))',
  'result = {"k" * 2 * 1024 * 1024: 1}',
  'result = float("nan")',
  'result = {1: {2: object()}}',
  'result = "\\ud800"',
  'for i in range(10**5): print("line", i)',
  'print("x" * 10**7)',
  'print("\\x1b[2J\\x00\\r\\n" * 10**4)',
  'raise ValueError("x" * 10**7)',
  'class E(Exception):\n    def __str__(self):\n        while True: pass\nraise E',
  'class E(Exception):\n    def __str__(self): raise E\nraise E',
];

const FLOODS = [
  'import os\nwhile True: os.fork()',
  'import threading\nwhile True: threading.Thread(target=lambda: [None for _ in iter(int, 1)]).start()',
  'import os\na = []\nwhile True: a.append(os.dup(0))',
  'import os\na = []\nwhile True: a.append(os.pipe())',
  'i = 0\nwhile True:\n    open(f"/tmp/{i}", "w").write("x" * 10**6)\n    i += 1',
  'import os\nwhile True: os.write(1, b"x" * 65536)',
  'import os\nwhile True: os.write(2, b"x" * 65536)',
  'import sys\nwhile True: sys.stderr.write("x" * 65536)',
];

interface Flood {
  readonly name: string;
  readonly class?: string;
  readonly tries: string;
  readonly texts: readonly string[];
  readonly timeoutMs: number;
}

function set({ name, class: kind = 'E5', tries, texts, timeoutMs }: Flood): AttackSet {
  return {
    name: `python/${name}`,
    class: kind,
    door: 'python',
    tries,
    accept: ['policy', 'interpreter', 'limit', 'jail', 'kill'],
    payloads: () => texts.map((text): Payload => ({ text, python: 'trusted', timeoutMs })),
  };
}

const LOADED = 'files, commands and sockets through numpy and pandas';

/** Classes A4 and E5: through the libraries of tables, and floods. */
export const PYTHON_FLOODS: readonly AttackSet[] = [
  set({ name: 'libraries', class: 'A4', tries: LOADED, texts: DATA, timeoutMs: 5_000 }),
  set({ name: 'endless', tries: 'to run for ever', texts: TIME, timeoutMs: 1_000 }),
  set({ name: 'memory', tries: 'to take all memory', texts: MEMORY, timeoutMs: 3_000 }),
  set({ name: 'deep', tries: 'nesting deeper than any stack', texts: DEEP, timeoutMs: 3_000 }),
  set({ name: 'output', tries: 'results and logs without end', texts: OUTPUT, timeoutMs: 2_000 }),
  set({
    name: 'floods',
    tries: 'processes, threads, descriptors, files and pipes without end',
    texts: FLOODS,
    timeoutMs: 1_000,
  }),
];
