# Not run where it was written: there was no network, and no Conan. Random123's headers.
import os

from conan import ConanFile
from conan.tools.files import copy, get
from conan.tools.layout import basic_layout

required_conan_version = ">=2.0"


class Random123(ConanFile):
    name = "random123"
    version = "1.14.0"
    description = "Counter-based random number generators"
    license = "BSD-3-Clause"
    homepage = "https://github.com/DEShawResearch/random123"
    package_type = "header-library"
    settings = "os", "arch", "compiler", "build_type"
    no_copy_source = True

    def layout(self):
        basic_layout(self, src_folder="src")

    def package_id(self):
        self.info.clear()

    def source(self):
        # To publish it, add the sha256 of the archive that you looked into.
        get(self, f"{self.homepage}/archive/refs/tags/v{self.version}.tar.gz", strip_root=True)

    def package(self):
        copy(self, "LICENSE", self.source_folder, os.path.join(self.package_folder, "licenses"))
        copy(self, "*", os.path.join(self.source_folder, "include", "Random123"),
             os.path.join(self.package_folder, "include", "Random123"))

    def package_info(self):
        self.cpp_info.set_property("cmake_file_name", "Random123")
        self.cpp_info.set_property("cmake_target_name", "Random123::Random123")
        self.cpp_info.bindirs = []
        self.cpp_info.libdirs = []
