"""Which services there are in Python files.

Reads JSON: {"root", "files", "known"}, with the files in the folder or in packages below it, and the files of modules that are
known already, by the module's name. Prints JSON: {"services"}, the names of the services by file, or {"finding"}: file, line, problem
and way out. None of the code is run. What a class is, is followed through imports; what cannot be decided is a finding.
"""

import ast
import builtins
import json
import os
import re
import sys

SERVICE_MODULE = "zato.server.service"
# What Zato 3.3 offers there to derive services from, and what else there is to derive from.
SERVICE_BASES = {"Service", "_Hook", "PubSubHook", "WSXHook", "WSXAdapter", "RESTAdapter", "BusinessCentralAdapter"}
OTHER_BASES = {"Model", "ModelCtx", "Bunch", "ChannelInfo", "ZatoException", "Inactive", "Reportable"}
# Parts of Zato that hold no services.
NO_SERVICES = ("zato.common.", "zato.bunch.", "zato.simpleio.")
# Packages of others whose classes are no services, whoever derives from them.
NO_SERVICE_PACKAGES = set(
    "attr attrs bunch cryptography dataclasses_json dateutil django fastapi flask gevent google hl7 hl7apy httpx jinja2 jsonschema "
    "jwt lxml mypy_extensions msgspec marshmallow numpy openpyxl orjson pandas paramiko peewee psycopg2 pydantic pydantic_settings "
    "pymysql pytest pytz redis regex requests simplejson sqlalchemy suds tenacity typing_extensions typing_inspect urllib3 yaml zeep zope".split()
)
# What decides what a service is called, and whether it is deployed.
DECIDING = ("get_name", "get_impl_name", "convert_impl_name", "zato_set_module_name", "before_add_to_store")
NOT_DEPLOYED = "zato_dont_import"
WORD_BEGINS = re.compile(r"(?<=[a-z])[A-Z]|(?<!^)[A-Z](?=[a-z])")


class Finding(Exception):
    def __init__(self, file, line, problem, way_out):
        super().__init__(problem)
        self.as_dict = {"file": file, "line": line, "problem": problem, "way_out": way_out}


class Outside:
    """A name from outside of the files: "zato.server.service.Service"."""

    def __init__(self, path):
        self.path = path


class Class:
    """A class in one of the files."""

    def __init__(self, module, node, is_conditional):
        self.module, self.node, self.is_conditional = module, node, is_conditional


class Undecided:
    """A name that may be anything, and why."""

    def __init__(self, why):
        self.why = why


class Module:
    """One file: what its names are bound to, at the end of it."""

    def __init__(self, name, file, is_package, tree):
        self.name, self.file, self.is_package = name, file, is_package
        self.bindings, self.stars, self.renamed = {}, [], {}
        self.read(tree.body, False)

    def read(self, statements, is_conditional):
        for node in statements:
            self.read_one(node, is_conditional)

    def read_one(self, node, is_conditional):
        if isinstance(node, ast.ClassDef):
            self.bindings[node.name] = Class(self, node, is_conditional)
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            self.bindings[node.name] = Undecided("is a function")
        elif isinstance(node, ast.Import):
            for alias in node.names:
                path = alias.name if alias.asname else alias.name.split(".")[0]
                self.bindings[alias.asname or path] = ("module", path)
        elif isinstance(node, ast.ImportFrom):
            self.read_import_from(node)
        elif isinstance(node, (ast.Assign, ast.AnnAssign)) and node.value is not None:
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            for target in targets:
                self.assign(target, node.value)
        elif isinstance(node, ast.Delete):
            for target in node.targets:
                if isinstance(target, ast.Name):
                    self.bindings.pop(target.id, None)
        else:
            # Whatever it is under, an import is one.
            for field in ("body", "handlers", "orelse", "finalbody"):
                for one in getattr(node, field, []):
                    body = one.body if isinstance(one, ast.ExceptHandler) else [one]
                    self.read(body, True)

    def read_import_from(self, node):
        base = node.module or ""
        if node.level:
            parts = self.name.split(".") if self.is_package else self.name.split(".")[:-1]
            parts = parts[: len(parts) - node.level + 1]
            base = ".".join([*parts, *([node.module] if node.module else [])])
        for alias in node.names:
            if alias.name == "*":
                self.stars.append(base)
            else:
                self.bindings[alias.asname or alias.name] = ("member", base, alias.name)

    def assign(self, target, value):
        if isinstance(target, ast.Name):
            self.bindings[target.id] = ("value", value)
        elif isinstance(target, ast.Attribute) and target.attr in ("name", *DECIDING, NOT_DEPLOYED):
            self.renamed[ast.unparse(target.value)] = target


