"""Lines and branches by probes in the compiled code, where there is no sys.monitoring.

Each statement of the application is compiled with a store in front of it, `reached[line] = 1` into
a bytearray among the code's constants: no name is looked up and nothing is called, so that neither
the application's names nor its traces, threads and profilers are touched. Once the calls since the
last news have taken long enough to pay for it, the functions are given code without the probes
that are no longer needed (as in SlipCover, https://dl.acm.org/doi/10.1145/3597926.3598128).
"""

import ast
import gc
import time
import types
import warnings
from importlib.machinery import SourceFileLoader

from faasfuzz_sensors import frames
from faasfuzz_sensors.telling import quiet

_PLACE = ("faasfuzz: where lines are noted",)  # a constant that compile() takes, replaced below
_SIZE_LIMIT = 2 << 20
_PAYS_AFTER = 0.25  # seconds of processor time
_BODIES = ("body", "orelse", "finalbody")
_BRANCHING = (ast.If, ast.For, ast.AsyncFor, ast.While)

_files = {}
_since = time.process_time()
_stale = False


class _Reached(bytearray):
    """Hashable, as a constant of code has to be: code objects are keys of profilers."""

    __hash__ = object.__hash__


class _File:
    def __init__(self, source, filename):
        self.source, self.filename = source, filename
        self.lines = source.count(b"\n") + source.count(b"\r") + 2
        self.branches = []  # their numbers; the first one's place is behind the last line's
        self.reached = _Reached(self.lines)
        self.told = frozenset()
        self.codes = []

    def compiled(self):
        """Code with a probe at each statement not told yet."""
        tree = compile(self.source, self.filename, "exec", ast.PyCF_ONLY_AST, dont_inherit=True)
        nodes = list(ast.walk(tree))
        self._number([node for node in nodes if isinstance(node, _BRANCHING)])
        for node in nodes:
            self._probe(node)
        place = self.lines
        for node in nodes:
            if isinstance(node, _BRANCHING):
                self._branch(node.orelse, place, node)
                self._branch(node.body, place + 1, node)
                place += 2
        code = compile(tree, self.filename, "exec", dont_inherit=True)
        codes = []
        code = self._filled(code, codes)
        return code, codes

    def _probe(self, node):
        for field in _BODIES:
            body = getattr(node, field, None)
            if isinstance(body, list):
                probed = []
                for statement in body:
                    if statement.lineno not in self.told and not _is_silent(statement):
                        probed.append(_store(statement.lineno, statement.lineno))
                    probed.append(statement)
                body[:] = probed

    def _number(self, nodes):
        if not self.branches and nodes:
            self.branches = [way for n in nodes for way in ways(n.lineno, n.col_offset)]
            self.reached.extend(bytes(len(self.branches)))

    def _branch(self, body, place, node):
        if place not in self.told:
            body.insert(0, _store(place, node.lineno))

    def _filled(self, code, codes):
        """The code with the bytearray in its place; it and all inside of it go to `codes`."""
        at = len(codes)
        codes.append(code)
        constants = []
        for constant in code.co_consts:
            if constant == _PLACE:
                constant = self.reached
            elif isinstance(constant, types.CodeType):
                constant = self._filled(constant, codes)
            constants.append(constant)
        codes[at] = code.replace(co_consts=tuple(constants))
        return codes[at]


def _is_silent(statement):
    """Statements that compile to nothing, or have to stay the first ones."""
    if isinstance(statement, ast.Expr):
        return isinstance(statement.value, ast.Constant)
    if isinstance(statement, ast.ImportFrom):
        return statement.module == "__future__"
    return isinstance(statement, (ast.Global, ast.Nonlocal))


def ways(line, column):
    """The numbers of a condition's two ways: passed over (or, a loop, come to its end), entered."""
    number = line << 10 | min(column, 511) << 1
    return number, number | 1


def _store(index, line):
    place = {"lineno": line, "col_offset": 0, "end_lineno": line, "end_col_offset": 0}
    index = ast.Constant(value=index, kind=None, **place)
    if not hasattr(ast, "unparse"):  # 3.8 wraps it
        index = ast.Index(value=index)
    target = ast.Subscript(
        value=ast.Constant(value=_PLACE, kind=None, **place), slice=index, ctx=ast.Store(), **place
    )
    one = ast.Constant(value=1, kind=None, **place)
    return ast.Assign(targets=[target], value=one, type_comment=None, **place)


def install():
    original = SourceFileLoader.get_code

    def get_code(self, fullname):
        with quiet():
            code = _instrumented(self, fullname)
        return original(self, fullname) if code is None else code

    SourceFileLoader.get_code = get_code


def _instrumented(loader, fullname):
    """Probed code of a module of the application's; None where the loader's own has to do."""
    try:
        filename = loader.get_filename(fullname)
        if not frames.is_application(filename):
            return None
        source = loader.get_data(filename)
        if len(source) > _SIZE_LIMIT:
            return None
        file = _files.get(filename)
        if file is None or file.source != source:
            file = _File(source, filename)
        code, codes = file.compiled()
        file.codes = codes
        _files[filename] = file
        return code
    except Exception:
        return None  # what is wrong with it shall be said without us


def take():
    """(filename, lines, branches) reached for the first time since the last call."""
    global _since, _stale
    now = time.process_time()
    for file in list(_files.values()):
        if file.reached.count(1) != len(file.told):
            places = frozenset(place for place, hit in enumerate(file.reached) if hit)
            new, file.told = places - file.told, places
            _since, _stale = now, True
            first = file.lines
            branches = [file.branches[place - first] for place in new if place >= first]
            yield file.filename, [line for line in new if line < first], branches
    if _stale and now - _since > _PAYS_AFTER:
        _stale = False
        _thin_out()


def _thin_out():
    """Give the functions code without the probes that have told."""
    exchanged, old = {}, []
    with quiet(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for file in list(_files.values()):
            _, codes = file.compiled()
            if [code.co_name for code in codes] == [code.co_name for code in file.codes]:
                exchanged.update(zip(map(id, file.codes), codes))
                old.append(file.codes)  # an identity holds as long as its object
                file.codes = codes
    gc.unfreeze()  # frozen objects are in no list
    for thing in gc.get_objects():
        if type(thing) is types.FunctionType:
            code = exchanged.get(id(thing.__code__))
            if code is not None:
                thing.__code__ = code
    gc.freeze()
