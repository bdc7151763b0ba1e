"""Plots as SVG, written by hand: bars with their spread, and lines over a logarithmic axis. No library is needed."""
from html import escape

FONT = 'font-family="DejaVu Sans, Verdana, sans-serif"'
COLOURS = ["#c0392b", "#2c6e9b", "#4d8b57", "#8a6d3b", "#6b5b95", "#555555", "#b8860b"]


def number(value):
    """A number for people: three significant digits, with a unit prefix."""
    for limit, suffix in ((1e9, " G"), (1e6, " M"), (1e3, " k")):
        if abs(value) >= limit:
            return f"{value / limit:.3g}{suffix}"
    return f"{value:.3g}"


def _document(width, height, body):
    return (f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
            f'viewBox="0 0 {width} {height}" font-size="13" {FONT}>\n'
            f'<rect width="{width}" height="{height}" fill="white"/>\n' + "\n".join(body) + "\n</svg>\n")


def text(x, y, words, anchor="start", size=13, colour="#222", weight="normal"):
    return (f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{size}" fill="{colour}" '
            f'font-weight="{weight}">{escape(str(words))}</text>')


def _ticks(high):
    step = 10 ** len(str(int(high))) / 10 if high >= 1 else 10.0 ** -3
    while high / step > 6:
        step *= 2 if high / step <= 12 else 5
    while high / step < 3:
        step /= 2
    return [step * i for i in range(int(high / step) + 2)]


def bars(title, unit, items, note=""):
    """`items`: (label, value, low, high); value None: nothing was measured. Horizontal bars from zero."""
    width, left, right, row = 760, 130, 110, 34
    top = 62
    height = top + row * len(items) + 52
    high = max([item[3] for item in items if item[1] is not None] or [1])
    ticks = _ticks(high)
    scale = (width - left - right) / ticks[-1]
    body = [text(16, 26, title, size=16, weight="bold"), text(16, 45, note, size=12, colour="#555")]
    for tick in ticks:
        x = left + tick * scale
        body.append(f'<line x1="{x:.1f}" y1="{top - 6}" x2="{x:.1f}" y2="{height - 44}" stroke="#ddd"/>')
        body.append(text(x, height - 28, number(tick), "middle", 11, "#555"))
    body.append(text(left, height - 10, unit, size=12, colour="#555"))
    for i, (label, value, low, top_value) in enumerate(items):
        y = top + i * row
        body.append(text(left - 8, y + 17, label, "end"))
        if value is None:
            body.append(text(left + 6, y + 17, "not measured", size=12, colour="#777"))
            continue
        colour = COLOURS[0] if label.startswith("toriid") else "#b5b5b5" if label == "echo" else COLOURS[1]
        body.append(f'<rect x="{left}" y="{y + 3}" width="{max(value * scale, 1):.1f}" height="20" fill="{colour}"/>')
        if top_value > low:
            body.append(f'<path d="M{left + low * scale:.1f} {y + 13}H{left + top_value * scale:.1f}" stroke="#222" '
                        'stroke-width="1.5"/>')
        body.append(text(left + max(top_value, value) * scale + 6, y + 18, number(value), size=12))
    return _document(width, height, body)


def lines(title, panels, x_label, note=""):
    """Panels under one another that share a logarithmic x axis. `panels`: (y label, [(name, [(x, y)])])."""
    import math
    width, left, right, panel, gap, top = 760, 84, 150, 190, 50, 80
    height = top + len(panels) * (panel + gap)
    body = [text(16, 26, title, size=16, weight="bold"), text(16, 45, note, size=12, colour="#555")]
    xs = sorted({x for _, series in panels for _, points in series for x, _ in points})
    first, last = math.log10(xs[0]), math.log10(xs[-1])

    def at(x):
        return left + (math.log10(x) - first) / max(last - first, 1e-9) * (width - left - right)

    for i, (y_label, series) in enumerate(panels):
        y0 = top + i * (panel + gap)
        ticks = _ticks(max(y for _, points in series for _, y in points))
        for tick in ticks:
            y = y0 + panel - tick / ticks[-1] * panel
            body.append(f'<line x1="{left}" y1="{y:.1f}" x2="{width - right}" y2="{y:.1f}" stroke="#ddd"/>')
            body.append(text(left - 6, y + 4, number(tick), "end", 11, "#555"))
        body.append(text(left, y0 - 6, y_label, size=12, weight="bold"))
        for x in xs:
            body.append(text(at(x), y0 + panel + 16, number(x), "middle", 11, "#555"))
        for k, (name, points) in enumerate(series):
            colour = COLOURS[k % len(COLOURS)]
            path = "L".join(f"{at(x):.1f} {y0 + panel - y / ticks[-1] * panel:.1f}" for x, y in points)
            body.append(f'<path d="M{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
            for x, y in points:
                body.append(f'<circle cx="{at(x):.1f}" cy="{y0 + panel - y / ticks[-1] * panel:.1f}" r="3.5" '
                            f'fill="{colour}"/>')
        # Names stand where their lines end, but never on one another.
        ends = sorted((y0 + panel - points[-1][1] / ticks[-1] * panel + 4, k) for k, (_, points) in enumerate(series))
        lowest = -1e9
        for y, k in ends:
            lowest = max(y, lowest + 15)
            body.append(text(at(series[k][1][-1][0]) + 9, lowest, series[k][0], size=12, colour=COLOURS[k % len(COLOURS)]))
    body.append(text(left, height - 12, x_label, size=12, colour="#555"))
    return _document(width, height, body)
