"""The version is the program's: the rest is in pyproject.toml."""

import pathlib
import re

from setuptools import setup

source = pathlib.Path(__file__).resolve().parents[1] / "Sources/Core/Configuration/Program.swift"
setup(version=re.search(r'version = "([0-9.]+)"', source.read_text()).group(1))
