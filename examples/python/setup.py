# SPDX-License-Identifier: MIT
"""Builds the extension and puts harmonium's C library beside it.

The library is taken from HARMONIUM_BUILD (a build folder of the project), else built in ../../build-python.
"""
import os
import pathlib
import shutil
import subprocess

from pybind11.setup_helpers import Pybind11Extension, build_ext
from setuptools import setup

here = pathlib.Path(__file__).resolve().parent
project = here.parents[1]


def c_library() -> pathlib.Path:
    build = os.environ.get("HARMONIUM_BUILD")
    if build is None:
        build = project / "build-python"
        subprocess.run(["cmake", "-S", project, "-B", build, "-DCMAKE_BUILD_TYPE=Release",
                        "-DHARMONIUM_BUILD_TESTS=OFF"], check=True)
        subprocess.run(["cmake", "--build", build, "--target", "harmonium_c", "--parallel"], check=True)
    return pathlib.Path(build).resolve() / "lib"


class build_with_library(build_ext):
    def build_extension(self, extension):
        folder = c_library()
        extension.extra_link_args.insert(0, f"-L{folder}")
        super().build_extension(extension)
        beside = pathlib.Path(self.get_ext_fullpath(extension.name)).parent
        soname = sorted(folder.glob("libharmonium_c.so.*"), key=lambda path: len(path.name))[0]
        shutil.copy(soname.resolve(), beside / soname.name)


setup(
    ext_modules=[Pybind11Extension(
        "harmonium._core", ["core.cpp"], cxx_std=17, include_dirs=[str(here.parent / "c_api")],
        libraries=["harmonium_c"], extra_link_args=["-Wl,-rpath,$ORIGIN"])],
    cmdclass={"build_ext": build_with_library})
