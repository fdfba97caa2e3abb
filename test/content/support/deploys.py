"""Deploys contents one after the other, as kinds/content.sh does it, to a server of the stand-in: reads from standard input a list of lists
of contents, each with the texts that a deploy brings, and prints for each list what was not as declared after a deploy of its own.
"""

import io
import json
import re
import sys
import tempfile
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
sys.path[:0] = [
    str(ROOT / folder)
    for folder in ("lab/stand-in/tests", "lib/content/host-scripts", "lib/zato/host-scripts/release/zato-3")
]

import around_imports
import deletions
import inventory
from in_process import InProcess


class Cluster:
    def __init__(self, folder: Path):
        self.zato = InProcess("one", "two")
        self.folder = folder
        for name in ("owned", "wanted"):
            (folder / name).write_text("")
        (folder / "baseline").write_text("[]")

    def file(self, name: str, text: str = None) -> str:
        if text is not None:
            (self.folder / name).write_text(text)
        return str(self.folder / name)

    def said(self, command, *arguments) -> str:
        out = io.StringIO()
        with redirect_stdout(out):
            command(self.zato, *arguments)
        return out.getvalue()

    def deploy(self, content: dict) -> str:
        """What it made way for."""
        expected = self.file("expected", json.dumps(content["expected"]))
        owned = inventory.read_lines(self.file("owned")) | set(content["owned"])
        self.file("owned", "".join(f"{key}\n" for key in sorted(owned)))
        self.file("wanted", "".join(f"{key}\n" for key in content["owned"]))
        way = (expected, self.file("owned"), "false", self.file("baseline"))
        made_way = self.said(deletions.make_way, *way, "list")
        self.said(deletions.make_way, *way, "delete")
        if around_imports.missing_jwt(self.zato, expected):
            self.said(around_imports.create_jwt, expected, "1")
        for number in self.said(inventory.print_stages, expected).split():
            self.import_(content["stages"][int(number)], expected)
        if self.import_(content["text"], expected):
            sys.exit("a channel let everybody in")
        self.said(deletions.remove, self.file("owned"), self.file("wanted"), "false", self.file("baseline"))
        self.file("owned", (self.folder / "wanted").read_text())
        self.said(inventory.verify, expected, self.file("baseline"), "a")
        self.require_channels(content["expected"]["objects"])
        self.require_members(content["groups"])
        return made_way

    def import_(self, text: str, expected: str) -> str:
        """The channels that it closed: they come again with the next import."""
        text = re.sub(r"latest (\S+) every \d+ seconds", r"\1", text)
        report = self.zato.enmasse(self.file("enmasse.yaml", text))
        closed = self.said(around_imports.close_unsecured, expected)
        if not report.is_ok:
            sys.exit(f"{report.warnings} {report.errors}")
        return closed

    def require_channels(self, objects: dict) -> None:
        """What workers answer with, besides what is in the database."""
        memory = self.zato.memory
        wanted = {key.split("/", 1)[1]: fields["security_name"] for key, fields in objects.items() if key.startswith("channel_rest/")}
        names = {item.id: item.name for item in memory.security.values()}
        found = {item.name: names.get(item.security_id, "") for item in memory.channels.values()}
        for channel in memory.channels.values():
            memory.require_secured(channel)
        if found != wanted:
            sys.exit(f"workers have the channels {found}, declared are {wanted}")

    def require_members(self, groups: dict) -> None:
        rows = self.zato.list("zato.groups.get-list", group_type="zato-api-creds", needs_members=True)
        found = {row["name"]: sorted(member["name"] for member in row.get("members", [])) for row in rows}
        if found != groups:
            sys.exit(f"the groups are {found}, declared are {groups}")


def problem_of(contents: list) -> str:
    complaints = io.StringIO()
    with tempfile.TemporaryDirectory() as folder, redirect_stderr(complaints):
        cluster = Cluster(Path(folder))
        for number, content in enumerate(contents):
            try:
                cluster.deploy(content)
                again = cluster.deploy(content)
            except (Exception, SystemExit) as error:
                return f"deploy {number}: {type(error).__name__}: {error}"
            if again:
                return f"deploy {number}: the same once more makes way for {again}"
    return ""


print(json.dumps([problem_of(contents) for contents in json.load(sys.stdin)]))
