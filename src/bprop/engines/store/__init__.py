"""Compiled programs kept between processes. To load one is to run it, so the store trusts no file that it cannot prove.

`place` says where the folder is. `trusted` opens it if nobody else can change it. `folder` reads and writes entries.
`seal` proves that an entry is the user's own. `store` puts the four together. `notice` says which folder is not used.
"""

from bprop.engines.store.place import default_folder
from bprop.engines.store.store import Store

__all__ = ["Store", "default_folder"]
