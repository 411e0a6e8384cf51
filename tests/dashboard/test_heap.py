"""The dashboard's memory is given back: what was freed by a thread's heavy work is not kept."""

import subprocess
import sys

import pytest

CODE = """
import sys, threading, psutil
from dashboard import heap
if sys.argv[1] == "bound":
    heap.bound()
kept = []
def work():
    rows = [bytes(20_000) for _ in range(3_000)]
    kept.append(bytes(20_000))
threads = [threading.Thread(target=work) for _ in range(6)]
began = psutil.Process().memory_info().rss
for thread in threads: thread.start()
for thread in threads: thread.join()
if sys.argv[1] == "bound":
    heap.give_back()
print((psutil.Process().memory_info().rss - began) // 2**20)
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="glibc's settings")
def test_what_threads_freed_is_given_back():
    found = subprocess.run([sys.executable, "-c", CODE, "bound"], capture_output=True, text=True, check=True)
    assert int(found.stdout) < 30  # six threads had 60 MB each
