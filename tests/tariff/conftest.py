"""The live oracle is asked where it is installed, and not collected where it is not."""

from importlib.util import find_spec

collect_ignore = [] if find_spec("PySAM") else ["test_pysam.py"]
