# Not run where it was written: there was no network, and no Conan. From a clone, with Conan 2:
#   conan create cmake/packaging/conan --build=missing
import os
import re

from conan import ConanFile
from conan.tools.build import check_min_cppstd
from conan.tools.cmake import CMake, CMakeDeps, CMakeToolchain, cmake_layout
from conan.tools.files import copy, load, rmdir

required_conan_version = ">=2.0"

# option, also CMake's component: what it needs
LIBRARIES = {
    "spectra": "spectra/1.0.1",
    "io": "zlib/[>=1.2.11 <2]",
    "hdf5": "hdf5/[>=1.10 <2]",
    "planning": "boost/[>=1.70 <2]",
    "xtensor": "xtensor/[>=0.24 <0.26]",
}
TARGETS = {
    "spectra": "spectra::spectra",
    "io": "zlib::zlib",
    "hdf5": "hdf5::hdf5_c",
    "planning": "boost::headers",
    "xtensor": "xtensor::xtensor",
}


class Harmonium(ConanFile):
    name = "harmonium"
    description = "Exponential-family harmoniums for count data"
    license = "MIT"
    homepage = "https://doi.org/10.1038/s41598-021-88875-4"
    topics = ("single-cell", "boltzmann-machine", "header-only")
    package_type = "header-library"
    settings = "os", "arch", "compiler", "build_type"
    options = {name: [True, False] for name in LIBRARIES}
    default_options = {"spectra": True, "io": True, "hdf5": False, "planning": False, "xtensor": False}
    no_copy_source = True

    @property
    def _top(self):
        return os.path.join(self.recipe_folder, "..", "..", "..")

    def set_version(self):
        header = load(self, os.path.join(self._top, "include", "harmonium", "version.hpp"))
        self.version = re.search(r'version = "([0-9.]+)"', header).group(1)

    def export_sources(self):
        for pattern in ("CMakeLists.txt", "LICENSE", "cmake/*", "docs/Doxyfile.in", "include/*"):
            copy(self, pattern, self._top, self.export_sources_folder)

    def layout(self):
        cmake_layout(self)

    def requirements(self):
        self.requires("eigen/3.4.0", transitive_headers=True)
        for name, reference in LIBRARIES.items():
            if self._has(name):
                self.requires(reference, transitive_headers=True, transitive_libs=True)

    def _has(self, name):
        return bool(self.options.get_safe(name)) or (name == "io" and bool(self.options.hdf5))

    def validate(self):
        check_min_cppstd(self, 20)

    def generate(self):
        toolchain = CMakeToolchain(self)
        toolchain.cache_variables["HARMONIUM_BUILD_TESTS"] = False
        toolchain.cache_variables["HARMONIUM_BUILD_EXAMPLES"] = False
        for name in LIBRARIES:
            toolchain.cache_variables[f"HARMONIUM_WITH_{name.upper()}"] = self._has(name)
        for name in ("hnsw", "igraph", "mpi"):
            toolchain.cache_variables[f"HARMONIUM_WITH_{name.upper()}"] = False
        toolchain.generate()
        CMakeDeps(self).generate()

    def build(self):
        CMake(self).configure()  # nothing to compile

    def package(self):
        copy(self, "LICENSE", self.source_folder, os.path.join(self.package_folder, "licenses"))
        CMake(self).install()
        rmdir(self, os.path.join(self.package_folder, "share"))  # Conan writes its own

    def package_id(self):
        # The headers are the same for every compiler; which components there are is an option.
        self.info.settings.clear()

    def package_info(self):
        self.cpp_info.set_property("cmake_file_name", "harmonium")
        core = self.cpp_info.components["harmonium"]
        core.set_property("cmake_target_name", "harmonium::harmonium")
        core.set_property("pkg_config_name", "harmonium")
        core.requires = ["eigen::eigen"]
        if self.settings.get_safe("os") in ("Linux", "FreeBSD"):
            core.system_libs = ["pthread"]
        for name in LIBRARIES:
            if self._has(name):
                part = self.cpp_info.components[name]
                part.set_property("cmake_target_name", f"harmonium::{name}")
                part.requires = ["io" if name == "hdf5" else "harmonium", TARGETS[name]]
        for part in self.cpp_info.components.values():
            part.bindirs = []
            part.libdirs = []
