"""Where the binary of the Lojal server is."""

import os
import sysconfig

NAME = "lojal"


def binary() -> str:
    """Returns the path of the binary, as this package installed it.

    Raises:
        FileNotFoundError: If it is not where packages install programs.
    """
    schemes = (sysconfig.get_default_scheme(), sysconfig.get_preferred_scheme("user"))
    looked = [os.path.join(sysconfig.get_path("scripts", scheme), NAME) for scheme in schemes]
    # `pip install --target` puts programs beside the packages
    looked.append(os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "bin", NAME))
    for path in looked:
        if os.path.isfile(path):
            return path
    raise FileNotFoundError(f"the binary is not in {', '.join(looked)}: install lojal-server again")
