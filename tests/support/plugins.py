"""Packages that add to podium by entry points, as pip would leave them, without a network."""

import tomllib


def install(folder, project):
    """Write what importlib.metadata reads of a package, given its pyproject.toml as text.

    The folder must be on the path.
    """
    table = tomllib.loads(project)["project"]
    info = folder / f"{table['name'].replace('-', '_')}-{table['version']}.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Name: {table['name']}\nVersion: {table['version']}\n")
    groups = [
        f"[{group}]\n" + "".join(f"{name} = {value}\n" for name, value in points.items())
        for group, points in table["entry-points"].items()
    ]
    (info / "entry_points.txt").write_text("\n".join(groups))
