# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: may change without warning.

"""The mesh as a picture: text for Graphviz, and SVG drawn here, so that nobody needs Graphviz."""

from __future__ import annotations

import math
from html import escape
from itertools import groupby

from .node import Node
from .topology import Topology

Point = tuple[float, float]
COLOURS = ("#2f6db5", "#b5562f", "#3d8a4f", "#7a4fa3", "#a38a2f", "#2f9aa3", "#a32f5e", "#5b6470")
SIZE, MARGIN = 640, 120


def by_site(topology: Topology) -> dict[str, list[Node]]:
    """``{site: nodes}``, both sorted."""
    ordered = sorted(topology.nodes, key=lambda node: (node.site, node.name))
    return {site: list(nodes) for site, nodes in groupby(ordered, key=lambda node: node.site)}


def dot(topology: Topology) -> str:
    """Graphviz text: one cluster per site, one edge per link, dashed where it crosses the internet."""
    lines = ["graph mesh {", "  layout=fdp; overlap=false; node [shape=box, style=rounded];"]
    sites = {node.name: node.site for node in topology.nodes}
    for site, nodes in by_site(topology).items():
        lines += [f"  subgraph {_quoted('cluster_' + site)} {{", f"    label={_quoted(site)};"]
        for node in nodes:
            label = "\\n".join(filter(None, (node.name, node.address, node.pods)))
            lines.append(f'    {_quoted(node.name)} [label="{label}"];')
        lines.append("  }")
    for link in topology.links:
        style = "" if sites[link.one] == sites[link.two] else " [style=dashed]"
        lines.append(f"  {_quoted(link.one)} -- {_quoted(link.two)}{style};")
    return "\n".join([*lines, "}"]) + "\n"


def svg(topology: Topology) -> str:
    """A picture for reports: nodes on a circle, sites side by side in one colour each, links as lines."""
    places = _places(topology)
    sites = {node.name: node.site for node in topology.nodes}
    colours = {site: COLOURS[index % len(COLOURS)] for index, site in enumerate(by_site(topology))}
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {SIZE} {SIZE}" font-family="sans-serif" font-size="11">',
        f"<title>{len(topology.nodes)} nodes, {len(topology.links)} links</title>",
    ]
    for link in topology.links:
        (x1, y1), (x2, y2) = places[link.one], places[link.two]
        within = sites[link.one] == sites[link.two]
        stroke = f'stroke="{colours[sites[link.one]]}"' if within else 'stroke="#9aa3ad" stroke-dasharray="4 3"'
        lines.append(
            f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" {stroke} data-link="{escape(str(link))}"/>'
        )
    for node in topology.nodes:
        lines.append(_drawn(node, places[node.name], colours[node.site]))
    return "\n".join([*lines, "</svg>"]) + "\n"


def _places(topology: Topology) -> dict[str, Point]:
    """Every node on a circle, with a gap between sites so that they are seen as groups."""
    sites = by_site(topology)
    steps = len(topology.nodes) + len(sites)
    radius = SIZE / 2 - MARGIN
    places, step = {}, 0
    for nodes in sites.values():
        for node in nodes:
            angle = 2 * math.pi * step / steps - math.pi / 2
            places[node.name] = (SIZE / 2 + radius * math.cos(angle), SIZE / 2 + radius * math.sin(angle))
            step += 1
        step += 1
    return places


def _drawn(node: Node, place: Point, colour: str) -> str:
    x, y = place
    outwards = 1 if x >= SIZE / 2 else -1
    beside, anchor = x + 11 * outwards, "start" if outwards > 0 else "end"
    detail = ", ".join(filter(None, (node.address, node.public_address, node.pods)))
    return (
        f'<g data-node="{escape(node.name)}"><title>{escape(node.site)}: {escape(detail)}</title>'
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="7" fill="{colour}"/>'
        f'<text x="{beside:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(node.name)}'
        f'<tspan x="{beside:.1f}" dy="13" fill="#6b7480">{escape(node.address)}</tspan></text></g>'
    )


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '\\"') + '"'
