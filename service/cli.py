"""The command line of runner.py. What is slow to import is imported by the verb that needs it."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NoReturn

from .exits import Exit
from .failure import Stop

if TYPE_CHECKING:
    from .scene import Scene

EPILOG = """\
exit codes: 0 as desired · 2 changes pending (plan, --check) · 10 failed · 11 no answer from a site or node ·
12 refused as unsafe · 13 not converged · 64 usage · 65 bad cluster file · 75 locked. kubectl and ssh: their own.
Without -i the only folder in inventories/ is taken, or what PANGAEA_INVENTORY names. More: docs/runner.md
"""


class Parser(argparse.ArgumentParser):
    """argparse with the exit code of the table above."""

    def error(self, message: str) -> NoReturn:
        self.print_usage(sys.stderr)
        raise Stop(Exit.USAGE, f"{self.prog}: {message}")


def count_of(text: str) -> tuple[str, int]:
    """``aws-fra=2`` as ``("aws-fra", 2)``."""
    site, equals, number = text.partition("=")
    if not site or not equals or not number.isdecimal():
        raise argparse.ArgumentTypeError(f"{text}: is not SITE=NUMBER, as in aws-fra=2")
    return site, int(number)


def parser() -> Parser:
    """Verbs and their options."""
    main = Parser(prog="runner.py", description="Build and keep one Kubernetes cluster over several clouds.",
                  epilog=EPILOG, formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False)  # fmt: skip
    verbs = main.add_subparsers(dest="verb", metavar="VERB", required=True, parser_class=Parser)
    with_inventory = Parser(add_help=False)
    with_inventory.add_argument("-i", "--inventory", metavar="PATH", help="folder of the cluster file, or the file")
    running = Parser(add_help=False, parents=[with_inventory])
    running.add_argument("--json", action="store_true", help="one JSON object per event on standard output")
    running.add_argument("-v", "--verbose", action="count", default=0, help="more in the log, as for ansible-playbook")
    changing = Parser(add_help=False, parents=[running])
    changing.add_argument("--no-wait", action="store_true", help="exit 75 when the cluster is locked, do not queue")

    def verb(name: str, text: str, parent: Parser | None = None) -> Parser:
        found: Parser = verbs.add_parser(
            name, help=text, description=text, parents=[parent] if parent else [], allow_abbrev=False
        )
        return found

    add_init(verb("init", "write a cluster file with a fresh id"))
    verb("plan", "say what converge would do; changes nothing", running)
    converge = verb("converge", "make everything as the cluster file says", changing)
    converge.add_argument("--check", action="store_true", help="change nothing, exit 2 if there is something to do")
    converge.add_argument("--checksum", metavar="C", help="refuse any plan but the one with this checksum")
    verb("status", "read what stands where, and who holds the lock", running)
    scale = verb("scale", "edit the number of workers in the cluster file, then converge", changing)
    scale.add_argument("pool", metavar="POOL")
    scale.add_argument("counts", metavar="SITE=N", nargs="+", type=count_of)
    verb("kubectl", "run kubectl on a control-plane node: kubectl -i PATH -- get nodes", with_inventory)
    kubeconfig = verb("kubeconfig", "print a kubeconfig for your own kubectl", with_inventory)
    kubeconfig.add_argument("-o", "--output", metavar="FILE", help="write it there, readable for you alone")
    verb("ssh", "a shell on a node, or one command: ssh NODE -i PATH -- uptime", with_inventory).add_argument("node")
    delete = verb("delete", "delete everything of the cluster; asks for its name", changing)
    delete.add_argument("--yes", action="store_true", help="do not ask")
    graph = verb("graph", "the mesh as Graphviz text, or as SVG", with_inventory)
    graph.add_argument("--svg", action="store_true", help="SVG and not Graphviz text")
    graph.add_argument("-o", "--output", metavar="FILE")
    verb("history", "list the runs that are kept, with their reports", running)
    return main


def add_init(init: Parser) -> None:
    """Options of init. What is not given is asked for, on a terminal."""
    init.add_argument("-o", "--output", metavar="FOLDER", help="where cluster.yml goes; inventories/NAME by default")
    init.add_argument("--name", help="name of the cluster")
    init.add_argument("--site", action="append", metavar="NAME=CLOUD:REGION:ACCOUNT", help="a site; several times")
    init.add_argument("--control-plane", nargs="+", type=count_of, metavar="SITE=N", help="an odd number in all")
    init.add_argument("--workers", nargs="+", type=count_of, metavar="SITE=N")
    init.add_argument("--size", help="size of the machines: small, medium, large, or an exact type")
    init.add_argument("--admin", action="append", metavar="CIDR", help="who may reach ssh and the API; several times")
    init.add_argument("--ssh-public-key-file", metavar="PATH", help="~/.ssh/id_ed25519.pub by default")
    init.add_argument("--kubernetes", metavar="VERSION", help="version of Kubernetes")


def main(arguments: Sequence[str]) -> int:
    """Run one command; its exit code."""
    try:
        words, rest = split(arguments)
        options = parser().parse_args(words)
        if rest and options.verb not in ("kubectl", "ssh"):
            raise Stop(Exit.USAGE, f"runner.py {options.verb}: takes no command after --")
        return int(dispatch(options, rest))
    except Stop as stop:
        print(stop, file=sys.stderr)
        return int(stop.code)
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return int(Exit.FAILED)


def split(arguments: Sequence[str]) -> tuple[list[str], list[str]]:
    """What is for us, and after the first ``--`` what is for a node."""
    words = list(arguments)
    if "--" not in words:
        return words, []
    at = words.index("--")
    return words[:at], words[at + 1 :]


def dispatch(options: argparse.Namespace, rest: list[str]) -> int:
    """Call the verb."""
    if options.verb == "init":
        from .init import init

        return init(options)
    from .scene import Scene

    scene = Scene.of(options.inventory)
    if options.verb in ("kubectl", "kubeconfig", "ssh"):
        return reach(scene, options, rest)
    from . import verbs

    table: dict[str, Callable[[Scene, argparse.Namespace], Exit]] = {
        "plan": verbs.plan,
        "converge": verbs.converge,
        "status": verbs.status,
        "scale": verbs.scale,
        "delete": verbs.delete,
        "graph": verbs.graph,
        "history": verbs.runs,
    }
    return table[options.verb](scene, options)


def reach(scene: Scene, options: argparse.Namespace, rest: list[str]) -> int:
    """The verbs that go to a node by ssh."""
    from . import reach, report

    if options.verb == "ssh":
        return reach.ssh(scene, options.node, rest)
    if options.verb == "kubectl":
        if not rest:
            raise Stop(Exit.USAGE, "runner.py kubectl: put the command after --, as in: runner.py kubectl -- get nodes")
        return reach.kubectl(scene, rest)
    text = reach.kubeconfig(scene)
    if options.output:
        from pathlib import Path

        report.write(Path(options.output), text)
    else:
        print(text, end="")
    return Exit.AS_DESIRED
