#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Whether every public name of the headers has a docstring.

usage: documented.py XML INCLUDE     (the target `docs` calls it; XML is what Doxygen made of the folder INCLUDE)

Lists the types, functions and constants of the namespaces and the fields of the classes that have none, and ends with
exit code 1 if there are any. What is private by docs/stability.md is not asked for: headers that say `@internal`,
namespaces `detail`, and member functions and types that a class does not document. Neither are

- overloads of a function and specialisations of a template, of which one is documented,
- functions that are deleted,
- nested types that a concept asks for by name, and static constants: the concept tells of both.
"""
import sys
import xml.etree.ElementTree as xml
from pathlib import Path

TEXTS = ("briefdescription", "detaileddescription", "inbodydescription")
ASKED_BY_CONCEPTS = {"chain", "fit", "progress", "source", "state"}


def described(node):
    return any("".join(part.itertext()).strip() for name in TEXTS for part in node.findall(name))


def place(node):
    where = node.find("location")
    return where.get("file"), int(where.get("line"))


def names(folder):
    """(kind, name, (file, line), whether it is described) of everything that is asked for."""
    for path in sorted(Path(folder).glob("*.xml")):
        for scope in xml.parse(path).getroot().findall("compounddef"):
            kind, name = scope.get("kind"), scope.findtext("compoundname")
            if kind in ("dir", "file", "page") or scope.get("prot", "public") != "public" or "::detail" in name:
                continue
            if kind != "namespace" and not ("::" in name and name.split("::")[-1] in ASKED_BY_CONCEPTS):
                yield kind, name, place(scope), described(scope)
            for member in scope.iter("memberdef"):
                what = member.get("kind")
                if member.get("prot") != "public" or what == "friend":
                    continue
                if kind != "namespace" and (what != "variable" or member.get("static") == "yes"):
                    continue
                if what == "function" and (member.findtext("argsstring") or "").endswith("=delete"):
                    continue
                yield what, name + "::" + member.findtext("name"), place(member), described(member)


def main():
    folder, include = sys.argv[1], Path(sys.argv[2])
    private = {}
    found = set()
    for kind, name, where, is_described in names(folder):
        file = where[0]
        if file not in private:
            private[file] = "@internal" in (include / file).read_text()[:1500]
        if not private[file]:
            found.add((where, kind, name, is_described))
    # One docstring serves all names of a declaration (`double lower, upper;`), all overloads and specialisations.
    lines = {where for where, kind, _, is_described in found if is_described}
    known = {name for _, _, name, is_described in found if is_described}
    missing = [(where, kind, name) for where, kind, name, is_described in sorted(found)
               if not is_described and where not in lines
               and not (kind == "function" and name in known) and "<" not in name]
    for (file, line), kind, name in missing:
        print(f"{file}:{line}: {kind} {name} has no docstring")
    if missing:
        sys.exit(f"{len(missing)} public names without a docstring")


if __name__ == "__main__":
    main()
