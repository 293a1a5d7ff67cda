"""Options that several commands have."""

from __future__ import annotations

import click

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
limit_option = click.option(
    "--limit", type=click.IntRange(1, 1_000_000), default=100, show_default=True, help="How many at most."
)