class Reader:
    def __init__(self, modules):
        self.modules = {}
        for path, file in modules.items():
            name = path.removesuffix(".__init__")
            self.modules[name] = Module(name, file, name != path, parsed(file))
        self.decided, self.linear = {}, {}

    def services(self, module):
        """The names of the services of a file; those of its bindings count that are classes of its own."""
        found = {}
        classes = [one for one in module.bindings.values() if isinstance(one, Class)]
        for one in sorted(set(classes), key=lambda one: one.node.lineno):
            if self.is_service(one):
                name = self.name_of(one)
                if name in found:
                    raise self.finding(one, f"is the service '{name}', as another class here is", "give each a name of its own")
                found[name] = one
        for target, node in module.renamed.items():
            if isinstance(self.resolve(module, ast.parse(target, mode="eval").body), Class):
                raise Finding(
                    module.file, node.lineno, f"sets {target}.{node.attr}, which decides what a service is", "set it in the class"
                )
        return list(found)

    def is_service(self, one):
        if one not in self.decided:
            self.decided[one] = False
            bases = [self.resolve(one.module, base) for base in one.node.bases]
            kinds = [self.is_service_base(one, base, node) for base, node in zip(bases, one.node.bases)]
            self.decided[one] = any(kinds)
            if any(kinds):
                self.require_plain(one)
        return self.decided[one] and not self.attribute(one, NOT_DEPLOYED)

    def is_service_base(self, one, base, node):
        text = ast.unparse(node)
        if isinstance(base, Class):
            return self.is_service(base) or self.decided[base]
        if isinstance(base, Undecided):
            raise self.finding(one, f"derives from '{text}', which {base.why}", "derive from a class that is imported or written out")
        path = base.path
        if path.startswith(SERVICE_MODULE + ".adapter."):
            raise self.finding(
                one,
                f"derives from '{path}', and Zato 3.3 cannot import {SERVICE_MODULE}.adapter: HTTPException is missing from zato.common.api",
                f"derive from {SERVICE_MODULE}.RESTAdapter",
            )
        module, _, name = path.rpartition(".")
        if module == SERVICE_MODULE and name in SERVICE_BASES:
            return True
        if module == SERVICE_MODULE and name in OTHER_BASES:
            return False
        top = path.split(".")[0]
        if top == "builtins" or top in sys.stdlib_module_names or top in NO_SERVICE_PACKAGES or path.startswith(NO_SERVICES):
            return False
        raise self.finding(
            one,
            f"derives from '{path}', of which nobody here can tell whether it is a service",
            "derive from a class of these files or of zato.server.service, or put the class into a package below, where nothing is deployed",
        )

    def require_plain(self, one):
        if one.is_conditional:
            raise self.finding(one, "is a service under a condition", "write it without one")
        if any(isinstance(base, ast.Starred) for base in one.node.bases):
            raise self.finding(one, "has a list of bases", "write them out")

    def resolve(self, module, node, seen=()):
        """What an expression for a base class stands for."""
        if isinstance(node, ast.Subscript):
            return self.resolve(module, node.value, seen)
        if isinstance(node, ast.Name):
            return self.lookup(module, node.id, seen)
        if isinstance(node, ast.Attribute):
            path = dotted(node)
            if path:
                return self.member(module, path, seen)
        return Undecided("only Python can work out")

    def lookup(self, module, name, seen=()):
        if (module.name, name) in seen:
            return Undecided("is bound to itself")
        seen = (*seen, (module.name, name))
        if name in module.bindings:
            return self.follow(module, module.bindings[name], seen)
        outside = []
        for star in reversed(module.stars):
            if star in self.modules:
                found = self.lookup(self.modules[star], name, seen)
                if not (isinstance(found, Undecided) and found.why == "is not there"):
                    return found
            elif star == SERVICE_MODULE and name in SERVICE_BASES | OTHER_BASES:
                return Outside(f"{star}.{name}")
            elif star.split(".")[0] not in sys.stdlib_module_names:
                outside.append(star)
        if hasattr(builtins, name):
            return Outside(f"builtins.{name}")
        return Undecided(f"may come from 'from {outside[0]} import *'" if outside else "is not there")

    def follow(self, module, binding, seen):
        if not isinstance(binding, tuple):
            return binding
        if binding[0] == "module":
            return Outside(binding[1])
        if binding[0] == "value":
            return self.resolve(module, binding[1], seen)
        return self.imported(binding[1], binding[2], seen)

    def imported(self, base, name, seen):
        if base in self.modules:
            module = self.modules[base]
            found = self.lookup(module, name, seen)
            if isinstance(found, Undecided) and found.why == "is not there" and f"{base}.{name}" in self.modules:
                return Outside(f"{base}.{name}")
            return found
        return Outside(f"{base}.{name}" if base else name)

    def member(self, module, path, seen):
        """A name with dots: of a module, or of something that a name here is bound to."""
        first, *rest = path.split(".")
        start = self.lookup(module, first, seen)
        if not isinstance(start, Outside):
            return Undecided("only Python can work out") if isinstance(start, Class) else start
        full = ".".join([start.path, *rest])
        parent, _, name = full.rpartition(".")
        return self.lookup(self.modules[parent], name, seen) if parent in self.modules else Outside(full)

    def ancestors(self, one):
        """The class and those that it derives from, of these files, in Python's order."""
        if one not in self.linear:
            bases = [base for base in (self.resolve(one.module, node) for node in one.node.bases) if isinstance(base, Class)]
            parents = [self.stand_in(base) for base in bases]
            try:
                self.linear[one] = type(one.node.name, tuple(dict.fromkeys(parents)), {"one": one})
            except TypeError as error:
                raise self.finding(one, f"has bases that do not go together: {error}", "mend them") from None
        return [parent.one for parent in self.linear[one].__mro__ if parent is not object]

    def stand_in(self, one):
        self.ancestors(one)
        return self.linear[one]

    def attribute(self, one, name):
        """The statements that set an attribute of a class, of the first class that has it."""
        for ancestor in self.ancestors(one):
            found = [(ancestor, node) for node in ancestor.node.body if name in bound(node)]
            if found:
                return found
        return []

    def name_of(self, one):
        for deciding in DECIDING:
            for ancestor, node in self.attribute(one, deciding):
                if deciding == "get_name" and returned_text(node):
                    return returned_text(node)
                raise self.finding(
                    ancestor, f"has a {deciding}() of its own, which only Zato can ask", "write name = '…' in the class", node.lineno
                )
        found = self.attribute(one, "name")
        if found:
            ancestor, node = found[-1]
            value = getattr(node, "value", None)
            if not isinstance(value, ast.Constant) or not isinstance(value.value, (str, type(None))) or not names_alone(node):
                text = ast.unparse(value) if value else "a " + type(node).__name__
                raise self.finding(
                    ancestor, f"is named by {text}, which only Python can work out", "write the name out, in quotes", node.lineno
                )
            if value.value:
                return value.value
        return default_name(one.module.name, one.node.name)

    def finding(self, one, problem, way_out, line=None):
        return Finding(one.module.file, line or one.node.lineno, f"the class {one.node.name} {problem}", way_out)


