#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The site of the documentation: pages from Markdown by pandoc, the reference from Doxygen, one search over both.

usage: build.py SOURCE OUTPUT VERSION [DOXYGEN_TAGS]     (the target `docs` calls it; Python's own library only)

OUTPUT becomes a folder that works without a server and without a network. Every link within it is followed; one that
leads nowhere ends the run with exit code 1, and so does a page in docs/ that the menu does not have.
"""
import html
import html.parser
import json
import os
import re
import shutil
import subprocess
import sys
import urllib.parse
import xml.etree.ElementTree as xml
from pathlib import Path

HERE = Path(__file__).parent


def contents():
    """[(part, [(path from docs/, page's file name, title)])] in the order of the menu."""
    parts = []
    for line in (HERE / "contents.txt").read_text().splitlines():
        if line.startswith("## "):
            parts.append((line[3:], []))
        elif line and not line.startswith("#"):
            path, title = line.split(" ", 1)
            name = "index.html" if path.endswith("README.md") else Path(path).stem.lower() + ".html"
            parts[-1][1].append((path, name, title))
    return parts


def menu(parts, here, root):
    lines = []
    for part, pages in parts:
        lines.append(f"<h2>{html.escape(part)}</h2><ul>")
        for _, name, title in pages:
            mark = ' class="here"' if name == here else ""
            lines.append(f'<li><a{mark} href="{root}{name}">{html.escape(title)}</a></li>')
        lines.append("</ul>")
    return "".join(lines)


def filled(template, **values):
    text = (HERE / template).read_text()
    for key, value in values.items():
        text = text.replace(f"@{key}@", value)
    return text


class Sections(html.parser.HTMLParser):
    """Headings with their ids and the words below each."""

    def __init__(self):
        super().__init__()
        self.sections = [["", "", "", 0]]  # id, heading, words, level
        self.in_heading = False
        self.hidden = 0

    def handle_starttag(self, tag, attributes):
        if re.fullmatch("h[1-4]", tag):
            self.sections.append([dict(attributes).get("id", ""), "", "", int(tag[1])])
            self.in_heading = True
        elif tag == "annotation":
            self.hidden += 1

    def handle_endtag(self, tag):
        if re.fullmatch("h[1-4]", tag):
            self.in_heading = False
        elif tag == "annotation":
            self.hidden -= 1

    def handle_data(self, data):
        if not self.hidden:
            self.sections[-1][1 if self.in_heading else 2] += data


def sections_of(text):
    reader = Sections()
    reader.feed(text)
    return reader.sections


def table_of_contents(sections):
    items, open_sub = [], False
    for anchor, heading, _, level in sections:
        if level not in (2, 3) or not anchor:
            continue
        if level == 3 and not open_sub and items:
            items.append("<ul>")
            open_sub = True
        elif level == 2 and open_sub:
            items.append("</ul>")
            open_sub = False
        items.append(f'<li><a href="#{anchor}">{html.escape(heading)}</a></li>')
    return "<ul>" + "".join(items) + ("</ul>" if open_sub else "") + "</ul>"


def from_markdown(source, path, pages, output):
    """The body of a page; its links lead to pages, what is no page is copied beside them."""
    made = subprocess.run(
        ["pandoc", "--from=gfm+tex_math_dollars", "--to=html5", "--mathml", "--wrap=preserve", str(path)],
        check=True, capture_output=True, text=True)
    if made.stderr:
        raise SystemExit(f"{path}: {made.stderr}")

    def link(match):
        attribute, target = match[1], html.unescape(match[2])
        url = urllib.parse.urlsplit(target)
        if url.scheme or not url.path:
            return match[0]
        file = (path.parent / url.path).resolve()
        anchor = "#" + url.fragment if url.fragment else ""
        if file in pages:
            return f'{attribute}="{pages[file]}{anchor}"'
        if not file.is_file():
            raise SystemExit(f"{path.relative_to(source)}: link to {target}, which is not there")
        kept = output / "files" / file.relative_to(source)
        kept.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, kept)
        return f'{attribute}="files/{file.relative_to(source)}"'

    text = re.sub(r'\b(href|src)="([^"]*)"', link, made.stdout)
    # A wide table scrolls on its own, so that the page does not; one of few columns has words that may break.
    def framed(match):
        few = len(re.findall(r"<th\b", match[0].split("</tr>", 1)[0])) <= 3
        return f'<div class="scroll"><table{" class=words" if few else ""}>' + match[0][len("<table>"):] + "</div>"

    return re.sub(r"<table>.*?</table>", framed, text, flags=re.S)


def first_sentence(header):
    """What the head of a header says it is."""
    text = re.search(r"/// @file\n((?:/// ?.*\n)+)", header.read_text())
    if not text:
        return ""
    words = " ".join(line[4:] for line in text[1].splitlines() if not line.startswith("/// @"))
    return re.split(r"(?<=[.:;])\s", words.strip())[0].rstrip(":;")


def reference(source, files):
    """The headers by room, each with what it says of itself; `files`: their pages in the reference."""
    rows = {}
    for header in sorted((source / "include/harmonium").rglob("*.hpp")):
        name = header.relative_to(source / "include/harmonium")
        if not re.search(r"^/// @internal$", header.read_text(), re.M):
            rows.setdefault(name.parts[0] + "/" if len(name.parts) > 1 else "", []).append((name, header))
    text = ["<h1>Every name</h1><p>The public headers by room; the rest of a page is the header's own documentation: what a name is, "
            "with shapes, units, errors and the source of an equation. By kind: "
            '<a href="reference/annotated.html">types</a>, <a href="reference/concepts.html">concepts</a>, '
            '<a href="reference/namespacemembers.html">functions and values</a>, <a href="reference/files.html">files</a>. '
            "What is public, and what that promises: <a href=\"stability.html\">what is stable</a>. "
            'Headers marked internal are in <a href="reference/files.html">files</a> only.</p>']
    for room, headers in sorted(rows.items()):
        text.append(f'<h2 id="{room.strip("/") or "all"}">{room or "harmonium/"}</h2><div class="scroll"><table>')
        for name, header in headers:
            page = files.get("harmonium/" + str(name))
            shown = f"<code>{name}</code>"
            text.append(f"<tr><td>{f'<a href=reference/{page}>{shown}</a>' if page else shown}</td>"
                        f"<td>{html.escape(first_sentence(header)).replace('`', '')}</td></tr>")
        text.append("</table></div>")
    return "".join(text)


def names_of(tags):
    """Search entries of every documented name, and the pages of the headers."""
    entries, files = [], {}
    for compound in xml.parse(tags).getroot().iter("compound"):
        kind, name = compound.get("kind"), compound.findtext("name")
        page = compound.findtext("filename") or ""
        if not page.endswith(".html") and kind in ("file", "concept", "namespace", "class", "struct"):
            page += ".html"
        short = re.sub(r"^harmonium::(v\d+_\d+::)?", "", name)
        if kind == "file":
            path = (compound.findtext("path") or "") + name
            path = path[path.find("harmonium/"):]
            files[path] = page
            entries.append({"n": path, "p": "header", "u": "reference/" + page})
            continue
        if kind in ("class", "struct", "concept", "union") and "detail" not in short:
            entries.append({"n": short, "p": kind, "u": "reference/" + page})
        if kind not in ("class", "struct", "namespace") or "detail" in short:
            continue
        for member in compound.iter("member"):
            label = member.findtext("name")
            target = member.findtext("anchorfile")
            if not target or label.startswith("~") or label == short.split("::")[-1] or label.startswith("operator"):
                continue
            owner = "" if kind == "namespace" and short in ("harmonium", name) else short
            entries.append({"n": label, "p": f"{member.get('kind')} {'of ' + owner if owner else ''}".strip(),
                            "u": f"reference/{target}#{member.findtext('anchor')}"})
    unique = {(e["n"], e["u"]): e for e in entries}
    return list(unique.values()), files


class Links(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.ids, self.targets = set(), []

    def handle_starttag(self, tag, attributes):
        for key, value in attributes:
            if key in ("id", "name") and value:
                self.ids.add(value)
            elif key in ("href", "src") and value:
                self.targets.append(value)


def broken_links(output, entries):
    """[(page, link)] that lead nowhere; links to the network are not followed."""
    pages = {}
    for page in output.rglob("*.html"):
        reader = Links()
        reader.feed(page.read_text(errors="replace"))
        pages[page.resolve()] = reader
    wrong, known, there = [], {}, {}
    checked = 0
    found_by_search = [(output / "search-index.js", entry["u"]) for entry in entries]
    for page, target in [(p, t) for p, r in pages.items() for t in r.targets] + found_by_search:
        url = urllib.parse.urlsplit(target)
        if url.scheme or target.startswith("//"):
            continue
        checked += 1
        if not url.path:
            file = page
        else:
            place = (page.parent, url.path)
            if place not in known:
                known[place] = (page.parent / urllib.parse.unquote(url.path)).resolve()
                if known[place].is_dir():
                    known[place] /= "index.html"
            file = known[place]
        if file not in there:
            there[file] = file.exists()
        if not there[file] or (url.fragment and file in pages and
                                 urllib.parse.unquote(url.fragment) not in pages[file].ids):
            wrong.append((os.path.relpath(page, output), target))
    return checked, wrong


def mend_reference(folder):
    """Doxygen 1.9 links to a summary of nested classes that it leaves out where all of them are private."""
    for page in folder.glob("*.html"):
        text = page.read_text()
        if 'href="#nested-classes"' in text and 'name="nested-classes"' not in text:
            page.write_text(re.sub(r'<a href="#nested-classes">[^<]*</a>( &#124;)?', "", text))


def main(source, output, version, tags=None):
    source, output = Path(source).resolve(), Path(output).resolve()
    output.mkdir(parents=True, exist_ok=True)
    parts = contents()
    pages = {(source / "docs" / path).resolve(): name for _, listed in parts for path, name, _ in listed}
    for page in (source / "docs").glob("*.md"):
        if page.resolve() not in pages:
            raise SystemExit(f"docs/{page.name} is not in docs/site/contents.txt")
    entries, files = names_of(tags) if tags else ([], {})
    for part, listed in parts:
        for path, name, title in listed:
            if path == "reference.md":
                body = reference(source, files)
            else:
                body = from_markdown(source, (source / "docs" / path).resolve(), pages, output)
            sections = sections_of(body)
            (output / name).write_text(
                filled("page.html", TITLE=html.escape(title), ROOT="", VERSION=version, KIND="prose",
                       MENU=menu(parts, name, "")) + body + filled("end.html", TOC=table_of_contents(sections)))
            for anchor, heading, words, _ in sections:
                words = re.sub(r"\s+", " ", words).strip()
                if words or heading:
                    entries.append({"n": heading.strip() or title, "p": f"{title} · {part}" if heading.strip() != title else part,
                                    "x": words[:6000], "u": name + ("#" + anchor if anchor else "")})
    for file in ("site.css", "site.js"):
        shutil.copyfile(HERE / file, output / file)
    (output / "search-index.js").write_text(
        "window.harmoniumIndex=" + json.dumps(entries, ensure_ascii=False, separators=(",", ":")) + ";\n")
    if tags:
        mend_reference(output / "reference")
    checked, wrong = broken_links(output, entries)
    for page, target in wrong[:40]:
        print(f"{page}: {target} leads nowhere", file=sys.stderr)
    if wrong:
        raise SystemExit(f"{len(wrong)} of {checked} links lead nowhere")
    print(f"{len(pages)} pages and the reference in {output}/index.html: {checked} links lead somewhere, "
          f"{len(entries)} things can be searched for")


if __name__ == "__main__":
    if len(sys.argv) > 1 and sys.argv[1] == "--frame":  # --frame VERSION HEAD END: what Doxygen puts around its pages
        version, head, end = sys.argv[2:]
        text = filled("page.html", TITLE="$title", ROOT="$relpath^../", VERSION=version, KIND="reference",
                      MENU=menu(contents(), "reference.html", "$relpath^../"))
        scripts = ('<script src="$relpath^jquery.js"></script>\n<script src="$relpath^dynsections.js"></script>\n</head>')
        # Doxygen's own body begins with its top and ends with its last block.
        Path(head).write_text(text.replace("</head>", scripts) + '<div id="top">\n')
        Path(end).write_text(filled("end.html", TOC=""))
    elif len(sys.argv) in (4, 5):
        main(*sys.argv[1:])
    else:
        raise SystemExit(__doc__)
