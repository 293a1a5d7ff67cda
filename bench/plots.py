"""Bars as SVG, in the colours of the reader's theme."""

from __future__ import annotations

from html import escape

from bench.figures import Bars, number

WIDTH, LEFT, RIGHT, LINE, TOP = 760, 270, 90, 30, 52
STYLE = """
text{font:14px system-ui,sans-serif;fill:#24292f}
.title{font-weight:600;font-size:15px}
.unit{fill:#57606a;font-size:12px}
.bar{fill:#8c959f}
.ours{fill:#0969da}
@media (prefers-color-scheme:dark){
text{fill:#e6edf3}
.unit{fill:#9198a1}
.bar{fill:#6e7681}
.ours{fill:#4493f8}
}
"""


def svg(plot: Bars) -> str:
    """The plot, longest bar first as the numbers were given."""
    most = max(plot.bars.values())
    height = TOP + LINE * len(plot.bars) + 10
    bars = "".join(_bar(at, name, value, most) for at, (name, value) in enumerate(plot.bars.items()))
    label = escape(plot.title, quote=True)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{label}">'
        f"<style>{STYLE}</style>"
        f'<text class="title" x="0" y="18">{escape(plot.title)}</text>'
        f'<text class="unit" x="0" y="38">{escape(plot.unit)}</text>{bars}</svg>\n'
    )


def _bar(at: int, name: str, value: float, most: float) -> str:
    top, long = TOP + LINE * at, max((WIDTH - LEFT - RIGHT) * value / most, 1)
    kind = "bar ours" if name.startswith("AI-Editor") else "bar"
    return (
        f'<text x="{LEFT - 10}" y="{top + 15}" text-anchor="end">{escape(name)}</text>'
        f'<rect class="{kind}" x="{LEFT}" y="{top}" width="{long:.1f}" height="20" rx="3"/>'
        f'<text x="{LEFT + long + 8:.1f}" y="{top + 15}">{number(value)}</text>'
    )
