"""Puts the binary that LOJAL_BIN names into the wheel, with the tag of the systems it runs on."""

import os
import re
import struct
import subprocess
from pathlib import Path

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

ELF = b"\x7fELF"
MACHINES = {62: "x86_64", 183: "aarch64"}


class BinaryHook(BuildHookInterface):
    """Called by hatchling for each wheel."""

    def initialize(self, version, build_data):
        """Adds the binary to what is built, or says what is wrong with it."""
        named = os.environ.get("LOJAL_BIN", "")
        path = Path(named).absolute()
        if not named or not path.is_file():
            raise SystemExit("set LOJAL_BIN to the server's binary, such as ../target/release/lojal")
        said = subprocess.run([path, "--version"], capture_output=True, text=True, check=True).stdout.split()[-1]
        if said != self.metadata.version:
            raise SystemExit(f"{path} is version {said}, and this package {self.metadata.version}: build it anew")
        build_data["shared_scripts"][str(path)] = "lojal"
        build_data["pure_python"] = False
        build_data["tag"] = f"py3-none-{platform_of(path.read_bytes())}"


def platform_of(binary):
    """Returns the platform tag of a binary: the processor, and the glibc it needs at least.

    That is the newest version of its symbols that the binary names, as `auditwheel` finds it.
    """
    machine = struct.unpack_from("<H", binary, 18)[0]
    if binary[:4] != ELF or machine not in MACHINES:
        raise SystemExit("the binary is none for Linux on x86-64 or ARM64, which are all that this package is for")
    minors = [int(minor) for minor in re.findall(rb"\0GLIBC_2\.([0-9]+)(?:\.[0-9]+)?(?=\0)", binary)]
    if not minors:
        raise SystemExit("the binary names no version of glibc: musl is not supported by this script")
    # tags begin with 2.5, which is what manylinux1 was
    return f"manylinux_2_{max(*minors, 5)}_{MACHINES[machine]}"
