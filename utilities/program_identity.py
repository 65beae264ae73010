"""When two programs are one: their syntax trees are equal but for comments, layout, docstrings and names of their own.

Names that a program shares with something outside of it keep theirs: builtins, imports, attributes, keyword arguments,
words in texts, `solve_task`. Programs that can look up any name (`globals()`, `import *`) keep them all.
Not here: whether two different trees compute the same.
"""

import ast
import builtins
import hashlib
import re
from collections.abc import Iterator

_UNREADABLE = (SyntaxError, ValueError, MemoryError, RecursionError)
_LOOK_UP = {"compile", "eval", "exec", "getattr", "globals", "hasattr", "locals", "setattr", "vars"}
_TYPE_PARAMETERS = {"TypeVar", "ParamSpec", "TypeVarTuple"}
"""By name, as Python 3.11 has no classes for them."""
_DOCUMENTED = (ast.Module, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def program_sha256(program: str) -> str:
    """SHA-256 (hex) of the normalised syntax tree; of the text itself where that is no Python."""
    try:
        normalised = ast.dump(_normalised(program))
    except _UNREADABLE:
        normalised = program.strip()
    return hashlib.sha256(normalised.encode("utf-8", "surrogatepass")).hexdigest()


def _normalised(program: str) -> ast.Module:
    tree = ast.parse(program)
    for node in ast.walk(tree):
        if isinstance(node, _DOCUMENTED) and ast.get_docstring(node, clean=False) is not None:
            node.body = node.body[1:] or [ast.Pass()]
    names = {name: f"name {number}" for number, name in enumerate(_own_names(tree))}
    for node in ast.walk(tree):
        for field, value in ast.iter_fields(node):
            if field in _NAME_FIELDS.get(type(node), ()):
                renamed = (
                    [names.get(name, name) for name in value]
                    if isinstance(value, list)
                    else names.get(value, value)
                )
                setattr(node, field, renamed)
    return tree


_NAME_FIELDS: dict[type[ast.AST], tuple[str, ...]] = {
    ast.Name: ("id",),
    ast.arg: ("arg",),
    ast.FunctionDef: ("name",),
    ast.AsyncFunctionDef: ("name",),
    ast.ClassDef: ("name",),
    ast.ExceptHandler: ("name",),
    ast.Global: ("names",),
    ast.Nonlocal: ("names",),
    ast.MatchAs: ("name",),
    ast.MatchStar: ("name",),
    ast.MatchMapping: ("rest",),
}
"""Where a syntax tree holds names that the program may have chosen."""


def _own_names(tree: ast.Module) -> list[str]:
    """The names that only the program itself knows, in the order in which they appear."""
    nodes = list(ast.walk(tree))
    if any(isinstance(node, ast.Name) and node.id in _LOOK_UP for node in nodes):
        return []
    if any(isinstance(node, ast.ImportFrom) and node.names[0].name == "*" for node in nodes):
        return []
    shared = {name for node in nodes for name in _shared_names(node)} | set(dir(builtins)) | {"solve_task"}
    chosen = dict.fromkeys(name for node in nodes if not _is_use(node) for name in _names(node))
    return [name for name in chosen if name not in shared]


def _is_use(node: ast.AST) -> bool:
    return isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)


def _names(node: ast.AST) -> Iterator[str]:
    for field in _NAME_FIELDS.get(type(node), ()):
        value = getattr(node, field)
        yield from value if isinstance(value, list) else [value] if value is not None else []


def _shared_names(node: ast.AST) -> Iterator[str]:
    """Names in places where something outside of the program may mean them too."""
    match node:
        case ast.Attribute(attr=name) | ast.keyword(arg=str(name)):
            yield name
        case ast.Constant(value=str(text)):
            yield from re.findall(r"\w+", text)
        case ast.alias(name=name, asname=asname):
            yield from (asname or name).split(".")[:1]
        case ast.MatchClass(kwd_attrs=names):
            yield from names
        case _ if type(node).__name__ in _TYPE_PARAMETERS:
            yield node.name  # type: ignore[attr-defined]
