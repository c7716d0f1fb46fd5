"""Running a hook right after a module was imported, without importing anything by ourselves."""

import importlib.abc
import importlib.machinery
import sys


class _Loader(importlib.abc.Loader):
    """Delegates to the real loader, then runs the hooks."""

    def __init__(self, loader, after):
        self._loader, self._after = loader, after

    def create_module(self, spec):
        return self._loader.create_module(spec)

    def exec_module(self, module):
        # The module must see its own loader, as without us.
        module.__loader__ = self._loader
        if module.__spec__ is not None:
            module.__spec__.loader = self._loader
        self._loader.exec_module(module)
        self._after(module)

    def __getattr__(self, name):
        return getattr(self._loader, name)


class _Finder(importlib.abc.MetaPathFinder):
    def __init__(self, wanted, after):
        self._wanted, self._after = wanted, after
        self._inside = False

    def find_spec(self, name, path=None, target=None):
        if self._inside or not self._wanted(name):
            return None
        self._inside = True
        try:
            for finder in sys.meta_path:
                if finder is self or isinstance(finder, _Listener):
                    continue
                if not hasattr(finder, "find_spec"):
                    continue
                spec = finder.find_spec(name, path, target)
                if spec is not None:
                    if spec.loader is not None and hasattr(spec.loader, "exec_module"):
                        spec.loader = _Loader(spec.loader, self._after)
                    return spec
            return None
        finally:
            self._inside = False


def after_import(wanted, hook):
    """Call `hook(module)` for each module whose name `wanted` accepts, once it is imported."""

    def safely(module):
        try:
            hook(module)
        except Exception:
            pass  # a library we do not understand stays as it is

    for name, module in list(sys.modules.items()):
        if wanted(name):
            safely(module)
    sys.meta_path.insert(0, _Finder(wanted, safely))


class _Listener(importlib.abc.MetaPathFinder):
    def __init__(self, told):
        self._told = told

    def find_spec(self, name, path=None, target=None):
        try:
            self._told(name)
        except Exception:
            pass  # a fault of a sensor must not become an ImportError


def before_search(told):
    """Call `told(name)` before a module that is not loaded yet is looked for."""
    sys.meta_path.insert(0, _Listener(told))
