#!/usr/bin/env python3
"""Draws what bench/peers wrote: peers_picture.py PAIRS.csv [PAIRS.csv ...] MACHINE > picture.svg

One bar a drawn network, sorted: how many times as fast as PyTorch a whole training step is, the median of its pairs.
Draws that were replaced (one pair) are left out. Of several files, each beside another PyTorch, the faster PyTorch
counts for each network."""
import csv
import math
import re
import statistics
import sys
from xml.sax.saxutils import escape

BAR, LEFT, TOP, HEIGHT = 11, 60, 70, 300
TICKS = [1, 2, 5, 10, 20, 50, 100, 200]


def median_ratios(path):
    ratios = {}
    with open(path, newline="") as file:
        for row in csv.DictReader(file):
            ratios.setdefault(row["network"], []).append(float(row["pytorch_seconds"]) / float(row["mayfly_seconds"]))
    drawn = {name: of for name, of in ratios.items() if re.match(r"published_\d+_", name) and len(of) > 1}
    return {name: statistics.median(of) for name, of in drawn.items()}


def smallest_ratios(paths):
    of_files = [median_ratios(path) for path in paths]
    names = {name for ratios in of_files for name in ratios}
    return sorted(((min(of[name] for of in of_files if name in of), name) for name in names), reverse=True)


def text(x, y, words, size=12, anchor="start"):
    return f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" text-anchor="{anchor}">{escape(words)}</text>'


def picture(ratios, machine):
    largest = max(TICKS[1], *(ratio for ratio, _ in ratios))
    width = LEFT + BAR * len(ratios) + 30

    def y(ratio):
        return TOP + HEIGHT * (1 - math.log(max(ratio, 1)) / math.log(largest))

    geomean = math.exp(statistics.fmean(math.log(ratio) for ratio, _ in ratios))
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{max(width, 640)}" height="{TOP + HEIGHT + 50}" '
        'font-family="sans-serif" fill="#222">',
        '<rect width="100%" height="100%" fill="white"/>',
        text(LEFT, 24, f"Whole training steps: Mayfly beside PyTorch, {len(ratios)} networks, one CPU core", 16),
        text(LEFT, 44, f"times as fast, geometric mean {geomean:.1f}, smallest {ratios[-1][0]:.1f}; {machine}"),
    ]
    for tick in TICKS:
        if tick <= largest:
            lines.append(f'<line x1="{LEFT}" x2="{width - 20}" y1="{y(tick):.1f}" y2="{y(tick):.1f}" stroke="#ddd"/>')
            lines.append(text(LEFT - 8, y(tick) + 4, str(tick), anchor="end"))
    for i, (ratio, name) in enumerate(ratios):
        lines.append(f'<rect x="{LEFT + i * BAR + 1}" y="{y(ratio):.1f}" width="{BAR - 2}" '
                     f'height="{TOP + HEIGHT - y(ratio):.1f}" fill="#2a6fb0">'
                     f"<title>{escape(name)}: {ratio:.2f}</title></rect>")
    lines.append(text(LEFT, TOP + HEIGHT + 24, "one bar a network, drawn from preset published; sorted"))
    return "\n".join(lines + ["</svg>", ""])


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    sys.stdout.write(picture(smallest_ratios(sys.argv[1:-1]), sys.argv[-1]))
