"""``init``: ask what a cluster should be, and write its file."""

from __future__ import annotations

import os
import re
import sys
from argparse import Namespace
from dataclasses import dataclass
from pathlib import Path

from ansible_collections.pangaea.multicloud.plugins.module_utils._cluster import BadClusterFile, Cluster
from ansible_collections.pangaea.multicloud.plugins.module_utils._cluster.clouds import CLOUDS
from ansible_collections.pangaea.multicloud.plugins.module_utils._cluster.fields import fresh_id

from .exits import Exit
from .failure import Stop
from .prices import monthly
from .scene import ROOT

KUBERNETES = "1.34.4"
SSH_KEY = "~/.ssh/id_ed25519.pub"
MOST_SITES = 60  # of the ranges that are given out below: 10.64.0.0/16 and 10.128.0.0/16 upwards


@dataclass(frozen=True)
class Answers:
    """What was asked, or given by options. Sites as ``(name, cloud, region, account)``."""

    name: str
    sites: list[tuple[str, str, str, str]]
    control_plane: dict[str, int]
    workers: dict[str, int]
    size: str
    admin: list[str]
    ssh_key: str
    version: str


def init(options: Namespace) -> int:
    """Write a cluster file; it is judged before it is written, and nothing is overwritten."""
    answers = asked(options)
    folder = Path(options.output).expanduser().absolute() if options.output else ROOT / "inventories" / answers.name
    path = folder / "cluster.yml"
    if path.exists():
        raise Stop(Exit.USAGE, f"{path} is there already, and may describe a living cluster; choose another --output")
    text = written(answers, fresh_id())
    try:
        cluster = Cluster.parse(text, path)
    except BadClusterFile as error:
        raise Stop(Exit.BAD_CLUSTER_FILE, f"{error}\n(nothing was written; start again with other answers)") from error
    folder.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    shown = os.path.relpath(folder)
    print(f"{path} is written: cluster {cluster.owner}, {len(cluster.nodes)} machines.")
    print(monthly(cluster))
    print(f"Look over it, then: ./runner.py plan -i {shown}")
    return Exit.AS_DESIRED


def asked(options: Namespace) -> Answers:
    """Answers by options; what is missing is asked for. Raises Stop where nobody can be asked."""
    needed = {"--name": options.name, "--site": options.site, "--admin": options.admin}
    missing = [flag for flag, value in needed.items() if not value]
    if missing and not sys.stdin.isatty():
        raise Stop(Exit.USAGE, f"runner.py init: without a terminal to ask on, give {', '.join(missing)}, too")
    alone = not missing  # all that must be said was said, so what may be said has its default
    name = options.name or ask("Name of the cluster", "shop")
    sites = [site_of(text) for text in options.site] if options.site else ask_sites()
    if len(sites) > MOST_SITES:
        raise Stop(Exit.USAGE, f"runner.py init: gives ranges to {MOST_SITES} sites at most; write the file by hand")
    names = [site[0] for site in sites]
    control = options.control_plane or counts("Control-plane machines, an odd number in all", f"{names[0]}=1", alone)
    workers = options.workers or counts("Workers", " ".join(f"{site}=1" for site in names), alone)
    return Answers(
        name=name,
        sites=sites,
        control_plane=dict(control),
        workers=dict(workers),
        size=options.size or ask("Size of the machines: small, medium, large or an exact type", "medium", alone),
        admin=options.admin or ask("Networks that may reach ssh and the Kubernetes API", "198.51.100.0/24").split(),
        ssh_key=options.ssh_public_key_file or ask("Your ssh public key", SSH_KEY, alone),
        version=options.kubernetes or KUBERNETES,
    )


def ask(question: str, default: str, alone: bool = False) -> str:
    """One question; an empty answer is the default. ``alone``: nobody is asked."""
    return default if alone else input(f"{question} [{default}]: ").strip() or default


def ask_sites() -> list[tuple[str, str, str, str]]:
    """Sites one after another, until an empty answer."""
    print(f"Sites as NAME=CLOUD:REGION:ACCOUNT, cloud {' or '.join(CLOUDS)}; an empty line ends.")
    sites: list[tuple[str, str, str, str]] = []
    while True:
        text = input(f"Site {len(sites) + 1}, as in aws-fra=aws:eu-central-1:111122223333: ").strip()
        if text:
            try:
                sites.append(site_of(text))
            except Stop as stop:
                print(stop)
        elif sites:
            return sites


def site_of(text: str) -> tuple[str, str, str, str]:
    """``aws-fra=aws:eu-central-1:111122223333`` in its parts."""
    found = re.fullmatch(r"([^=]+)=([^:]+):([^:]+):(.+)", text)
    if not found:
        raise Stop(Exit.USAGE, f"{text}: is not NAME=CLOUD:REGION:ACCOUNT, as in aws-fra=aws:eu-central-1:111122223333")
    name, cloud, region, account = found.groups()
    if cloud not in CLOUDS:
        raise Stop(Exit.USAGE, f"{text}: {cloud} is not a cloud; there is {', '.join(CLOUDS)}")
    return name, cloud, region, account


def counts(question: str, default: str, alone: bool) -> list[tuple[str, int]]:
    """``aws-fra=1 aws-zrh=2`` as pairs. Raises Stop if it is not that."""
    result = []
    for text in ask(question, default, alone).split():
        site, _, number = text.partition("=")
        if not number.isdecimal():
            raise Stop(Exit.USAGE, f"{text}: is not SITE=NUMBER, as in aws-fra=2")
        result.append((site, int(number)))
    return result


def written(answers: Answers, cluster_id: str) -> str:
    """The cluster file."""
    sites = "".join(
        f"  {name}:\n"
        f"    cloud: {cloud}\n"
        f"    region: {region}\n"
        f"    {CLOUDS[cloud].account}: {quoted(account)} # compared with your credentials before anything else\n"
        f"    cidr: 10.{64 + number}.0.0/16 # machines\n"
        f"    pods: 10.{128 + number}.0.0/16 # a /24 of it per node\n"
        for number, (name, cloud, region, account) in enumerate(answers.sites)
    )
    return f"""\
# The only place where the wanted state of this cluster lives. It is the Ansible inventory, too. No secrets in here.
# All keys: docs/cluster-file.md
plugin: pangaea.multicloud.cluster
name: {answers.name}
id: {cluster_id} # marks, with the name, everything that belongs to the cluster; never change it
kubernetes:
  version: "{answers.version}"
network:
  mesh: {{driver: wireguard, topology: full}}
  services: 10.96.0.0/16
# One region of one account each. Ranges must not overlap, here or with anything you connect.
sites:
{sites}# Fixed when the cluster is created: an odd number in all.
control_plane:
  size: {answers.size}
  machines: {flow(answers.control_plane)}
# Workers. Change a number and converge, or: ./runner.py scale general SITE=N
pools:
  general:
    size: {answers.size}
    machines: {flow(answers.workers)}
access:
  ssh_public_key_file: {answers.ssh_key}
  admin: [{", ".join(answers.admin)}] # may reach ssh and the Kubernetes API
  # public: [{{pools: [general], ports: [80, 443], cidrs: [0.0.0.0/0]}}]
"""


def flow(machines: dict[str, int]) -> str:
    """``{{aws-fra: 1, aws-zrh: 2}}``."""
    return "{" + ", ".join(f"{site}: {count}" for site, count in machines.items()) + "}"


def quoted(text: str) -> str:
    """An account number stays text in YAML."""
    return f'"{text}"' if text.isdecimal() else text