def bound(node):
    """The names that a statement in the body of a class binds."""
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        return {node.name}
    if isinstance(node, ast.AnnAssign) and node.value is None:
        return set()
    if isinstance(node, (ast.Assign, ast.AnnAssign, ast.AugAssign)):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        return {one.id for target in targets for one in ast.walk(target) if isinstance(one, ast.Name)}
    if isinstance(node, (ast.If, ast.Try, ast.With, ast.For, ast.While)):
        return {name for child in ast.iter_child_nodes(node) if isinstance(child, ast.stmt) for name in bound(child)}
    return set()


def names_alone(node):
    targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
    return bool(targets) and all(isinstance(target, ast.Name) for target in targets)


def returned_text(node):
    """What a class method returns that does nothing else."""
    body = [one for one in getattr(node, "body", []) if not (isinstance(one, ast.Expr) and isinstance(one.value, ast.Constant))]
    decorators = {ast.unparse(one) for one in getattr(node, "decorator_list", [])}
    if not isinstance(node, ast.FunctionDef) or not decorators & {"classmethod", "staticmethod"} or len(body) != 1:
        return None
    value = body[0].value if isinstance(body[0], ast.Return) else None
    return value.value if isinstance(value, ast.Constant) and isinstance(value.value, str) else None


def default_name(module, class_name):
    """As Zato names services that have no name of their own: GetOrder in my_orders.py is my-orders.get-order."""
    words = WORD_BEGINS.sub(r"-\g<0>", f"{module}.{class_name}").lower().lstrip("-")
    path, _, name = words.rpartition(".")
    return f"{path.replace('_', '-')}.{name.lstrip('-').replace('_-', '_')}"


def dotted(node):
    if isinstance(node, ast.Name):
        return node.id
    base = dotted(node.value) if isinstance(node, ast.Attribute) else None
    return f"{base}.{node.attr}" if base else None


def parsed(file):
    try:
        with open(file, "rb") as source:
            return ast.parse(source.read(), file)
    except (SyntaxError, ValueError) as error:
        line = getattr(error, "lineno", None) or 1
        raise Finding(file, line, f"is no Python: {getattr(error, 'msg', error)}", "mend it") from None


def require_name_of_its_own(module, file):
    top = module.split(".")[0]
    if top in (*sys.stdlib_module_names, "zato"):
        raise Finding(file, 1, f"would hide the module '{top}', which Zato itself needs", "rename it")


def main():
    asked = json.load(sys.stdin)
    root, own = asked["root"], {}
    try:
        for file in asked["files"]:
            own[os.path.relpath(file, root)[: -len(".py")].replace(os.sep, ".")] = file
        for module, file in own.items():
            require_name_of_its_own(module, file)
        reader = Reader({**asked["known"], **own})
        deployed = [reader.modules[module] for module, file in own.items() if os.path.dirname(file) == root]
        answer = {"services": {module.file: reader.services(module) for module in deployed}}
    except Finding as finding:
        answer = {"finding": finding.as_dict}
    json.dump(answer, sys.stdout)


if __name__ == "__main__":
    if sys.version_info < (3, 10):
        sys.exit("it takes Python 3.10 or later")
    main()
