"""Values as Python code, on lines of a length that people read."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence

LINE_WIDTH = 110  # of a line


def quoted(value: object) -> str:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str) else repr(value)


def mapped(values: Mapping[str, object]) -> str:
    """Return a dictionary on one line."""
    return "{" + ", ".join(f"{quoted(key)}: {quoted(value)}" for key, value in values.items()) + "}"


def listed(name: str, values: Sequence[object], note: str = "") -> str:
    """Return the assignment of a list on one line, or on several where it is long; "" for an empty list."""
    parts = _counted([quoted(value) for value in values])
    note = f"  # {note}" if note else ""
    one = parts[0][1:] if len(parts) == 1 and parts[0].startswith("*") else f"[{', '.join(parts)}]"
    if len(f"{name} = {one}{note}") <= LINE_WIDTH:
        return f"{name} = {one}{note}" if parts else ""
    lines = [""]
    for part in parts:
        if len(lines[-1]) + len(part) + 6 > LINE_WIDTH:
            lines.append("")
        lines[-1] += f" {part}," if lines[-1] else f"{part},"
    return "\n".join([f"{name} = [{note}", *(f"    {line}" for line in lines), "]  # fmt: skip"])


def _counted(values: Sequence[str]) -> list[str]:
    """Return the values, with a comprehension for eight or more names that count up ("pixel0", "pixel1")."""
    parts: list[str] = []
    start = 0
    while start < len(values):
        found = re.fullmatch(r'"(\w*[^\W\d])(0|[1-9]\d*)"', values[start])
        prefix, first = (found[1], int(found[2])) if found else ("", 0)
        end = start + 1
        while found and end < len(values) and values[end] == f'"{prefix}{first + end - start}"':
            end += 1
        if end - start >= 8:
            span = f"{first}, {first + end - start}" if first else str(end - start)
            parts.append(f'*[f"{prefix}{{i}}" for i in range({span})]')
        else:
            end = start + 1
            parts.append(values[start])
        start = end
    return parts
