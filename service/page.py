"""A report as one HTML page that needs nothing else: no script, no font, no picture from elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape
from typing import Any

from .exits import Exit
from .report import done, drift, trouble

STYLE = """
body{font:15px/1.5 system-ui,sans-serif;max-width:62rem;margin:2rem auto;padding:0 1rem;color:#1d2430}
h1{font-size:1.4rem}h2{font-size:1.1rem;margin-top:2rem}table{border-collapse:collapse;width:100%}
td,th{text-align:left;padding:.25rem .8rem .25rem 0;border-bottom:1px solid #dde2e8;vertical-align:top}
code{font:13px ui-monospace,monospace}.bad{color:#a3242f}.good{color:#2a7a3f}.quiet{color:#66717f}
svg{max-width:40rem}
"""


def html(report: Mapping[str, Any]) -> str:
    """The page. Reports are data of ours and of clouds: everything is escaped, but the picture of the mesh."""
    code = Exit(report.get("exit", 0))
    tone = "good" if code == Exit.AS_DESIRED else "bad"
    owner, what = escape(str(report.get("owner", ""))), escape(str(report.get("what", "")))
    parts = [
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{what}, {owner}</title><style>{STYLE}</style>',
        f"<h1>{what} of {owner}</h1>",
        f'<p class="{tone}">{escape(code.sentence)} (exit {int(code)})</p>',
        f'<p class="quiet">{escape(str(report.get("started", "")))} to {escape(str(report.get("ended", "")))}</p>',
        listed("Trouble", trouble(report)),
        plan(report),
        listed("Done", [] if report.get("looked") else done(report)),
        table("Sites", ["site", "state", "API calls"], map(site_row, sorted((report.get("sites") or {}).items()))),
        timings(report.get("timings") or {}),
        picture(str(report.get("mesh") or "")),
    ]
    return "\n".join(filter(None, parts)) + "\n"


def listed(title: str, lines: list[str]) -> str:
    """A heading with a list, or nothing."""
    return f"<h2>{title}</h2><ul>{''.join(f'<li>{escape(line)}' for line in lines)}</ul>" if lines else ""


def table(title: str, heads: list[str], rows: Iterable[list[str]]) -> str:
    """A heading with a table, or nothing."""
    body = "".join(f"<tr>{''.join(f'<td>{escape(cell)}' for cell in row)}" for row in rows)
    return f"<h2>{title}</h2><table><tr>{''.join(f'<th>{head}' for head in heads)}{body}</table>" if body else ""


def plan(report: Mapping[str, Any]) -> str:
    """What was planned, in the clouds and on the nodes."""
    found = report.get("plan") or {}
    rows = [[change["action"], change["key"], drift(change)] for change in found.get("changes") or []]
    for name, reasons in sorted((report.get("nodes") or {}).items()):
        rows += [["change", f"node/{name}", str(reason)] for reason in reasons]
    title = f"Plan {escape(str(found['checksum']))}" if found.get("checksum") else "Plan"
    return table(title, ["", "what", "why"], rows) or f"<h2>{title}</h2><p>Nothing is to do.</p>"


def site_row(item: tuple[str, Mapping[str, Any]]) -> list[str]:
    """A site: its error, and what it was asked."""
    name, site = item
    calls = ", ".join(f"{operation} {count}" for operation, count in sorted((site.get("api_calls") or {}).items()))
    return [name, str(site.get("error") or "read"), calls]


def timings(found: Mapping[str, Any]) -> str:
    """Seconds by step, in the order of the run."""
    said = {step: f"{value:.1f} s" if isinstance(value, int | float) else str(value) for step, value in found.items()}
    return table("Timings", ["step", ""], ([str(step), value] for step, value in said.items()))


def picture(svg: str) -> str:
    """The mesh, if the report has it: an SVG of our own making, and nothing that only claims to be one."""
    active = ("<script", "<foreignobject", "javascript:")
    safe = svg.startswith("<svg") and not any(word in svg.lower() for word in active)
    return f"<h2>Mesh</h2>{svg}" if safe else ""
